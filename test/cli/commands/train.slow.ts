import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { courseOf, sparkline } from '../../../lib/cli/output/training.ts'
import { loadPredictor } from '../../../lib/models/predictor/load.ts'
import { TRAINABLES } from '../../../lib/train/train_model.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { vmm } from '../world.ts'

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
    'checkpoint-00000005', // the best one
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

test('an inverter, and then its surrogate', async () => {
  const texts = Array.from({ length: 20 }, (_, i) =>
    JSON.stringify({ id: `${i}`, sentences: words.map((word) => `${word} it is ${i}`) }),
  )
  writeFileSync(join(folder, 'texts.jsonl'), texts.join('\n'))
  const common = {
    documents: 'texts.jsonl',
    encoder: 'use-lite',
    split: { validation: 0.2, test: 0.2 },
    compute: 'f32',
    steps: 3,
  }
  const write = (name: string, json: object) => {
    writeFileSync(join(folder, name), JSON.stringify({ ...common, ...json }))
    return join(folder, name)
  }
  const size = { layers: 1, heads: 2, ffn: 16, dModel: 16 }
  const inverterConfig = write('inverter.json', {
    model: { ...size, capacityTokens: 8, scales: [2], memoryDims: 8, adapterHidden: 8 },
    batch: { texts: 8 },
    evaluation: { every: 2 },
    out: 'inverter',
  })
  const first = await vmm(['train', 'inverter', '-c', inverterConfig], { env })
  assert.is(first.code, 0, first.stderr)
  const bundle = join(folder, 'inverter', 'inverter')
  assert.is(first.stdout, `inverter: ${bundle}\nplot: ${join(folder, 'inverter', 'losses.svg')}\n`)
  assert.match(
    first.stderr,
    /^\d+ texts to train on, \d+ to evaluate, \d+ kept for tests\nan epoch has \d+ batches; the model has 1\d\d,\d{3} parameters and writes up to 8 tokens\n/,
  )
  assert.match(first.stderr, /step 2: nll [\d.]+, nllWithoutVector [\d.]+\n/)
  assert.match(first.stderr, /Training: 3 of 3, loss .* tokens\/s\n/)

  const surrogateConfig = write('surrogate.json', {
    inverter: bundle,
    model: size,
    batch: { vectors: 4, samples: 2 },
    out: 'surrogate',
  })
  const second = await vmm(['train', 'surrogate', '-c', surrogateConfig], { env })
  assert.is(second.code, 0, second.stderr)
  assert.match(second.stderr, /an epoch has \d+ batches; its inverter has/)
  assert.match(second.stderr, / texts\/s\n/)
  const whole = join(folder, 'surrogate', 'inverter')
  assert.is(second.stdout, `surrogate: ${whole}\nplot: ${join(folder, 'surrogate', 'losses.svg')}\n`)
  const args = ['invert', '--text', '--json', '--refine', '0', '--inverter', whole, 'One two three.']
  const inverted = await vmm(args, { env })
  assert.is(inverted.code, 0, inverted.stderr)
  assert.type(JSON.parse(inverted.stdout).surrogate, 'number')
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
  const names = TRAINABLES.map(({ name }) => name).join(', ')
  writeFileSync(wrong, JSON.stringify({ ...config, schedule: { rate: 1 } }))
  for (const [args, code, message] of [
    [[], 2, new RegExp(`expected ${names} to train; got ""`)],
    [['encoder'], 2, new RegExp(`expected ${names} to train; got "encoder"`)],
    [['predictor', 'x'], 2, new RegExp(`expected ${names} to train; got "predictor x"`)],
    [['predictor'], 2, /--config is missing/],
    [['predictor', '-c', join(folder, 'none.json')], 1, /none\.json: cannot read/],
    [['predictor', '-c', broken], 1, /broken\.json: .*JSON/],
    [['inverter', '-c', path], 1, /model\.experts: got a field; expected space/],
    [['surrogate', '-c', path], 1, /inverter: got nothing; expected a text/],
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

test('of a long run no more losses are kept than the picture needs', () => {
  const losses = Array.from({ length: 1 << 16 }, (_, i) => Math.cos(i / 5000))
  const course = courseOf()
  for (const [i, loss] of losses.entries()) {
    course.add(loss)
    assert.ok(course.means.length <= 512)
    if (i === 299) assert.equal(course.means, losses.slice(0, 300))
  }
  assert.is(sparkline(course.means), sparkline(losses))
})

test.run()
