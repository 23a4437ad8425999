import { check } from '../../../core/errors.ts'
import { checkBuckets } from '../../../layers/relative_bias.ts'
import { completeConfig } from '../../complete_config.ts'
import { checkSizes } from '../../sizes.ts'
import { checkActivation, type FfnActivation } from '../activations.ts'
import { checkSentenceConfig, SENTENCE_DEFAULTS, type SentenceConfig } from '../sentence_head.ts'

/** MPNet (Song et al. 2020, arXiv 2004.09297), as all-mpnet-base-v2 is. */
export interface MpnetConfig extends SentenceConfig {
  /** Rows of the table of positions, of which texts use those from FIRST_POSITION on. */
  readonly positions: number
  /** Of relative distances, for both directions together. */
  readonly buckets: number
  readonly activation: FfnActivation
}

/** The row of a text's first position: that of padding and one more come before. */
export const FIRST_POSITION = 2

const defaults: MpnetConfig = {
  ...SENTENCE_DEFAULTS,
  space: 'mpnet-768',
  dims: 768,
  width: 768,
  capacityTokens: 384,
  vocabulary: 30_527,
  layers: 12,
  heads: 12,
  ffn: 3072,
  positions: 0,
  buckets: 32,
  normEps: 1e-5,
  activation: 'gelu',
}

/** A complete config; the other fields are those of all-mpnet-base-v2, with as many positions as are read. Throws VmmError BAD_ARGUMENT. */
export function mpnetConfig(given: Partial<MpnetConfig>): MpnetConfig {
  const completed = completeConfig(given, defaults)
  checkSentenceConfig(completed)
  const needed = completed.capacityTokens + FIRST_POSITION
  const config = { ...completed, positions: completed.positions || needed }
  checkSizes(config, ['positions'])
  const { positions, width, heads, buckets, activation } = config
  check(positions >= needed, 'config.positions', positions, `at least ${needed}, for all tokens of a text`)
  check(width % heads === 0, 'config.heads', heads, `a divisor of width, ${width}`)
  checkBuckets(buckets)
  checkActivation(activation)
  return config
}
