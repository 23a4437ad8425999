import type { RunOptions } from '../../../core/run_options.ts'
import { toFloat32 } from '../../../graph/program.ts'
import { programCache } from '../../../graph/program_cache.ts'
import type { BindingSpec } from '../../../graph/trace.ts'
import type { DeviceTensor } from '../../../tensor/device_tensor.ts'
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

export function makeSurrogate(
  config: SurrogateConfig,
  weights: Readonly<Record<string, DeviceTensor>>,
): Surrogate {
  const programs = programCache()
  const specs = Object.fromEntries(
    Object.entries(weights).map(([name, { dtype, shape }]): [string, BindingSpec] => [
      name,
      { kind: 'weight', dtype, shape },
    ]),
  )
  const block = async (texts: readonly TextAndVector[], run: RunOptions): Promise<Float32Array> => {
    const size = textSizes.find((s) => s >= texts.length)!
    const capacity = { rows: size * config.capacityTokens, texts: size }
    const program = programs.get(surrogateForward, config, { ...specs, ...surrogateInputs(config, capacity) })
    const { inputs, scalars } = packTokens(texts, size)
    const vectors = new Float32Array(size * config.dims)
    for (const [i, { vector }] of texts.entries()) vectors.set(vector, i * config.dims)
    const { cosines } = await program.run({ ...weights, ...inputs, vectors }, { ...run, scalars })
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
    dispose: () => {
      programs.dispose()
      for (const tensor of Object.values(weights)) tensor.dispose()
    },
  }
}

/** Texts as packed rows: ids, positions of the live rows, offsets for `size` texts. */
export function packTokens(
  texts: readonly { readonly tokens: ArrayLike<number> }[],
  size: number,
): {
  readonly inputs: Record<'ids' | 'positions' | 'offsets', Int32Array>
  readonly scalars: { readonly rows: number }
} {
  const rows = texts.reduce((sum, { tokens }) => sum + tokens.length, 0)
  const ids = new Int32Array(rows)
  const positions = new Int32Array(rows)
  const offsets = new Int32Array(size + 1).fill(rows)
  let row = 0
  for (const [i, { tokens }] of texts.entries()) {
    offsets[i] = row
    for (let t = 0; t < tokens.length; t++, row++) {
      ids[row] = tokens[t]!
      positions[row] = t
    }
  }
  return { inputs: { ids, positions, offsets }, scalars: { rows } }
}
