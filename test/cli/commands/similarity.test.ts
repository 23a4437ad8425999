import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { nativeEngine } from '../../../lib/cli/native_engine.ts'
import { cosine } from '../../../lib/core/similarity.ts'
import { vectorOf } from '../../support/bag_of_words.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { vmm } from '../world.ts'

const folder = temporaryFolder()
const env = { VMM_CACHE_DIR: temporaryFolder() }

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const [FIRST, SECOND] = ['A cat sat on a mat.', 'A cat sat down.'] as const
const COSINE = cosine(vectorOf(FIRST), vectorOf(SECOND))

test('two texts', async () => {
  const { code, stdout, stderr } = await vmm(['similarity', FIRST, SECOND], { env })
  assert.equal([code, stdout, stderr], [0, `${COSINE.toFixed(5)}\n`, ''])
  const json = JSON.parse((await vmm(['similarity', '--json', FIRST, SECOND], { env })).stdout)
  assert.equal(json, { cosine: COSINE, normalisedCosine: (1 + COSINE) / 2, truncated: false })
  const cut = await vmm(['similarity', FIRST, 'long '.repeat(200)], { env })
  assert.is(cut.stderr, 'vmm: 1 long pair: only the first 128 tokens were read\n')
})

test('the pairs of a file: a table and what they come to', async () => {
  const csv = `id,ground_truth,prediction\none,${FIRST},${SECOND}\ntwo,${FIRST}\n"three \u001b[31m",x,x\n`
  const path = file('pairs.csv', csv)
  const { code, stdout, stderr } = await vmm(['similarity', '--pairs', path], { env })
  assert.is(code, 0)
  const [one, mean] = [COSINE, (COSINE + 1) / 2].map((x) => x.toFixed(4))
  assert.equal(stdout.split('\n').slice(0, 4), [
    '  cosine  normalised  id',
    `  ${one}      ${((1 + COSINE) / 2).toFixed(4)}  one`,
    '  1.0000      1.0000  three  [31m',
    '',
  ])
  assert.match(stdout, new RegExp(`^mean +${mean} `, 'm'))
  assert.match(stdout, /^standard deviation +0\.\d{4} {6}0\.\d{4}$/m)
  assert.match(stdout, /\n2 pairs; 1 could not be read\n$/)
  assert.match(stderr, /^vmm: .*pairs\.csv: line 3: 2 columns; the header has 3\n/)
})

test('JSON lines in and out; columns by name; a strict end', async () => {
  const path = file('pairs.jsonl', `{"a": "${FIRST}", "b": "${SECOND}", "n": 1}\n{"a": 1}\n`)
  const args = ['similarity', '--json', '--columns', 'a,b,n', '--pairs', path]
  const { code, stdout, stderr } = await vmm(args, { env })
  const lines = stdout.trimEnd().split('\n')
  assert.is(code, 0)
  assert.equal(JSON.parse(lines[0]!), {
    id: '1',
    cosine: COSINE,
    normalisedCosine: (1 + COSINE) / 2,
    truncated: false,
  })
  const { summary } = JSON.parse(lines[1]!)
  assert.equal([summary.count, summary.failed, summary.cosine.max], [1, 1, COSINE])
  assert.match(stderr, /pairs\.jsonl: line 2: a: got 1; expected a text\n/)
  const strict = await vmm([...args, '--strict'], { env })
  assert.equal([strict.code, strict.stdout], [1, ''])
  assert.match(strict.stderr, /^vmm: .*pairs\.jsonl: line 2: a: got 1/)
})

test('where no pair can be read the exit code says so; where there is none it does not', async () => {
  const none = await vmm(['similarity', '--pairs', file('none.jsonl', '1\n')], { env })
  assert.equal([none.code, none.stdout], [1, '0 pairs; 1 could not be read\n'])
  const empty = await vmm(['similarity', '--pairs', file('empty.jsonl', '')], { env })
  assert.equal([empty.code, empty.stdout], [0, '0 pairs\n'])
})

test('a published model: its head, and its prompt before both texts or none', async () => {
  const tests = join(import.meta.dirname, '..', '..', 'models')
  const model = join(tests, 'published', 'goldens', 'stella15')
  const { texts } = JSON.parse(readFileSync(join(model, 'golden.json'), 'utf8'))
  const golden = JSON.parse(readFileSync(join(tests, 'similarity', 'goldens', 'similarity.json'), 'utf8'))
  for (const [name, args] of [
    ['stella15 both', []],
    ['stella15 both', ['--prompt', 's2s']],
    ['stella15 none', ['--prompt', 'none']],
    ['stella15 none 64', ['--prompt', 'none', '--dims', '64']],
  ] as const) {
    const words = ['similarity', '--model', model, ...args, '--', texts[2], texts[3]]
    const { stdout, stderr } = await vmm(words, { env, engine: nativeEngine })
    // Its weights are bf16, and multiplied so.
    assert.ok(Math.abs(Number(stdout) - golden[name].cosines[0]) < 5e-3, `${name}: ${stdout}${stderr}`)
  }
  const one = async (...args: string[]) => {
    const words = ['similarity', '--model', model, ...args, '--', texts[2], texts[3]]
    const { code, stdout, stderr } = await vmm(words, { env, engine: nativeEngine })
    assert.is(code, 0, stderr)
    return [Number(stdout), stderr]
  }
  const [whole] = await one()
  const [quantised] = await one('--storage', 'q8_0')
  const [truncated] = await one('--truncate', '8')
  assert.ok(quantised !== whole && Math.abs(Number(quantised) - Number(whole)) < 0.05)
  assert.ok(Math.abs(Number(truncated) - Number(whole)) > 1e-4)
  assert.equal(
    (await one('--max-tokens', '9', '--compute', 'bf16'))[1],
    'vmm: 1 long pair: only the first 9 tokens were read\n',
  )
  const wrong = async (...args: string[]) =>
    (await vmm(['similarity', '--model', model, ...args, 'a', 'b'], { env, engine: nativeEngine })).stderr
  assert.match(await wrong('--prompt', 's2p'), /^vmm: prompt: got "s2p"; expected s2s_query, or no prompt\n$/)
  assert.match(await wrong('--dims', '512'), /^vmm: dims: got 512; expected 16, 64, .* no such head\n$/)
})

test('wrong usage', async () => {
  const path = file('usage.csv', 'ground_truth,prediction\n')
  for (const [args, message] of [
    [[], /two texts; got 0 \(quote a text of several words\)/],
    [['a'], /two texts; got 1/],
    [['a', 'b', 'c'], /two texts; got 3/],
    [['a', 'b', '--pairs', path], /two texts and --pairs exclude each other/],
    [['a', 'b', '--strict'], /--columns and --strict are those of a file/],
    [['--pairs', path, '--columns', 'a'], /--columns: got "a"; expected two or three names/],
    [['--pairs', path, '--columns', 'a,,b'], /--columns: got "a,,b"/],
    [['a', 'b', '--dims', '0'], /--dims: got "0"; expected a whole number from 1/],
    [['a', 'b', '--storage', 'x'], /--storage: got "x"; expected f32,/],
    [['a', 'b', '--dims', '8', '--truncate', '4'], /--dims and --truncate exclude each other/],
    [['a', 'b', '--threads', 'x'], /--threads: got "x"/],
  ] as const) {
    const { code, stdout, stderr } = await vmm(['similarity', ...args], { env })
    assert.equal([code, stdout], [2, ''], args.join(' '))
    assert.match(stderr, message)
  }
})

test('a prompt that the model lacks, and a file that is not there', async () => {
  const prompt = await vmm(['similarity', '--prompt', 's2s', 'a', 'b'], { env })
  assert.equal(
    [prompt.code, prompt.stderr],
    [1, 'vmm: prompt: got "s2s"; expected no prompt: use-lite has none\n'],
  )
  const gone = await vmm(['similarity', '--pairs', join(folder, 'gone.csv')], { env })
  assert.is(gone.code, 1)
  assert.match(gone.stderr, /gone\.csv: cannot read/)
})

test.run()
