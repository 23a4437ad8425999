// All texts that a tiny decoder can write, so that expectations are sums.
import type { InverterConfig } from '../../../lib/models/inverter/config.ts'
import { inverterParameters } from '../../../lib/models/inverter/parameters.ts'
import { makeTokens } from '../../../lib/text/tokenizers/tokens.ts'
import { weightSet } from '../../../lib/weights/weight_set.ts'
import {
  forwardLogits,
  golden,
  tensorsOf,
  tinyConfig,
  tinyNetwork,
  valuesFrom,
} from '../../models/inverter/support.ts'
import { standInEncoder } from '../../support/stand_in_encoder.ts'
import { noise } from '../tiny_data.ts'

const vocabulary = 7
const reserved = 3
/** Texts have one or two of four tokens. */
export const model: InverterConfig = tinyConfig({
  vocabulary,
  capacityTokens: 2,
  layers: 1,
  noiseRange: [0.01, 1],
})
export const specs = inverterParameters(model)
export const tokens = makeTokens(
  { kind: 'unigram', file: 'vocabulary.json', reserved, start: 1, end: 2 },
  JSON.stringify([...'<>/abcd'].map((piece) => [piece, -1])),
)
const letters = Array.from({ length: vocabulary - reserved }, (_, i) => reserved + i)
export const allTexts: readonly (readonly number[])[] = [
  ...letters.map((a) => [a]),
  ...letters.flatMap((a) => letters.map((b) => [a, b])),
]

/** A stand-in of which each text of the decoder has a vector of its own. */
export const encoder = standInEncoder({
  ...{
    name: 'letters',
    space: model.space,
    dims: model.dims,
    fingerprint: 'letters-1',
    capacityTokens: 8,
    tokens,
  },
  vectorOf: (text) => {
    const values = noise(
      [...text].reduce((sum, letter) => 31 * sum + letter.codePointAt(0)!, 7),
      model.dims,
    )
    const length = Math.hypot(...values.map((u) => u - 0.5))
    return Float32Array.from(values, (u) => (u - 0.5) / length)
  },
  isLong: () => false,
})

export type Values = Readonly<Record<string, Float32Array>>

export const start: Values = valuesFrom(specs, golden.inverters[10]!.start)
export const network = await tinyNetwork(model, 'plain', tokens)

/** The logits of the places of allTexts, [(length + 1) · vocabulary] each. */
export function logitsOf(values: Values, vector: Float32Array): Float32Array[] {
  const weights = weightSet(tensorsOf(specs, values))
  try {
    return forwardLogits(
      { ...network, weights },
      allTexts.map((text) => ({ vector, tokens: text })),
    )
  } finally {
    weights.dispose()
  }
}

/** The natural log of the probability that each of allTexts is drawn, by the rules of drawing, in f64. */
export function logProbs(values: Values, vector: Float32Array, temperature: number): number[] {
  return logitsOf(values, vector).map((logits, i) => {
    const text = allTexts[i]!
    let sum = 0
    // A text that is full has ended; none ends before it begins.
    for (let at = 0; at <= text.length && at < model.capacityTokens; at++) {
      const next = at < text.length ? text[at]! : model.end
      const allowed = at === 0 ? letters : [...letters, model.end]
      const own = (id: number) => logits[at * vocabulary + id]! / temperature
      const most = Math.max(...allowed.map(own))
      sum += own(next) - most - Math.log(allowed.reduce((total, id) => total + Math.exp(own(id) - most), 0))
    }
    return sum
  })
}
