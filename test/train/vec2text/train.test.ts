// Runs of vec2text's two stages, and the inverter that they give.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { vectorsFrom } from '../../../lib/core/vectors.ts'
import { loadInverter } from '../../../lib/models/load_inverter.ts'
import type { TrainProgress } from '../../../lib/train/core/loop.ts'
import { trainVec2text } from '../../../lib/train/vec2text/train.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { tinyEncoder, tinyVector } from '../tiny_encoder.ts'

const folder = temporaryFolder()
const cacheDir = join(folder, 'cache')
const dims = 16
const TEXTS = [
  'The king found a boat.',
  'A sailor lost the red door.',
  'Nobody came.',
  'It was 1984, in the sea.',
]
writeFileSync(
  join(folder, 'four.jsonl'),
  TEXTS.map((text, i) => JSON.stringify({ book: 'a', chapter: `${i}`, sentences: [text] })).join('\n'),
)
const loadEncoder = async () => ({ ...tinyEncoder(dims), dispose: () => {} })
const model = {
  ...{ width: 32, layers: 1, decoderLayers: 1, heads: 2, headWidth: 16, ffn: 64 },
  ...{ repeats: 2, maxTokens: 16 },
}
const four = {
  ...{ documents: 'four.jsonl', model, split: { validation: 0, test: 0 }, compute: 'f32', dropout: 0 },
  ...{ batch: { texts: 4 }, schedule: { learningRate: 0.01, warmup: 5 }, optimiser: { weightDecay: 0 } },
}

async function train(config: object, options: object = {}): Promise<TrainProgress[]> {
  const told: TrainProgress[] = []
  for await (const progress of trainVec2text(config, { folder, cacheDir, loadEncoder, ...options }))
    told.push(progress)
  return told
}

test('four texts are learned by heart, and given back for their vectors', async () => {
  const first = await train({ ...four, out: 'first', steps: 80 })
  console.log(first[0]!.losses, first.at(-1)!.losses)
  const { model: _, ...others } = four
  const told = await train({
    ...others,
    stage: 'corrector',
    hypothesizer: 'first/vec2text/hypothesizer',
    out: 'run',
    steps: 60,
  })
  console.log(told[0]!.losses, told.at(-1)!.losses)
  await using inverter = await loadInverter(join(folder, 'run/vec2text/corrector'), {
    encoder: tinyEncoder(dims),
    cacheDir,
  })
  const vectors = vectorsFrom(
    TEXTS.map((text) => tinyVector(text, dims)),
    dims,
    `tiny-${dims}`,
  )
  for (const steps of [0, 2]) {
    const found = await inverter.invert(vectors, { steps } as object)
    assert.equal(
      found.map(({ best }) => best!.text),
      TEXTS,
    )
  }
})

test.run()
