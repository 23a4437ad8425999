import type { Tokens } from '../../core/tokenizer.ts'
import type { Lexicon } from '../../text/lexicon.ts'
import type { WeightSet } from '../../weights/weight_set.ts'
import { makeNetwork, type Network } from '../network.ts'
import type { InverterConfig } from './config.ts'

/** An inverter's decoder that can run, and the tokens that it writes. */
export interface InverterNetwork extends Network<InverterConfig> {
  readonly tokens: Tokens
  /** Words that its texts have unless somebody asks for others; null for all that tokens spell. */
  readonly lexicon: Lexicon | null
  /** What it is told of the vectors that are there: see noiseLevels. */
  readonly blur: number
}

/** @param weights all of inverterParameters, packed or as they were trained */
export function makeInverterNetwork(
  config: InverterConfig,
  weights: WeightSet,
  tokens: Tokens,
  lexicon: Lexicon | null = null,
): InverterNetwork {
  return { ...makeNetwork(config, weights), tokens, lexicon, blur: 0 }
}
