import type { EncoderFamily, NamedModel } from './define.ts'
import { useLite } from './use_lite/family.ts'

/** Every family of encoders. */
export const FAMILIES: readonly EncoderFamily[] = [useLite]

/** Every model that is known by its name, with its family. */
export const NAMED_MODELS: Readonly<Record<string, NamedModel>> = Object.assign(
  {},
  ...FAMILIES.map(({ models }) => models),
)
