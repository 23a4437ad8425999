import { badArgument } from '../../core/errors.ts'
import type { BindingSpec } from '../../graph/trace.ts'
import type { InverterConfig } from '../../models/inverter/config.ts'
import { textInputs } from '../../models/inverter/forward.ts'
import { noiseLevels, type PackedTexts, packTexts } from '../../models/inverter/inputs.ts'
import type { InverterNetwork } from '../../models/inverter/network.ts'
import { drawTexts } from '../../models/inverter/search/draw.ts'
import type { DeviceTensor } from '../../tensor/device_tensor.ts'
import { weightSet } from '../../weights/weight_set.ts'

/** How many texts are drawn. */
export interface DrawnSizes {
  readonly texts: number
  readonly samples: number
}

/**
 * Inputs of the losses of drawn texts, those of inverterForward with a vector for all samples of it, and
 *   targets i32 [rows]: the token after each; place i32 [rows]: 0 at the first, 2 behind the last that fits, else 1;
 *   barred f32 [3, vocabulary]: what is added to the logits at each place, a large negative number where no text goes on so;
 *   advantages f32 [rows]: those of each text over the rows of all; shares f32 [rows]: 1 over them;
 *   rewards f32 [texts · samples].
 */
export function drawnInputs(
  config: InverterConfig,
  { texts, samples }: DrawnSizes,
): Record<string, BindingSpec> {
  const all = texts * samples
  const rows = all * (config.capacityTokens + 1)
  const perRow = (dtype: 'i32' | 'f32'): BindingSpec => ({
    kind: 'input',
    dtype,
    shape: [rows],
    live: 'rows',
  })
  const { vectors, noise } = textInputs(config, { rows: 0, texts })
  return {
    ...textInputs(config, { rows, texts: all }),
    vectors: vectors!,
    ...(noise && { noise }),
    targets: perRow('i32'),
    place: perRow('i32'),
    barred: { kind: 'input', dtype: 'f32', shape: [3, config.vocabulary] },
    advantages: perRow('f32'),
    shares: perRow('f32'),
    rewards: { kind: 'input', dtype: 'f32', shape: [all] },
  }
}

/** The inputs that tell of texts; their rewards and advantages are [texts · samples]. */
export function packDrawn(
  network: InverterNetwork,
  { texts, samples }: DrawnSizes,
  vectors: Float32Array,
  drawn: readonly (readonly number[])[],
  rewards: Float32Array,
  advantages: Float32Array,
): { readonly inputs: Readonly<Record<string, ArrayBufferView>>; readonly scalars: PackedTexts['scalars'] } {
  const { config } = network
  const { capacityTokens } = config
  const all = texts * samples
  const capacity = { rows: all * (capacityTokens + 1), texts: all }
  const packed = packTexts(
    config,
    capacity,
    drawn.map((tokens) => Int32Array.from(tokens)),
  )
  const { rows } = packed.scalars
  const perRow = drawn.flatMap(({ length }, i) => Array<number>(length + 1).fill(advantages[i]! / rows))
  const { positions } = packed.inputs
  return {
    inputs: {
      ...packed.inputs,
      vectors,
      ...noiseLevels(config, vectors),
      place: positions.map((at) => (at === 0 ? 0 : at === capacityTokens ? 2 : 1)),
      barred: barredTokens(network),
      advantages: Float32Array.from(perRow),
      shares: new Float32Array(rows).fill(1 / rows),
      rewards,
    },
    scalars: packed.scalars,
  }
}

/** Its exponential is 0, and differences of it are finite. */
const BARRED = -1e5

/** What texts are drawn from: none begins with its end, none is longer than the capacity, none has reserved tokens. */
function barredTokens({ config, tokens }: InverterNetwork): Float32Array {
  const { vocabulary, start, end } = config
  const { reserved } = tokens.about
  return Float32Array.from({ length: 3 * vocabulary }, (_, i) => {
    const [place, token] = [Math.floor(i / vocabulary), i % vocabulary]
    if (token === end) return place === 0 ? BARRED : 0
    return place === 2 || token === start || token < reserved ? BARRED : 0
  })
}

/** A decoder with the weights of the trainer; its programs and all else are those of `network`, which is to be disposed. */
export function withWeights(
  network: InverterNetwork,
  parameters: Readonly<Record<string, DeviceTensor>>,
): InverterNetwork {
  return { ...network, weights: weightSet(parameters, 'shared') }
}

/** Tokens of texts for each vector, as drawTexts draws them from all that is likely. Throws BAD_ARGUMENT for fewer ones. */
export async function drawnTokens(
  network: InverterNetwork,
  vectors: readonly Float32Array[],
  seedOf: (vector: number) => number,
  options: Omit<Parameters<typeof drawTexts>[3], 'topP'>,
): Promise<(readonly (readonly number[])[])[]> {
  const found = await drawTexts(network, vectors, seedOf, { ...options, topP: 1 })
  return found.map((some) => {
    if (some.length < options.samples)
      throw badArgument('inverter', 'one that begins with reserved tokens alone', 'one that writes texts')
    return some.map(({ tokens }) => tokens)
  })
}
