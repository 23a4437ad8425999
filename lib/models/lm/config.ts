import { check } from '../../core/errors.ts'
import { completeConfig } from '../complete_config.ts'
import type { MambaSizes } from '../mamba.ts'
import { checkSizes } from '../sizes.ts'
import { checkTokenIds, type TokenIds } from '../token_ids.ts'

/** A language model over tokens: one stack of Mamba blocks, whose table of tokens is also its head. Plain JSON. */
export interface LanguageModelConfig extends TokenIds, MambaSizes {}

const defaults = {
  vocabulary: 8000,
  start: 1,
  end: 2,
  dModel: 384,
  blocks: 6,
  dState: 16,
  dConv: 4,
  expand: 2,
} as const

const sizes = ['vocabulary', 'dModel', 'blocks', 'dState', 'dConv', 'expand', 'dtRank'] as const

/**
 * A complete config from some of its fields; the others are those of a small model (dModel 384, 6 blocks; 9 M
 * parameters). Throws VmmError BAD_ARGUMENT that names the field for unknown fields and wrong values.
 *
 * @example
 * ```js
 * import { languageModelConfig } from 'vector-mamba'
 *
 * const { dModel, blocks, dtRank } = languageModelConfig({ dModel: 256, blocks: 4 })
 * console.log(dModel, blocks, dtRank) // 256 4 16
 * ```
 */
export function languageModelConfig(given: Partial<LanguageModelConfig> = {}): LanguageModelConfig {
  // What is no object or no number is refused below.
  const dModel = typeof given?.dModel === 'number' ? given.dModel : defaults.dModel
  const config = completeConfig<LanguageModelConfig>(given, { ...defaults, dtRank: Math.ceil(dModel / 16) })
  checkSizes(config, sizes)
  check(config.dConv >= 2, 'config.dConv', config.dConv, '2 … 16')
  checkTokenIds(config)
  return config
}
