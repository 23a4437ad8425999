import type { RunOptions } from '../../../core/run_options.ts'
import { toFloat32 } from '../../../graph/program.ts'
import type { Model } from '../../../graph/program_cache.ts'
import { packTokens } from '../../../text/packed_tokens.ts'
import type { WeightSet } from '../../../weights/weight_set.ts'
import { makeNetwork } from '../../network.ts'
import { type SurrogateConfig, surrogateForward, surrogateInputs } from './forward.ts'

/** A text and the vector that it should have. */
export interface TextAndVector {
  readonly tokens: ArrayLike<number>
  readonly vector: Float32Array
}

/** Guesses cosines without encoding. */
export interface Surrogate {
  readonly config: SurrogateConfig
  /** One cosine per text, -1 … 1. All texts fit the surrogate's capacity. */
  cosines(texts: readonly TextAndVector[], run: RunOptions): Promise<Float32Array>
  dispose(): void
}

/** Texts of a run: few sizes, so that few programs are compiled. */
const textSizes = [16, 640]

/**
 * A surrogate over weights, packed or not; it disposes them.
 *
 * @param forward another model of the same inputs and outputs
 */
export function makeSurrogate(
  config: SurrogateConfig,
  weights: WeightSet,
  forward: Model<SurrogateConfig> = surrogateForward,
): Surrogate {
  const { programs, dispose } = makeNetwork(config, weights)
  const block = async (texts: readonly TextAndVector[], run: RunOptions): Promise<Float32Array> => {
    const size = textSizes.find((s) => s >= texts.length)!
    const capacity = { rows: size * config.capacityTokens, texts: size }
    const program = programs.get(forward, config, {
      ...weights.specs,
      ...surrogateInputs(config, capacity),
    })
    const { rows, ...inputs } = packTokens(
      texts.map(({ tokens }) => tokens),
      size,
    )
    const vectors = new Float32Array(size * config.dims)
    for (const [i, { vector }] of texts.entries()) vectors.set(vector, i * config.dims)
    const { cosines } = await program.run(
      { ...weights.tensors, ...inputs, vectors },
      { ...run, scalars: { rows } },
    )
    return toFloat32(cosines!).subarray(0, texts.length)
  }
  return {
    config,
    cosines: async (texts, run) => {
      const all = new Float32Array(texts.length)
      const most = textSizes.at(-1)!
      for (let first = 0; first < texts.length; first += most)
        all.set(await block(texts.slice(first, first + most), run), first)
      return all
    },
    dispose,
  }
}
