import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { tableFromIPC } from 'apache-arrow'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Interrupted } from '../../../lib/cli/context.ts'
import { nativeEngine } from '../../../lib/cli/native_engine.ts'
import { cosine } from '../../../lib/core/similarity.ts'
import { npyHeader } from '../../../lib/io/npy.ts'
import { bagOfWords, DIMS, standIn, vectorOf } from '../../support/bag_of_words.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { testUnless } from '../../support/skip.ts'
import { vmm } from '../world.ts'

const lines = ['The cat sat.', '', 'naïve café 日本', ' x ']
const stdin = [`${lines.join('\n')}\n`]

function vectorsOf(texts: readonly string[]): Float32Array {
  return Float32Array.from(texts.flatMap((text) => [...vectorOf(text)]))
}

function npyOf(texts: readonly string[]): Buffer {
  return Buffer.concat([npyHeader(texts.length, DIMS), new Uint8Array(vectorsOf(texts).buffer)])
}

test('JSON lines: a line each, empty ones too, every f32 exactly', async () => {
  const { code, stdout, stderr } = await vmm(['encode'], { stdin })
  assert.is(code, 0)
  assert.is(stderr, '')
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.equal(
    rows.map(({ index, text }) => [index, text]),
    lines.map((text, index) => [index, text]),
  )
  for (const { text, vector } of rows) assert.equal(Float32Array.from(vector), vectorOf(text))
})

test('empty lines can be left out, the others keep their index', async () => {
  const { stdout } = await vmm(['encode', '--skip-empty'], { stdin })
  assert.equal(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).index),
    [0, 2, 3],
  )
})

test('line ends, byte order mark, pieces and a last line without end', async () => {
  const bytes = Buffer.from('\ufeffone\r\ntwo ü\n\nthree\u2028same')
  const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte))
  const { stdout } = await vmm(['encode'], { stdin: pieces })
  const texts = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).text)
  assert.equal(texts, ['one', 'two ü', '', 'three\u2028same'])
})

test('many lines keep their order across batches, in every format', async () => {
  const many = Array.from({ length: 3000 }, (_, i) => `line ${i} of ${'many '.repeat(i % 7)}`)
  const folder = temporaryFolder()
  const file = join(folder, 'lines.txt')
  writeFileSync(file, many.join('\n'))

  const jsonl = await vmm(['encode', file])
  assert.equal(
    jsonl.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).text),
    many,
  )

  const npy = await vmm(['encode', '--format', 'npy', file])
  assert.equal(npy.stdoutBytes, npyOf(many))
  assert.is((await vmm(['encode', file, '-o', join(folder, 'x.npy')])).code, 0)
  assert.equal(readFileSync(join(folder, 'x.npy')), npyOf(many))

  const arrow = await vmm(['encode', '--format', 'arrow', file])
  assert.is((await vmm(['encode', file, '-o', join(folder, 'x.arrow')])).code, 0)
  const inFile = readFileSync(join(folder, 'x.arrow'))
  assert.is(inFile.toString('latin1', 0, 6), 'ARROW1')
  for (const bytes of [arrow.stdoutBytes, inFile]) {
    const table = tableFromIPC(bytes)
    assert.is(table.schema.metadata.get('space'), 'bag-32')
    assert.is(table.batches.length, 3)
    assert.equal(Array.from(table.getChild('text')!), many)
    assert.equal(Array.from(table.getChild('index')!, Number), [...many.keys()])
    const vectors = Float32Array.from(Array.from(table.getChild('vector')!).flatMap((row) => [...row]))
    assert.equal(vectors, vectorsOf(many))
  }
})

test('no lines give an empty, valid output', async () => {
  assert.is((await vmm(['encode'])).stdout, '')
  assert.equal((await vmm(['encode', '-F', 'npy'])).stdoutBytes, npyOf([]))
  const table = tableFromIPC((await vmm(['encode', '-F', 'arrow'])).stdoutBytes)
  assert.is(table.numRows, 0)
  assert.equal(table.schema.names, ['index', 'text', 'vector'])
})

test('an output file appears when it is complete, also through a link and over the input', async () => {
  const folder = temporaryFolder()
  const [real, link] = [join(folder, 'real.txt'), join(folder, 'link.npy')]
  writeFileSync(real, 'one\ntwo\n')
  symlinkSync(real, link)
  assert.is((await vmm(['encode', real, '-o', link])).code, 0)
  assert.equal(readFileSync(real), npyOf(['one', 'two']))
  assert.equal(readdirSync(folder).sort(), ['link.npy', 'real.txt'])
  assert.is((await vmm(['encode', '-o', '/dev/null'], { stdin })).code, 0)
  assert.ok(existsSync('/dev/null'))
})

test('cancelling leaves no file', async () => {
  const folder = temporaryFolder()
  const input = join(folder, 'lines.txt')
  writeFileSync(input, 'line\n'.repeat(5000))
  for (const format of ['jsonl', 'npy', 'arrow']) {
    const controller = new AbortController()
    const model = bagOfWords((encoded) => encoded === 2000 && controller.abort(new Interrupted(130)))
    const world = { engine: standIn(model), signal: controller.signal }
    const { code, stderr } = await vmm(['encode', input, '-F', format, '-o', join(folder, 'out')], world)
    assert.is(code, 130)
    assert.is(stderr, 'vmm: cancelled\n')
    assert.equal(readdirSync(folder), ['lines.txt'])
  }
})

test('cancelling ends waiting for standard input', async () => {
  const controller = new AbortController()
  const stdin = new PassThrough()
  stdin.write('one\n')
  setTimeout(() => controller.abort(new Interrupted(130)), 50)
  assert.is((await vmm(['encode'], { stdin, signal: controller.signal })).code, 130)
})

const full = existsSync('/dev/full') ? null : 'no /dev/full, which Linux has'
testUnless(
  full,
  'a device that takes nothing is an error, also when its first complaint comes at the end',
  async () => {
    for (const [format, input] of [
      ['jsonl', ['one\n']],
      ['npy', ['one\n']],
      ['arrow', ['one\n']],
      ['jsonl', ['line\n'.repeat(3000)]],
    ] as const) {
      const { code, stderr } = await vmm(['encode', '-F', format, '-o', '/dev/full'], { stdin: input })
      assert.is(code, 1)
      assert.match(stderr, /^vmm: \/dev\/full: cannot write: ENOSPC/)
    }
  },
)

test('a slow reader is waited for', async () => {
  let most = 0
  const stdout = new Writable({
    highWaterMark: 1,
    write(_chunk, _encoding, done) {
      most = Math.max(most, stdout.writableLength)
      setImmediate(done)
    },
  })
  assert.is((await vmm(['encode'], { stdin: ['line\n'.repeat(3000)], stdout })).code, 0)
  assert.ok(most < 2000, `${most} bytes waited`)
})

test('a file without line ends does not fill the memory', async () => {
  const { code, stderr } = await vmm(['encode'], {
    stdin: Array.from({ length: 18 }, () => 'x'.repeat(1 << 20)),
  })
  assert.equal([code, stderr], [1, 'vmm: standard input: a line of more than 16,777,216 characters\n'])
})

test('lines that are longer than the model reads are counted on standard error', async () => {
  const { code, stderr } = await vmm(['encode'], { stdin: ['short\n', `${'long '.repeat(200)}\n`] })
  assert.equal([code, stderr], [0, 'vmm: 1 long line: only the first 128 tokens were read\n'])
})

const parsed = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

test('a bar is drawn on a terminal, unless the vectors go there', async () => {
  const shown = await vmm(['encode'], { stdin, terminal: true })
  assert.equal([shown.code, shown.stderr], [0, ''])
  assert.is(shown.stdout, (await vmm(['encode'], { stdin })).stdout)
  const output = join(temporaryFolder(), 'x.jsonl')
  const { stderr } = await vmm(['encode', '-o', output], { stdin, terminal: true })
  assert.is(stderr, '\rEncoding lines: 4\u001b[K\r\u001b[K')
})

test('--text encodes the sentences of a text, from arguments, a file or standard input', async () => {
  const text = 'The cat sat. It\nrained all day.'
  const file = join(temporaryFolder(), 'text')
  writeFileSync(file, text)
  const outcomes = [
    await vmm(['encode', '--text', 'The cat sat.', 'It\nrained all day.']),
    await vmm(['encode', '--text', '--file', file]),
    await vmm(['encode', '--text'], { stdin: [text] }),
    await vmm(['encode', '--text', '-'], { stdin: [text] }),
  ]
  for (const { code, stdout, stderr } of outcomes) {
    assert.equal([code, stderr], [0, ''])
    const rows = parsed(stdout)
    assert.equal(
      rows.map(({ index, text }) => [index, text]),
      [
        [0, 'The cat sat.'],
        [1, 'It\nrained all day.'],
      ],
    )
    for (const { text, vector } of rows) assert.equal(Float32Array.from(vector), vectorOf(text))
  }
  const lines = parsed(
    (await vmm(['encode', '--text', '--lines'], { stdin: ['One. Two.\n \nthree\n'] })).stdout,
  )
  assert.equal(
    lines.map(({ index, text }) => [index, text]),
    [
      [0, 'One. Two.'],
      [2, 'three'],
    ],
  )
  const long = await vmm(['encode', '--text', `${'long '.repeat(200)}.`])
  assert.is(long.stderr, 'vmm: 1 long sentence: only the first 128 tokens were read\n')
})

test('a text that is taken for a file is told how to be encoded, before a model is loaded', async () => {
  const engine = { ...standIn(), loadEncoder: () => assert.unreachable() as never }
  for (const text of ['The cat sleeps.', 'a/b. c', 'The cat sleeps. '.repeat(100)]) {
    const { code, stderr } = await vmm(['encode', text], { engine })
    assert.is(code, 1)
    assert.ok(stderr.startsWith(`vmm: ${text.slice(0, 80)}`))
    assert.match(stderr, /: cannot read: there is no such file \(to encode a text, add --text\)\n$/)
    assert.ok(stderr.length < 200)
  }
  const { stderr } = await vmm(['encode', 'The', 'cat', 'sleeps.'], { engine })
  assert.match(stderr, /one file at most; got 3 \(to encode a text, add --text\)\n/)
})

test('what is not UTF-8 is refused, and nothing is written', async () => {
  const folder = temporaryFolder()
  const input = join(folder, 'lines.txt')
  for (const [bytes, message] of [
    [
      Buffer.from(`\ufeff${lines.join('\n')}`, 'utf16le'),
      /lines\.txt: line 1: the byte order mark of UTF-16; /,
    ],
    [
      Buffer.from('one\ncaf\xe9\n', 'latin1'),
      /lines\.txt: line 2: byte 0xE9 is not UTF-8; .*iconv -f WINDOWS/,
    ],
    [readFileSync(process.execPath).subarray(0, 1 << 16), /lines\.txt: line \d+: a NUL byte/],
  ] as const) {
    writeFileSync(input, bytes)
    const { code, stdout, stderr } = await vmm(['encode', input, '-o', join(folder, 'x.npy')])
    assert.equal([code, stdout], [1, ''])
    assert.match(stderr, message)
    assert.equal(readdirSync(folder), ['lines.txt'])
  }
})

test('the ending of an output says its format, or is refused with those that there are', async () => {
  const folder = temporaryFolder()
  const path = (name: string) => join(folder, name)
  for (const name of ['x.csv', 'x.json', 'x.txt', 'x.parquet', 'x.']) {
    const { code, stderr } = await vmm(['encode', '-o', path(name)], { stdin })
    assert.is(code, 2)
    assert.match(stderr, `${name}"; expected a name that ends in .arrow, .npy, .jsonl, or --format as well\n`)
  }
  assert.equal(readdirSync(folder), [])
  for (const [name, ...format] of [['plain'], ['x.JSONL'], ['x.csv', '--format', 'jsonl']] as const) {
    assert.is((await vmm(['encode', ...format, '-o', path(name)], { stdin })).code, 0)
    assert.is(parsed(readFileSync(path(name), 'utf8')).length, 4)
  }
  assert.is((await vmm(['encode', '-o', path('x.NPY')], { stdin })).code, 0)
  assert.equal(readFileSync(path('x.NPY')), npyOf(lines))
})

test('how a published model is kept, cut and read', async () => {
  const model = join(import.meta.dirname, '..', '..', 'models', 'published', 'goldens', 'minilm')
  const env = { VMM_CACHE_DIR: temporaryFolder() }
  const text = 'The tide was going out, and water left the bay quickly.'
  const vectorWith = async (...args: string[]) => {
    const words = ['encode', '--model', model, ...args, '--text', text]
    const { code, stdout, stderr } = await vmm(words, { env, engine: nativeEngine })
    assert.is(code, 0, stderr)
    return { vector: Float32Array.from(JSON.parse(stdout).vector), stderr }
  }
  const { vector, stderr } = await vectorWith()
  assert.is(stderr, '')
  const { vector: cut } = await vectorWith('--truncate', '8')
  const length = Math.hypot(...vector.subarray(0, 8))
  assert.is(cut.length, 8)
  assert.ok(cut.every((x, i) => Math.abs(x - vector[i]! / length) < 1e-5))
  for (const args of [
    ['--storage', 'bf16', '--compute', 'bf16'],
    ['--storage', 'f16'],
  ]) {
    const { vector: rounded } = await vectorWith(...args)
    assert.ok(cosine(vector, rounded) > 0.999 && cosine(vector, rounded) < 1)
  }
  const short = await vectorWith('--max-tokens', '6')
  assert.is(short.stderr, 'vmm: 1 long sentence: only the first 6 tokens were read\n')
  assert.ok(cosine(vector, short.vector) < 0.999)
  for (const [args, message] of [
    [['--truncate', '9999'], /dims: got 9999; expected at most \d+/],
    [['--max-tokens', '1000000'], /maxTokens: got 1000000; expected at most \d+, the positions of the model/],
  ] as const) {
    const { code, stderr } = await vmm(['encode', '--model', model, ...args], {
      stdin,
      env,
      engine: nativeEngine,
    })
    assert.is(code, 1)
    assert.match(stderr, message)
  }
  for (const option of [
    ['--storage', 'f16'],
    ['--compute', 'bf16'],
    ['--truncate', '4'],
    ['--max-tokens', '9'],
  ]) {
    const { code, stderr } = await vmm(['encode', ...option], { stdin, engine: nativeEngine })
    assert.is(code, 1)
    assert.match(stderr, /expected nothing: use-lite is a bundle, whose vectors are of one kind/)
  }
})

test('what is missing or wrong is told', async () => {
  const folder = temporaryFolder()
  const missing = await vmm(['encode', join(folder, 'none.txt')])
  assert.is(missing.code, 1)
  assert.match(missing.stderr, /^vmm: .*none\.txt: cannot read/)
  const noFolder = await vmm(['encode', '-o', join(folder, 'a', 'b.npy')], { stdin })
  assert.is(noFolder.code, 1)
  assert.match(noFolder.stderr, /b\.npy: cannot write/)
  assert.match((await vmm(['encode', '-o', folder], { stdin })).stderr, /is a folder/)
  assert.match((await vmm(['encode', folder])).stderr, /cannot read/)

  for (const [args, message] of [
    [['encode', '--format', 'csv'], /--format: got "csv"; expected arrow, npy, jsonl/],
    [['encode', 'a', 'b'], /one file at most; got 2/],
    [['encode', '--colour'], /--colour/],
    [['encode', '--threads', '0'], /--threads: got "0"/],
    [['encode', '--storage', 'q8'], /--storage: got "q8"; expected f32, bf16, f16, q8_0, q4_0\n/],
    [['encode', '--compute', 'f16'], /--compute: got "f16"; expected f32, bf16\n/],
    [['encode', '--truncate', '0'], /--truncate: got "0"; expected a whole number from 1 to 65536/],
    [['encode', '--max-tokens', 'x'], /--max-tokens: got "x"; expected a whole number from 1/],
    [['encode', '--dims', '8', '--truncate', '4'], /--dims and --truncate exclude each other/],
    [['encode', '--lines'], /--lines is that of a text: it needs --text/],
    [['encode', '-f', 'x'], /--file is that of a text: it needs --text/],
    [['encode', '--text', '--skip-empty', 'x'], /--skip-empty is for the lines of a file/],
    [['encode', '--text', ''], /the text has no sentence/],
  ] as const) {
    const { code, stderr } = await vmm(args)
    assert.is(code, 2)
    assert.match(stderr, message)
    assert.match(stderr, /Try 'vmm encode --help'/)
  }
  assert.match((await vmm(['encode', '-F', 'arrow'], { terminal: true })).stderr, /not text/)
})

test.run()
