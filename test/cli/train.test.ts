import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { sparkline } from '../../lib/cli/training_display.ts'
import { loadPredictor } from '../../lib/models/predictor/load.ts'
import { temporaryFolder } from '../bundle/folder.ts'
import { vmm } from './world.ts'

const folder = temporaryFolder()
const words = 'one two three four five six seven eight nine ten'.split(' ')
const documents = Array.from({ length: 20 }, (_, i) => ({
  book: i % 2 ? 'up' : 'down',
  chapter: `${i}`,
  sentences: Array.from({ length: 9 }, (_, n) => `${words[(i + (i % 2 ? n : 10 - n)) % 10]} it is`),
}))
writeFileSync(join(folder, 'books.jsonl'), documents.map((d) => JSON.stringify(d)).join('\n'))
const config = {
  documents: 'books.jsonl',
  model: { dModel: 8, experts: 2, blocks: 1, dState: 2, routerHidden: 4 },
  batch: { rows: 32, window: 8, minimum: 4, prefix: [1, 3] },
  split: { validation: 0.2, test: 0.2 },
  evaluation: { every: 5, context: 2 },
  steps: 12,
  out: 'run',
}
const path = join(folder, 'config.json')
writeFileSync(path, JSON.stringify(config))
const env = { VMM_CACHE_DIR: join(folder, 'cache') }

test('a run, and the same run again', async () => {
  const { code, stdout, stderr } = await vmm(['train', 'predictor', '--config', path], { env })
  assert.is(code, 0, stderr)
  assert.is(
    stdout,
    `predictor: ${join(folder, 'run', 'predictor')}\nplot: ${join(folder, 'run', 'losses.svg')}\n`,
  )
  assert.match(
    stderr,
    /^180 sentences of 20 documents: \d+ to train on, \d+ to evaluate, \d+ kept for tests\n/,
  )
  assert.match(
    stderr,
    /dropped: 0 empty, 0 that repeat the one before, 0 without a usable vector; 0 are longer/,
  )
  assert.match(stderr, /expert 0: (up|down)\nexpert 1: (up|down)\n/)
  assert.match(stderr, /Training: 12 of 12, loss \d+\.\d{4}, lr \d\.\de-\d, [\d,]+ concepts\/s\n/)
  assert.match(stderr, /step 5: contrastiveAccuracy [\d.]+, cosine/)
  assert.equal(readdirSync(join(folder, 'run')).sort(), [
    'checkpoint-00000012',
    'losses.svg',
    'metrics.jsonl',
    'predictor',
  ])
  await using predictor = await loadPredictor(join(folder, 'run', 'predictor'))
  assert.equal([predictor.space, predictor.dims], ['bag-32', 32])
  const again = await vmm(['train', 'predictor', '-c', path], { env })
  assert.equal([again.code, again.stdout], [0, stdout])
  assert.not.match(again.stderr, /Training/)
})

test('on a terminal one line is drawn again and then removed', async () => {
  const args = ['train', 'predictor', '-c', path, '--restart', '--threads', '1']
  const { code, stderr } = await vmm(args, { env, terminal: true })
  assert.is(code, 0, stderr)
  assert.match(stderr, /\rTraining \[#+-*\] \d+ of 12/)
  assert.ok(stderr.endsWith('\r\u001b[K'))
})

test('wrong usage and wrong configs', async () => {
  const broken = join(folder, 'broken.json')
  writeFileSync(broken, '{"steps": ')
  const wrong = join(folder, 'wrong.json')
  writeFileSync(wrong, JSON.stringify({ ...config, schedule: { rate: 1 } }))
  for (const [args, code, message] of [
    [[], 2, /expected 'predictor' to train; got ""/],
    [['inverter'], 2, /expected 'predictor' to train; got "inverter"/],
    [['predictor'], 2, /--config is missing/],
    [['predictor', '-c', join(folder, 'none.json')], 1, /none\.json: cannot read/],
    [['predictor', '-c', broken], 1, /broken\.json: .*JSON/],
    [['predictor', '-c', wrong], 1, /schedule\.rate: got a key; expected learningRate, warmup, final/],
  ] as const) {
    const outcome = await vmm(['train', ...args], { env })
    assert.is(outcome.code, code, outcome.stderr)
    assert.match(outcome.stderr, message)
  }
})

test('an interrupted run leaves a checkpoint', async () => {
  const controller = new AbortController()
  const long = join(folder, 'long.json')
  writeFileSync(long, JSON.stringify({ ...config, steps: 100_000, out: 'long', evaluation: { context: 2 } }))
  setTimeout(() => controller.abort(new Error('stop')), 1000)
  const { code, stderr } = await vmm(['train', 'predictor', '-c', long], { env, signal: controller.signal })
  assert.is(code, 1)
  assert.match(stderr, /stop/)
  const names = readdirSync(join(folder, 'long')).filter((name) => name.startsWith('checkpoint-'))
  assert.is(names.length, 1)
})

test('losses as a picture', () => {
  assert.is(sparkline([1]), '▁')
  assert.is(sparkline([8, 7, 6, 5, 4, 3, 2, 1]), '█▇▆▅▄▃▂▁')
  assert.is(sparkline(Array.from({ length: 160 }, (_, i) => i)).length, 16)
})

test.run()
