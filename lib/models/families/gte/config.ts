import { check } from '../../../core/errors.ts'
import { checkRotaryHeads } from '../../../layers/rotary.ts'
import { completeConfig } from '../../complete_config.ts'
import { checkPositive } from '../../sizes.ts'
import { checkSentenceConfig, SENTENCE_DEFAULTS, type SentenceConfig } from '../sentence_head.ts'

/** The "new" model of GTE (Zhang et al. 2024, arXiv 2407.19669), as stella_en_400M_v5 is. */
export interface GteConfig extends SentenceConfig {
  /** Kinds of text that have an embedding, of which a single text is the first; 0 where there are none. */
  readonly types: number
  readonly ropeTheta: number
  /** By how much positions are stretched ("ntk"); 1 for not at all. */
  readonly ropeFactor: number
}

const defaults: GteConfig = {
  ...SENTENCE_DEFAULTS,
  space: 'gte-1024',
  dims: 1024,
  width: 1024,
  capacityTokens: 512,
  vocabulary: 30_528,
  layers: 24,
  heads: 16,
  ffn: 4096,
  types: 2,
  ropeTheta: 160_000,
  ropeFactor: 2,
  normEps: 1e-12,
}

/** A complete config; the other fields are those of stella_en_400M_v5. Throws VmmError BAD_ARGUMENT. */
export function gteConfig(given: Partial<GteConfig>): GteConfig {
  const config = completeConfig(given, defaults)
  checkSentenceConfig(config)
  const { width, heads, types, ropeFactor } = config
  checkRotaryHeads(width, heads)
  const isCount = Number.isSafeInteger(types) && types >= 0 && types <= 1024
  check(isCount, 'config.types', types, 'a whole number of 0 to 1024')
  const stretches = Number.isFinite(ropeFactor) && ropeFactor >= 1
  check(stretches, 'config.ropeFactor', ropeFactor, 'a number of 1 or more')
  checkPositive(config, ['ropeTheta'])
  return config
}
