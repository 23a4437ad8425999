import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Interrupted } from '../../../lib/cli/context.ts'
import { nativeEngine } from '../../../lib/cli/native_engine.ts'
import { vectorsFrom } from '../../../lib/core/vectors.ts'
import { loadInverter } from '../../../lib/models/load_inverter.ts'
import { bagOfWords, DIMS, standIn, vectorOf } from '../../support/bag_of_words.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { tinyInverter } from '../tiny_inverter.ts'
import { vmm } from '../world.ts'

const inverter = await tinyInverter()
const packages = { 'vector-mamba-inverter': inverter }
const SENTENCES = ['The judge read the law.', 'A dog barked.', 'It rained.']
const TEXT = SENTENCES.join(' ')
const folder = temporaryFolder()
const input = join(folder, 'lines.txt')
writeFileSync(input, SENTENCES.join('\n'))
for (const format of ['arrow', 'npy', 'jsonl'])
  assert.is((await vmm(['encode', input, '-o', join(folder, `x.${format}`)])).code, 0)

type Line = Record<'text' | 'source', string> & {
  index: number
  cosine: number
  candidates: { text: string; cosine: number }[]
  calls: number
}
const linesOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
const invert = (...args: string[]) => vmm(['invert', ...args], { packages })

test('a text comes back by way of its vectors, with what the inverter says', async () => {
  const { code, stdout, stderr } = await invert('--text', '--json', '-k', '2', TEXT)
  assert.equal([code, stderr], [0, ''])
  await using model = await loadInverter(inverter, { encoder: bagOfWords() })
  const rows = Float32Array.from(SENTENCES.flatMap((text) => [...vectorOf(text)]))
  const inversions = await model.invert(vectorsFrom(rows, DIMS, 'bag-32'), { candidates: 2 })
  const expected = inversions.map(({ best, candidates, calls, nearest, likeliest }, index) => ({
    index,
    source: SENTENCES[index],
    ...best,
    calls,
    candidates,
    nearest,
    likeliest,
  }))
  assert.equal(linesOf(stdout), JSON.parse(JSON.stringify(expected)))
  assert.equal(Object.keys(linesOf(stdout)[0]!), [
    ...[
      'index',
      'source',
      'text',
      'cosine',
      'whitened',
      'logProb',
      'perToken',
      'worst',
      'score',
      'surrogate',
    ],
    ...['stopped', 'calls', 'candidates', 'nearest', 'likeliest'],
  ])
})

test('vectors of every format give the same texts', async () => {
  const { stdout } = await invert('--text', '--json', '--refine', '20', TEXT)
  const texts = linesOf(stdout)
  for (const format of ['arrow', 'npy', 'jsonl']) {
    const file = join(folder, `x.${format}`)
    const args = ['invert', '--json', '--refine', '20']
    const named = await vmm([...args, file], { packages })
    const piped = await vmm([...args, '-F', format], { packages, stdin: [readFileSync(file)] })
    for (const outcome of [named, piped]) {
      assert.equal([outcome.code, outcome.stderr], [0, ''])
      const lines = linesOf(outcome.stdout)
      assert.equal(
        lines.map(({ text, cosine }) => [text, cosine.toFixed(5)]),
        texts.map(({ text, cosine }) => [text, cosine.toFixed(5)]),
      )
      assert.equal(
        lines.map(({ source }) => source),
        format === 'npy' ? SENTENCES.map(() => undefined) : SENTENCES,
      )
    }
  }
})

test('for people: what it is of, the texts, the cosines', async () => {
  const { stdout } = await invert('--text', '--refine', '20', TEXT)
  const blocks = stdout.trimEnd().split('\n\n')
  assert.is(blocks.length, 3)
  const others = '(\\n {2,3}-?[01]\\.\\d{3} {2}.+ \\((nearest|likeliest)\\)){0,2}'
  assert.match(blocks[1]!, new RegExp(`^A dog barked\\.\\n {2,3}-?[01]\\.\\d{3} {2}.+${others}$`))
  const plain = await invert('-k', '3', '--refine', '0', join(folder, 'x.npy'))
  assert.match(
    plain.stdout,
    new RegExp(`^vector 0(\\n {2,3}-?[01]\\.\\d{3} {2}.+){3}${others}\\n\\nvector 1\\n`),
  )
  assert.match(plain.stdout, /\((nearest|likeliest)\)$/m)
  const far = await invert('--refine', '0', '--min-cosine', '0.9999', join(folder, 'x.npy'))
  assert.match(far.stdout, /vector 0\n {2}none is near enough: 0\.\d{3}\n/)
})

test('the lines of a text keep their index', async () => {
  const file = join(temporaryFolder(), 'lines')
  writeFileSync(file, `\n${SENTENCES.slice(0, 2).join(' ')}\n\n${SENTENCES[2]}\n`)
  const args = ['--text', '--lines', '--refine', '0', '--file', file]
  assert.equal(
    linesOf((await invert(...args, '--json')).stdout).map(({ index, source }) => [index, source]),
    [
      [1, SENTENCES.slice(0, 2).join(' ')],
      [3, SENTENCES[2]],
    ],
  )
  assert.match((await invert(...args)).stdout, /^The judge [^\n]+\n([^\n]+\n)+\nIt rained\.\n([^\n]+\n)+$/)
})

test('a text that is not near enough is null, and its numbers are told', async () => {
  const { stdout } = await invert('--json', '--refine', '0', '--min-cosine', '0.9999', join(folder, 'x.npy'))
  for (const { text, cosine, candidates } of linesOf(stdout)) {
    assert.is(text, null)
    assert.is(cosine, candidates[0]!.cosine)
  }
})

test('options reach the search', async () => {
  const refine = ['--refine', '0', '--json']
  const textsWith = async (...args: string[]) => {
    const { code, stdout, stderr } = await invert('--text', ...refine, ...args, TEXT)
    assert.is(code, 0, stderr)
    return linesOf(stdout)
  }
  const plain = await textsWith()
  for (const { text } of await textsWith('--include', 'sea', '--include', 'wind', '--exclude', 'a b'))
    assert.ok(text.includes('sea') && text.includes('wind') && !text.includes('a b'), text)
  const kept = await textsWith('--keep', 'amounts', '--keep', 'hashtags', '--hints', 'Is 20% #war?')
  for (const { text } of kept) assert.ok(text.includes('20%') && text.includes('#war'), text)
  for (const { text } of await textsWith('--max-tokens', '2')) assert.ok(text.length <= 14, text)
  for (const { text } of await textsWith('--no-repeat-ngram', '1'))
    assert.is(new Set(text.split(' ')).size, text.split(' ').length)
  const drawn = await textsWith('--samples', '3', '-k', '3', '--seed', '1')
  assert.equal(drawn, await textsWith('--samples', '3', '-k', '3', '--seed', '1'))
  assert.not.equal(drawn, await textsWith('--samples', '3', '-k', '3', '--seed', '2'))
  assert.not.equal(await textsWith('--temperature', '5', '--top-p', '1'), plain)
  assert.not.equal(await textsWith('--guidance', '4'), plain)
  const blurred = await invert('--blur', '0.5', join(folder, 'x.arrow'))
  assert.is(blurred.code, 1)
  assert.match(blurred.stderr, /blur: got 0\.5; expected 0: this model is not told of blurred vectors/)
  assert.equal((await textsWith('--beam', '1'))[0]!.calls, 1)
  assert.ok((await textsWith('--refine', '40'))[0]!.calls <= 40)
})

test('an output file appears when it is complete', async () => {
  const target = join(temporaryFolder(), 'texts.jsonl')
  const { code, stdout } = await invert('--json', '--refine', '0', join(folder, 'x.arrow'), '-o', target)
  assert.equal([code, stdout], [0, ''])
  assert.is(linesOf(readFileSync(target, 'utf8')).length, 3)
})

test('many vectors flow: few are read ahead, and what was printed stays when it is cancelled', async () => {
  const line = `${JSON.stringify([...vectorOf('A dog barked.')])}\n`
  let read = 0
  const endless = function* () {
    for (;;) {
      read++
      yield Buffer.from(line)
    }
  }
  const controller = new AbortController()
  const stdout = new PassThrough({ highWaterMark: 1 })
  let printed = ''
  stdout.on('data', (chunk: Buffer) => {
    printed += chunk
    if (printed.split('\n').length > 70) controller.abort(new Interrupted(130))
  })
  const { Readable } = await import('node:stream')
  const { code, stderr } = await vmm(['invert', '-F', 'jsonl', '--json', '--refine', '0', '--beam', '1'], {
    packages,
    stdin: Readable.from(endless()),
    stdout,
    signal: controller.signal,
  })
  assert.equal([code, stderr], [130, 'vmm: cancelled\n'])
  assert.ok(printed.split('\n').length > 70)
  assert.ok(read < 1000, `${read} lines were read`)
})

test('cancelling leaves no file', async () => {
  const target = temporaryFolder()
  const controller = new AbortController()
  const model = bagOfWords((encoded) => encoded === 40 && controller.abort(new Interrupted(130)))
  const world = { packages, engine: standIn(model), signal: controller.signal }
  const { code } = await vmm(['invert', join(folder, 'x.npy'), '-o', join(target, 'out')], world)
  assert.is(code, 130)
  assert.equal(readdirSync(target), [])
})

test('wrong usage and errors', async () => {
  const file = join(folder, 'x.npy')
  const other = await tinyInverter({ space: 'other-32' })
  const wrong = join(folder, 'wrong.npy')
  writeFileSync(wrong, 'no array at all')
  const zeros = join(folder, 'zeros.jsonl')
  writeFileSync(zeros, `${JSON.stringify([...vectorOf('x')])}\n${JSON.stringify(Array(DIMS).fill(0))}\n`)
  for (const [args, status, message] of [
    [['a.npy', 'b.npy'], 2, /one file at most; got 2/],
    [
      ['vectors.bin'],
      2,
      /the vectors of vectors\.bin: name their format with --format \(arrow, npy, jsonl\), or add --text/,
    ],
    [[], 2, /the vectors of standard input: name their format with --format/],
    [['-F', 'csv', file], 2, /--format: got "csv"; expected arrow, npy, jsonl/],
    [['--file', file], 2, /--file is that of a text/],
    [['--lines', file], 2, /--lines is that of a text/],
    [['--text', '--format', 'npy', 'x'], 2, /--text reads a text/],
    [['--text', ''], 2, /no sentence/],
    [['--beam', '65', file], 2, /--beam: got "65"; expected a whole number from 1 to 64/],
    [['--min-cosine', 'x', file], 2, /--min-cosine: got "x"; expected a number from -1 to 1/],
    [
      ['--keep', 'names', '--hints', 'x', file],
      2,
      /--keep: got "names"; expected tickers, hashtags, amounts/,
    ],
    [['--keep', 'tickers', file], 2, /--keep and --hints need each other/],
    [['--hints', 'x', file], 2, /--keep and --hints need each other/],
    [['--max-tokens', '13', file], 1, /maxTokens: got 13; expected a whole number from 1 to 12/],
    [['--include', '日', file], 1, /constraints\.include\[0\]/],
    [[join(folder, 'none.npy')], 1, /none\.npy: cannot read/],
    [[wrong], 1, /wrong\.npy: not a \.npy file/],
    [[zeros, '--refine', '0'], 1, /vectors\[1\]: got a vector of zeros/],
    [['--inverter', 'nowhere', file], 1, /inverter "nowhere": neither a folder nor an installed package/],
    [['--inverter', other, file], 1, /other-32/],
  ] as const) {
    const { code, stderr } = await invert(...args)
    assert.is(code, status, stderr)
    assert.match(stderr, message)
  }
  const none = await vmm(['invert', file])
  assert.equal(
    [none.code, none.stderr],
    [1, 'vmm: no inverter: the package vector-mamba-inverter is not installed; name one with --inverter\n'],
  )
  assert.match((await vmm(['invert', '-F', 'npy'], { stdinIsTerminal: true })).stderr, /no vectors/)
})

test('a checkpoint of Aparecium, a file or a folder, inverts what is piped', async () => {
  const tiny = fileURLToPath(new URL('../../models/aparecium/goldens/tiny', import.meta.url))
  const checkpoint = join(tiny, 'aparecium_v2_s1.pt')
  const env = { VMM_CACHE_DIR: temporaryFolder() }
  const piped = (...args: string[]) =>
    vmm(['invert', '--text', '--json', '--max-tokens', '8', ...args, '-'], { stdin: [TEXT], env })
  const compat = await piped('--inverter', tiny, '--compat')
  assert.equal([compat.code, compat.stderr], [0, ''])
  assert.equal(
    linesOf(compat.stdout).map(({ source }) => source),
    SENTENCES,
  )
  assert.equal((await piped('--inverter', checkpoint, '--compat', '--beam', '3')).stdout, compat.stdout)
  const options = ['--inverter', checkpoint, '--tokenizer', tiny, '--refine', '0', '-k', '9', '--beam', '2']
  const usual = await piped(...options)
  assert.is(usual.code, 0)
  assert.is((await piped(...options, '--alpha', '1')).stdout, usual.stdout)
  assert.is.not((await piped(...options, '--alpha', '100')).stdout, usual.stdout)
  assert.match((await piped('--inverter', tiny, '--alpha', 'x')).stderr, /--alpha: got "x"/)
  const missing = await piped('--inverter', join(tiny, 'none.pt'))
  assert.equal(missing.code, 1)
  assert.match(missing.stderr, /none\.pt/)
  const other = await piped('--inverter', inverter, '--compat')
  assert.match(other.stderr, /compat: got true; expected false: this inverter is no published checkpoint/)
})

test('a corrector of vec2text writes for the vectors of a headless encoder, as many corrections as are asked for', async () => {
  const goldens = (of: string) => fileURLToPath(new URL(`../../models/${of}`, import.meta.url))
  const pair = goldens('vec2text/goldens/gtr')
  const gtr = goldens('published/goldens/gtr')
  const env = { VMM_CACHE_DIR: temporaryFolder() }
  const parts = ['--inverter', join(pair, 'corrector'), '--hypothesizer', join(pair, 'hypothesizer')]
  const run = (...args: string[]) =>
    vmm(
      [
        'invert',
        '--json',
        '--model',
        gtr,
        '--tokenizer',
        gtr,
        ...parts,
        ...args,
        '--text',
        'the tide went out',
      ],
      {
        env,
        engine: nativeEngine,
      },
    )
  const none = await run('--headless', '--steps', '0', '--max-tokens', '8')
  assert.equal([none.code, none.stderr], [0, ''])
  const two = await run('--headless', '--steps', '2', '--early-stop')
  assert.equal([two.code, two.stderr], [0, ''])
  assert.ok(linesOf(two.stdout)[0]!.calls > linesOf(none.stdout)[0]!.calls)
  assert.match((await run('--steps', '2')).stderr, /expected one of raw vectors/)
  assert.match((await run('--headless', '--steps', 'x')).stderr, /--steps: got "x"/)
})

test.run()
