import { check } from '../../../core/errors.ts'
import type { TokenizerAbout } from '../../../core/tokenizer.ts'
import { completeConfig } from '../../complete_config.ts'
import { checkSizes } from '../../sizes.ts'
import type { EncoderConfig } from '../define.ts'

/** Universal Sentence Encoder Lite (Cer et al. 2018, arXiv 1803.11175). */
export interface UseLiteConfig extends EncoderConfig {
  /** Token ids that there are. */
  readonly vocabulary: number
  /** Width of the embeddings and of the first layer; the others have that of the vectors. */
  readonly width: number
  readonly layers: number
  readonly heads: number
  /** Hidden units of a layer's feed-forward part. */
  readonly ffn: number
  /** Angular frequencies of the position signal, [width / 2]: they are among the weights. */
  readonly inverseFrequencies: readonly number[]
}

const defaults: UseLiteConfig = {
  space: 'use-lite-512',
  dims: 512,
  capacityTokens: 128,
  /** 8,000 pieces and two that no text reaches. */
  vocabulary: 8002,
  width: 256,
  layers: 2,
  heads: 4,
  ffn: 1536,
  inverseFrequencies: [],
}

/** Numbers of the position signal, a constant of the program: [capacityTokens, width]. */
const MOST_SIGNAL = 2 ** 24

/** A complete config from some of its fields; the others are those of the published model. Throws VmmError BAD_ARGUMENT. */
export function useLiteConfig(given: Partial<UseLiteConfig>): UseLiteConfig {
  const config = completeConfig(given, defaults)
  checkSizes(config, ['dims', 'capacityTokens', 'vocabulary', 'width', 'layers', 'heads', 'ffn'])
  const { capacityTokens, width, heads, dims, inverseFrequencies } = config
  check(width % 2 === 0, 'config.width', width, 'an even number')
  const most = Math.floor(MOST_SIGNAL / width)
  const room = `at most ${most}, with a width of ${width}`
  check(capacityTokens <= most, 'config.capacityTokens', capacityTokens, room)
  check(
    width % heads === 0 && dims % heads === 0,
    'config.heads',
    heads,
    `a divisor of width and dims, ${width} and ${dims}`,
  )
  const numbers = Array.isArray(inverseFrequencies) && inverseFrequencies.every(Number.isFinite)
  check(numbers, 'config.inverseFrequencies', inverseFrequencies, 'numbers')
  return config
}

/** Its vocabulary file, in which the ids 0 … 5 are control symbols: <unk>, <s>, </s> and three that nothing uses. */
export const USE_LITE_TOKENIZER: TokenizerAbout = {
  kind: 'unigram',
  file: 'vocabulary.json',
  reserved: 6,
  start: 1,
  end: 2,
}
