import { type SaveOptions, saveBundle } from '../../bundle/save.ts'
import { badArgument } from '../../core/errors.ts'
import type { Tokens } from '../../core/tokenizer.ts'
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
  { architecture, parameters, table }: Pick<EncoderFamily, 'architecture' | 'parameters' | 'table'>,
  options: SaveEncoderOptions,
): Promise<void> {
  const { config, tokens } = options
  const { capacityTokens } = config
  const specs = parameters(config)
  const { size } = tokens.tokenizer
  const rows = specs[table]!.shape[0]!
  if (size > rows)
    throw badArgument('tokens', `${size} pieces`, `at most ${rows}, as many as there are embeddings`)
  const about = { kind: 'encoder', architecture, capacityTokens, config, tokens } as const
  await saveBundle(folder, about, specs, options)
}
