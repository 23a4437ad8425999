import { type SaveOptions, saveBundle } from '../../bundle/save.ts'
import { badArgument } from '../../core/errors.ts'
import type { Tokens } from '../../core/tokenizer.ts'
import { configToSave } from '../complete_config.ts'
import type { EncoderConfig, EncoderFamily } from '../families/define.ts'

export interface SaveEncoderOptions extends SaveOptions {
  readonly config: EncoderConfig
  /** What it reads. */
  readonly tokens: Tokens
}

/**
 * Writes an encoder of a family as a bundle that loadEncoder reads. Throws as saveBundle does, and VmmError BAD_ARGUMENT
 * for more tokens than there are embeddings.
 */
export async function saveEncoder(
  folder: string,
  family: Pick<EncoderFamily, 'architecture' | 'config' | 'parameters' | 'table'>,
  options: SaveEncoderOptions,
): Promise<void> {
  const { tokens } = options
  const { architecture } = family
  const config = configToSave(options.config, family.config)
  const { capacityTokens } = config
  const specs = family.parameters(config)
  const { size } = tokens.tokenizer
  const rows = specs[family.table]!.shape[0]!
  if (size > rows)
    throw badArgument('tokens', `${size} pieces`, `at most ${rows}, as many as there are embeddings`)
  const about = { kind: 'encoder', architecture, capacityTokens, config, tokens } as const
  await saveBundle(folder, about, specs, options)
}
