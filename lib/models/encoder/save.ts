import { type SaveOptions, saveBundle } from '../../bundle/save.ts'
import type { Tokens } from '../../core/tokenizer.ts'
import type { EncoderConfig, EncoderFamily } from '../families/define.ts'

export interface SaveEncoderOptions extends SaveOptions {
  readonly config: EncoderConfig
  /** What it reads. */
  readonly tokens: Tokens
}

/** Writes an encoder of a family as a bundle that loadEncoder reads. Throws as saveBundle does. */
export async function saveEncoder(
  folder: string,
  { architecture, parameters }: Pick<EncoderFamily, 'architecture' | 'parameters'>,
  options: SaveEncoderOptions,
): Promise<void> {
  const { config, tokens } = options
  const { capacityTokens } = config
  const about = { kind: 'encoder', architecture, capacityTokens, config, tokens } as const
  await saveBundle(folder, about, parameters(config), options)
}
