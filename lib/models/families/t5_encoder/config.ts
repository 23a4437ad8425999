import { check } from '../../../core/errors.ts'
import { checkBuckets } from '../../../layers/relative_bias.ts'
import { completeConfig } from '../../complete_config.ts'
import { checkActivation, type FfnActivation } from '../activations.ts'
import { checkSentenceConfig, SENTENCE_DEFAULTS, type SentenceConfig } from '../sentence_head.ts'

/** The encoder of T5 (Raffel et al. 2020, arXiv 1910.10683), as gtr-t5-base is (Ni et al. 2022, arXiv 2112.07899). */
export interface T5EncoderConfig extends SentenceConfig {
  /** Width of a head. */
  readonly headWidth: number
  /** Whether the feed-forward part is gated, as since version 1.1. */
  readonly gated: boolean
  /** Of relative distances, for both directions together. */
  readonly buckets: number
  readonly activation: FfnActivation
}

const defaults: T5EncoderConfig = {
  ...SENTENCE_DEFAULTS,
  space: 't5-768',
  dims: 768,
  width: 768,
  capacityTokens: 512,
  vocabulary: 32_128,
  layers: 12,
  heads: 12,
  headWidth: 64,
  ffn: 3072,
  gated: false,
  buckets: 32,
  normEps: 1e-6,
  activation: 'relu',
}

/** A complete config; the other fields are those of t5-base. Throws VmmError BAD_ARGUMENT. */
export function t5EncoderConfig(given: Partial<T5EncoderConfig>): T5EncoderConfig {
  const config = completeConfig(given, defaults)
  checkSentenceConfig(config)
  const { headWidth, gated, buckets, activation } = config
  const isWidth = Number.isSafeInteger(headWidth) && headWidth >= 1 && headWidth <= 1024
  check(isWidth, 'config.headWidth', headWidth, 'a whole number of 1 to 1024')
  check(typeof gated === 'boolean', 'config.gated', gated, 'true or false')
  checkBuckets(buckets)
  checkActivation(activation)
  return config
}
