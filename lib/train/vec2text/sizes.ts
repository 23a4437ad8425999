import { check } from '../../core/errors.ts'
import { completeConfig } from '../../models/complete_config.ts'
import type { T5Config } from '../../models/lm/families/t5/config.ts'
import { checkSizes } from '../../models/sizes.ts'
import type { Vec2TextConfig } from '../../models/vec2text/config.ts'

/** Sizes of a model of vec2text that a config gives; all else follows from the encoder and the tokens. */
export interface Vec2TextSizes {
  readonly width: number
  readonly layers: number
  readonly decoderLayers: number
  readonly heads: number
  readonly headWidth: number
  readonly ffn: number
  /** 0: as many as the vectors are long. */
  readonly bottleneck: number
  readonly repeats: number
  readonly maxTokens: number
}

/** Small: a tenth of T5-base. Rows of a vector and tokens are those of the original. */
const DEFAULTS: Vec2TextSizes = {
  ...{ width: 256, layers: 4, decoderLayers: 4, heads: 4, headWidth: 64, ffn: 1024 },
  ...{ bottleneck: 0, repeats: 16, maxTokens: 32 },
}

/** What was given of sizes over the defaults. Throws VmmError BAD_ARGUMENT naming the one that is wrong. */
export function vec2textSizes(given: Partial<Vec2TextSizes>): Vec2TextSizes {
  const config = completeConfig(given, DEFAULTS)
  const { decoderLayers, headWidth, bottleneck, repeats, maxTokens } = config
  checkSizes(config, ['width', 'layers', 'heads', 'ffn'])
  whole('decoderLayers', decoderLayers, 1, 512)
  whole('headWidth', headWidth, 1, 1024)
  whole('bottleneck', bottleneck, 0, 65_536)
  whole('repeats', repeats, 1, 1024)
  whole('maxTokens', maxTokens, 2, 4096)
  return config
}

function whole(name: string, value: number, least: number, most: number): void {
  const ok = Number.isSafeInteger(value) && value >= least && value <= most
  check(ok, `config.${name}`, value, `a whole number from ${least} to ${most}`)
}

/** T5 of these sizes, of its first version, as the original's is. */
export function t5OfSizes(
  { width, layers, decoderLayers, heads, headWidth, ffn }: Vec2TextSizes,
  vocabulary: number,
): T5Config {
  return {
    ...{ vocabulary, width, contextTokens: null, layers, decoderLayers, heads, headWidth, ffn },
    ...{ gated: false, buckets: 32, activation: 'relu', normEps: 1e-6, isTied: true },
  }
}

/** The sizes of a model that is there. */
export function sizesOf({ t5, bottleneck, repeats, maxTokens }: Vec2TextConfig): Vec2TextSizes {
  const { width, layers, decoderLayers, heads, headWidth, ffn } = t5
  return { width, layers, decoderLayers, heads, headWidth, ffn, bottleneck, repeats, maxTokens }
}
