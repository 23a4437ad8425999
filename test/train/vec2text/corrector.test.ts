// A corrector learns to read what was written before: vectors that tell nothing leave it nothing else.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Vec2TextConfig } from '../../../lib/models/vec2text/config.ts'
import { randomNumbers } from '../../../lib/ops/random_numbers.ts'
import { optimiserDefaults } from '../../../lib/train/core/optimiser.ts'
import { createTrainer } from '../../../lib/train/core/trainer.ts'
import { vec2textBatches } from '../../../lib/train/vec2text/batches.ts'
import { vec2textEvaluation } from '../../../lib/train/vec2text/evaluation.ts'
import { t5OfSizes, vec2textSizes } from '../../../lib/train/vec2text/sizes.ts'
import { vec2textTask } from '../../../lib/train/vec2text/task.ts'
import { tokensOfVocabulary } from '../../../lib/train/vec2text/tokens.ts'
import type { WriteGreedily } from '../../../lib/train/vec2text/write.ts'
import { tinyEncoder, tinyVector } from '../tiny_encoder.ts'

const dims = 8
const encoder = tinyEncoder(dims)
const words = [
  'the',
  'a',
  'of',
  'to',
  'in',
  'it',
  'was',
  'he',
  'she',
  'that',
  'for',
  'on',
  'with',
  'as',
  'had',
  'but',
]
const pieces = [...words.map((word) => [`▁${word}`, -2]), ['▁', -9], ['x', -9]]
const { tokenizer } = tokensOfVocabulary({
  content: JSON.stringify([['<unk>', 0], ...pieces]),
  about: { kind: 'unigram', file: 'vocabulary.json', reserved: 1, start: 0, end: 0 },
})
const numbers = randomNumbers(1, 0)
const texts = Array.from({ length: 600 }, () =>
  Array.from({ length: 5 }, () => words[numbers.below(words.length)]!).join(' '),
)
const [seen, unseen] = [
  texts.slice(0, 540),
  [...new Set(texts.slice(540))].filter((x) => !texts.slice(0, 540).includes(x)),
]

/** Writes texts with one other word, or wholly other ones. */
const writing =
  (change: (text: string) => string): WriteGreedily =>
  async (some) =>
    some.map((text) => {
      const own = change(text)
      return { text: own, vector: tinyVector(own, dims), ids: [0, ...tokenizer.encode(own)] }
    })
const nearly = writing((text) => text.replace(/^\S+/, (word) => words[(words.indexOf(word) + 5) % 16]!))
const other = writing((text) => texts[(texts.indexOf(text) + 1) % texts.length]!)

const sizes = vec2textSizes({
  ...{ width: 32, layers: 1, decoderLayers: 1, heads: 4, headWidth: 8, ffn: 64, repeats: 1, maxTokens: 7 },
})
const model: Vec2TextConfig = {
  ...{
    kind: 'corrector',
    t5: t5OfSizes(sizes, tokenizer.size),
    dims,
    bottleneck: 8,
    repeats: 1,
    maxTokens: 7,
  },
  ...{ embedder: 'tiny', space: encoder.space, isShared: false },
}

test('a corrector pays less for a text where what was written is nearly right', async () => {
  const options = { encoder, tokenizer, texts: 32, cut: 0, seed: 1, write: nearly, run: {} }
  const task = vec2textTask({
    ...{ model, dropout: 0, labelSmoothing: 0, compute: 'f32', data: null },
    batches: vec2textBatches(model, seen, options),
  })
  const steps = 250
  using trainer = createTrainer(task, {
    ...{ seed: 1, steps, accumulate: 1, optimiser: { ...optimiserDefaults, weightDecay: 0 } },
    schedule: { learningRate: 0.01, warmup: 20, final: 0.05 },
  })
  while (trainer.step < steps) await trainer.next()
  const measured = async (write: WriteGreedily) => {
    const evaluate = await vec2textEvaluation(model, unseen, { encoder, tokenizer, write, most: 40, run: {} })
    return evaluate!(trainer.parameters, {})
  }
  const [near, far] = [await measured(nearly), await measured(other)]
  // What five words of sixteen and an end cost where nothing tells them.
  const untold = (5 / 6) * Math.log(16)
  assert.ok(near.nll! < untold - 0.3 && far.nll! > untold, `${near.nll} and ${far.nll} of ${untold}`)
  assert.ok(near.tokenF1! > far.tokenF1! + 0.2)
})

test.run()
