import { check } from '../../../core/errors.ts'
import { checkRotaryHeads } from '../../../layers/rotary.ts'
import { completeConfig } from '../../complete_config.ts'
import { checkPositive } from '../../sizes.ts'
import { checkSentenceConfig, SENTENCE_DEFAULTS, type SentenceConfig } from '../sentence_head.ts'

/** Qwen2 as an encoder (Yang et al. 2024, arXiv 2407.10671), as stella_en_1.5B_v5 is: there every token sees all others. */
export interface Qwen2Config extends SentenceConfig {
  /** Heads of keys and values, which several heads of queries share. */
  readonly kvHeads: number
  readonly ropeTheta: number
  /** Whether a token sees those before it alone, as in the language model. */
  readonly causal: boolean
}

const defaults: Qwen2Config = {
  ...SENTENCE_DEFAULTS,
  space: 'qwen2-1536',
  dims: 1536,
  width: 1536,
  capacityTokens: 512,
  vocabulary: 151_646,
  layers: 28,
  heads: 12,
  kvHeads: 2,
  ffn: 8960,
  ropeTheta: 1e6,
  normEps: 1e-6,
  causal: false,
}

/** A complete config; the other fields are those of stella_en_1.5B_v5. Throws VmmError BAD_ARGUMENT. */
export function qwen2Config(given: Partial<Qwen2Config>): Qwen2Config {
  const config = completeConfig(given, defaults)
  checkSentenceConfig(config)
  const { width, heads, kvHeads, causal } = config
  checkRotaryHeads(width, heads)
  const shares = Number.isSafeInteger(kvHeads) && kvHeads >= 1 && heads % kvHeads === 0
  check(shares, 'config.kvHeads', kvHeads, `a divisor of heads, ${heads}`)
  checkPositive(config, ['ropeTheta'])
  check(typeof causal === 'boolean', 'config.causal', causal, 'true or false')
  return config
}
