import { compile, toFloat32 } from '../../../lib/graph/program.ts'
import { trace } from '../../../lib/graph/trace.ts'
import { type PredictorConfig, predictorConfig } from '../../../lib/models/predictor/config.ts'
import { type ForwardOptions, predictorForward } from '../../../lib/models/predictor/forward.ts'
import { packSequences, predictorBindings } from '../../../lib/models/predictor/inputs.ts'
import { initialParameters, predictorParameters } from '../../../lib/models/predictor/parameters.ts'
import { createTensor } from '../../../lib/tensor/device_tensor.ts'
import { noise } from '../../train/tiny_data.ts'

export type Parameters = Readonly<Record<string, Float32Array>>

/** A model small enough for any test, with everything that a large one has. */
export function tinyConfig(given: Partial<PredictorConfig>): PredictorConfig {
  const sizes = { dims: 12, dModel: 16, experts: 3, topK: 2, blocks: 2, dState: 4, routerHidden: 8 }
  return predictorConfig({ space: 'tiny-12', domains: ['war', 'peace'], ...sizes, ...given })
}

/** Seeded values near the start values, none of them zero: also of the paths that begin at zero. */
export function livelyParameters(config: PredictorConfig, seed = 1): Parameters {
  const values = initialParameters(config, seed)
  Object.keys(predictorParameters(config)).forEach((name, number) => {
    const noises = noise(7000 + 100 * seed + number, values[name]!.length)
    const scale = name.startsWith('router.') ? 1 : 0.2
    values[name]!.forEach((value, i) => {
      values[name]![i] = value + scale * (2 * noises[i]! - 1)
    })
  })
  return values
}

/** Seeded vectors, [count · dims], of length near 1. */
export function someVectors(count: number, dims: number, stream: number): Float32Array {
  return Float32Array.from(noise(stream, count * dims), (u) => ((2 * u - 1) * Math.sqrt(3)) / Math.sqrt(dims))
}

export interface ForwardResult {
  readonly predicted: Float32Array
  readonly expected: Float32Array
  readonly experts: Int32Array
  readonly weights: Float32Array
  readonly logits: Float32Array
}

/** Runs predictorForward once over whole sequences. Capacities are larger than needed. */
export function runForward(
  config: PredictorConfig,
  parameters: Parameters,
  sequences: readonly Float32Array[],
  prefixes?: readonly number[],
  { seed, ...options }: ForwardOptions & { readonly seed?: number } = {},
): ForwardResult {
  const lengths = sequences.map((x) => x.length / config.dims)
  const rows = lengths.reduce((n, length) => n + length, 0)
  const capacity = { rows: rows + 3, sequences: sequences.length + 1 }
  const program = compile(
    trace(predictorBindings(config, capacity), (values) => predictorForward(config, values, options)),
  )
  const packed = packSequences(config, capacity, lengths, prefixes)
  const x = new Float32Array(rows * config.dims)
  let at = 0
  for (const sequence of sequences) {
    x.set(sequence, at)
    at += sequence.length
  }
  const states = Object.fromEntries(
    Object.entries(predictorParameters(config)).map(([name, { shape }]) => [
      name,
      createTensor('f32', shape, parameters[name]!),
    ]),
  )
  const outputs = program.runSync(
    { ...states, ...packed.inputs, x },
    {
      scalars: { ...packed.scalars, ...(seed === undefined ? {} : { seed }) },
    },
  )
  for (const state of Object.values(states)) state.dispose()
  program.dispose()
  const optional = (name: string) => outputs[name]?.buffer ?? new ArrayBuffer(0)
  return {
    predicted: toFloat32(outputs.predicted!),
    expected: toFloat32(outputs.expected!),
    experts: new Int32Array(optional('experts')),
    weights: new Float32Array(optional('expertWeights')),
    logits: new Float32Array(optional('routerLogits')),
  }
}
