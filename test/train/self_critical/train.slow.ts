import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadInverter } from '../../../lib/models/load_inverter.ts'
import type { TrainProgress } from '../../../lib/train/core/loop.ts'
import type { TrainOptions } from '../../../lib/train/core/run.ts'
import { trainInverter } from '../../../lib/train/inverter/train.ts'
import { selfCriticalTraining } from '../../../lib/train/self_critical/config.ts'
import { trainSelfCritical } from '../../../lib/train/self_critical/train.ts'
import type { SelfCriticalData } from '../../../lib/train/self_critical/trainable.ts'
import { refusal } from '../../concepts/domains/points.ts'
import { bagOfWords } from '../../support/bag_of_words.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'
import { tinyEncoder } from '../tiny_encoder.ts'
import { sentenceLines, sentenceTraining } from '../tiny_sentences.ts'

const folder = temporaryFolder()
writeFileSync(join(folder, 'books.jsonl'), sentenceLines.join('\n'))

const loadEncoder = async () => ({ ...bagOfWords(), dispose: () => {} })

async function run<D>(
  train: (config: unknown, options: TrainOptions<D>) => AsyncGenerator<TrainProgress>,
  config: object,
  options: TrainOptions<D> = {},
): Promise<TrainProgress[]> {
  const told: TrainProgress[] = []
  for await (const progress of train(config, { folder, loadEncoder, ...options })) told.push(progress)
  return told
}

await run(trainInverter, {
  ...{ ...sentenceTraining, out: 'stage 1', steps: 32, batch: { texts: 24 } },
  evaluation: { sentences: 20 },
})

const { documents, split, seed } = sentenceTraining
const config = {
  ...{ documents, split, seed, compute: 'f32', inverter: 'stage 1/inverter' },
  ...{ evaluation: { sentences: 20 }, schedule: { learningRate: 2e-3, warmup: 1 } },
}
const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length

test('texts come nearer to their vectors, while the decoder stays near to stage 1', async () => {
  const told = await run(trainSelfCritical, {
    ...{ ...config, out: 'further', steps: 18 },
    batch: { texts: 10, samples: 5 },
    losses: { kl: 0.05, texts: 0 },
  })
  const [rewards, kls] = ['reward', 'kl'].map((name) => told.map(({ losses }) => losses[name]!))
  assert.is(kls![0], 0)
  const [first, last] = [mean(rewards!.slice(0, 4)), mean(rewards!.slice(-8))]
  assert.ok(last > first + 0.02, `${last} after ${first}`)
  assert.ok(
    kls!.every((kl) => kl >= 0 && kl < 0.5),
    String(kls),
  )
  const { score, reward, rewardBefore, surprise, surpriseBefore, nll, nllWithoutVector } =
    told.at(-1)!.evaluation!
  assert.ok(reward! > rewardBefore! + 0.1, `${reward} after ${rewardBefore}`)
  assert.ok(nll! > 0 && surpriseBefore! > 0)
  assert.is(score, reward! - 0.2 * Math.max(0, surprise! - surpriseBefore!))

  // All of stage 1 but the weights stays.
  const [before, after] = ['stage 1', 'further'].map((out) => join(folder, out, 'inverter'))
  for (const name of ['vocabulary.json', 'lexicon.txt', 'spread.safetensors'])
    assert.ok(readFileSync(join(before!, name)).equals(readFileSync(join(after!, name))), name)
  await using inverter = await loadInverter(after, { encoder: bagOfWords() })
  assert.is(inverter.config.languageNll, nllWithoutVector)
})

const small = {
  ...{ ...config, accumulate: 2, steps: 4, reward: 'whitened', baseline: 'greedy' },
  batch: { texts: 3, samples: 2 },
}

test('cancelled while texts are drawn, it goes on with the same bits', async () => {
  await run(trainSelfCritical, { ...small, out: 'whole' })
  const reason = new Error('enough')
  const controller = new AbortController()
  const inParts = (options: TrainOptions<SelfCriticalData>) =>
    run(trainSelfCritical, { ...small, out: 'parts' }, options)
  let steps = 0
  let encodings = 0
  const cancelling = async () => {
    const encoder = bagOfWords()
    const encode: typeof encoder.encode = (...given) => {
      // Some steps have been made, and the next one has drawn its texts.
      if (steps === 2 && ++encodings === 3) controller.abort(reason)
      return encoder.encode(...given)
    }
    return { ...encoder, encode, dispose: () => {} }
  }
  try {
    const running = trainSelfCritical(
      { ...small, out: 'parts' },
      { folder, loadEncoder: cancelling, signal: controller.signal },
    )
    for await (const { step } of running) steps = step
    assert.unreachable('was not cancelled')
  } catch (error) {
    assert.is(error, reason)
  }
  assert.is(steps, 2)
  assert.equal(
    (await inParts({})).map(({ step }) => step),
    [3, 4],
  )
  const weights = ['whole', 'parts'].map((out) =>
    readFileSync(join(folder, out, 'inverter', 'model.safetensors')),
  )
  assert.ok(weights[0]!.equals(weights[1]!))
})

test('reserved documents are used for nothing', async () => {
  let data: SelfCriticalData | undefined
  await run(
    trainSelfCritical,
    { ...small, out: 'reserved', steps: 1, reserved: ['book 2'] },
    { onData: (d) => (data = d) },
  )
  const books = sentenceLines.map((line) => JSON.parse(line) as { book: string; sentences: string[] })
  const of = (isReserved: boolean) =>
    new Set(books.flatMap(({ book, sentences }) => ((book === 'book 2') === isReserved ? sentences : [])))
  const [own, others] = [of(true), of(false)]
  const { train, validation, test } = data!.texts
  for (const text of [...train, ...validation, ...test]) assert.ok(!own.has(text) || others.has(text), text)
})

test('what does not fit is refused by its name', async () => {
  const refused = (change: object, code: Parameters<typeof rejects>[1], message: RegExp) =>
    rejects(() => run(trainSelfCritical, { ...small, out: 'none', ...change }), code, message)
  await refused({ inverter: 'nowhere' }, 'NOT_FOUND', /^inverter "nowhere"/)
  await refused({ judge: 'nowhere' }, 'NOT_FOUND', /^judge "nowhere"/)
  await refused({ judge: 'stage 1/inverter' }, 'UNSUPPORTED', /stage 1\/inverter/)
  await refused({ batch: { texts: 4000 } }, 'BAD_ARGUMENT', /^batch\.texts: got 4000; expected at most \d+/)
  await rejects(
    () =>
      run(
        trainSelfCritical,
        { ...small, out: 'none' },
        { loadEncoder: async () => ({ ...tinyEncoder(32), dispose: () => {} }) },
      ),
    'SPACE_MISMATCH',
    /tiny-32/,
  )
  const alone = await refusal(async () =>
    selfCriticalTraining({ ...small, baseline: 'leave-one-out', out: 'none', batch: { samples: 1 } }),
  )
  assert.match(alone.message, /^batch\.samples: got 1; expected 2 or more with the baseline leave-one-out$/)
  assert.is(selfCriticalTraining({ ...small, out: 'none', batch: { samples: 1 } }).batch.samples, 1)
})

test.run()
