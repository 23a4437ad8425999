import type { Lexicon } from '../../text/lexicon.ts'
import type { WeightSet } from '../../weights/weight_set.ts'
import { makeNetwork, type Network } from '../network.ts'
import type { InverterConfig } from './config.ts'
import { type DecoderHabits, ownHabits, type WrittenTokens } from './habits.ts'
import { cosineLikeness, type Likeness } from './likeness.ts'

/** An inverter's decoder that can run, and the tokens that it writes. */
export interface InverterNetwork<T extends WrittenTokens = WrittenTokens> extends Network<InverterConfig> {
  readonly tokens: T
  /** Words that its texts have unless somebody asks for others; null for all that tokens spell. */
  readonly lexicon: Lexicon | null
  /** How its texts are compared with their vectors. */
  readonly likeness: Likeness
  /** What it is told of the vectors that are there: see noiseLevels. */
  readonly blur: number
  readonly habits: DecoderHabits
}

/**
 * @param weights  all of inverterParameters, packed or as they were trained
 * @param likeness is disposed with it
 */
export function makeInverterNetwork<T extends WrittenTokens>(
  config: InverterConfig,
  weights: WeightSet,
  tokens: T,
  lexicon: Lexicon | null = null,
  likeness: Likeness = cosineLikeness,
  habits: DecoderHabits = ownHabits(tokens),
): InverterNetwork<T> {
  const network = makeNetwork(config, weights)
  const dispose = () => {
    network.dispose()
    likeness.dispose()
  }
  return { ...network, dispose, [Symbol.dispose]: dispose, tokens, lexicon, likeness, blur: 0, habits }
}
