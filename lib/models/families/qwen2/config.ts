import { check } from '../../../core/errors.ts'
import { completeConfig } from '../../complete_config.ts'
import { checkPositive, checkSizes } from '../../sizes.ts'
import { checkSentenceHead, SENTENCE_DEFAULTS, type SentenceConfig } from '../sentence_head.ts'

/** Qwen2 as an encoder (Yang et al. 2024, arXiv 2407.10671), as stella_en_1.5B_v5 is: there every token sees all others. */
export interface Qwen2Config extends SentenceConfig {
  readonly vocabulary: number
  readonly layers: number
  readonly heads: number
  /** Heads of keys and values, which several heads of queries share. */
  readonly kvHeads: number
  readonly ffn: number
  readonly ropeTheta: number
  readonly normEps: number
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
  checkSizes(config, ['dims', 'width', 'capacityTokens', 'vocabulary', 'layers', 'heads', 'ffn'])
  const { width, heads, kvHeads, causal } = config
  check(
    width % (2 * heads) === 0,
    'config.heads',
    heads,
    `so many that heads of width ${width} / heads are even`,
  )
  const shares = Number.isSafeInteger(kvHeads) && kvHeads >= 1 && heads % kvHeads === 0
  check(shares, 'config.kvHeads', kvHeads, `a divisor of heads, ${heads}`)
  checkPositive(config, ['ropeTheta', 'normEps'])
  check(typeof causal === 'boolean', 'config.causal', causal, 'true or false')
  checkSentenceHead(config)
  return config
}
