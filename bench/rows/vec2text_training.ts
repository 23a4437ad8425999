import type { Vec2TextConfig } from '../../lib/models/vec2text/config.ts'
import { vec2textParameters } from '../../lib/models/vec2text/parameters.ts'
import { count } from '../../lib/tensor/shape.ts'
import { createTrainer } from '../../lib/train/core/trainer.ts'
import { packTaught, taughtInputs } from '../../lib/train/vec2text/batches.ts'
import { vec2textTraining } from '../../lib/train/vec2text/config.ts'
import { t5OfSizes } from '../../lib/train/vec2text/sizes.ts'
import { vec2textTask } from '../../lib/train/vec2text/task.ts'
import { random32, randomElements } from '../random.ts'
import type { Job, Row } from '../row.ts'

const [texts, tokens, vocabulary] = [16, 32, 32_128]
const sizes = {
  ...{ width: 512, layers: 6, decoderLayers: 6, heads: 8, headWidth: 64, ffn: 2048 },
  ...{ bottleneck: 768, repeats: 16, maxTokens: tokens },
}

/** A hypothesizer of the size of google-t5/t5-small (Raffel et al. 2020, arXiv 1910.10683) for vectors of GTR-base. */
const model: Vec2TextConfig = {
  ...{ kind: 'hypothesizer', t5: t5OfSizes(sizes, vocabulary), dims: 768, bottleneck: sizes.bottleneck },
  ...{ repeats: sizes.repeats, maxTokens: tokens, embedder: 'gtr_base', space: null, isShared: false },
}

function trainingJob(): Job {
  const training = vec2textTraining({
    documents: 'none',
    out: 'none',
    steps: 1e9,
    batch: { texts },
    dropout: 0,
  })
  const { dropout, labelSmoothing, compute } = training
  const next = random32(9)
  const readings = Array.from({ length: texts }, () => ({
    target: randomElements('f32', model.dims, { low: -1, high: 1 }, next) as Float32Array,
    written: null,
  }))
  const ids = readings.map(() =>
    Int32Array.from({ length: tokens - 1 }, () => 3 + (next() % (vocabulary - 3))),
  )
  const { inputs, scalars } = packTaught(model, readings, ids)
  const batches = {
    perEpoch: 1,
    inputs: taughtInputs(model, texts),
    batch: async (seed: number) => ({ inputs, scalars: { ...scalars, seed }, count: texts * tokens }),
  }
  const task = vec2textTask({ model, batches, dropout, labelSmoothing, compute, data: null })
  const trainer = createTrainer(task, training)
  return { async: true, run: (_, settings) => trainer.next(settings), dispose: () => trainer.dispose() }
}

/** Numbers of the matrices whose names have some part. */
function weightsOf(part: RegExp): number {
  const matrices = Object.entries(vec2textParameters(model)).filter(
    ([name, { product }]) => product && part.test(name),
  )
  return matrices.reduce((sum, [, { shape }]) => sum + count(shape), 0)
}

export const vec2textTrainingRow: Row = {
  name: `training step of T5-small for vectors, ${texts} texts of ${tokens} tokens`,
  unit: 'tokens/s',
  amount: texts * tokens,
  work: {
    // Forward and twice that backward.
    flops:
      6 *
      texts *
      (weightsOf(/^embedding_transform/) +
        sizes.repeats * weightsOf(/^encoder\.|EncDecAttention\.[kv]\./) +
        tokens * weightsOf(/^decoder\.(?!.*EncDecAttention\.[kv]\.)|^head/)),
    precision: 'bf16',
  },
  prepare: trainingJob,
  peers: [
    {
      peer: 'torch',
      call: 'train_vec2text',
      args: { texts, tokens, vocabulary, dims: model.dims, ...sizes },
    },
  ],
}
