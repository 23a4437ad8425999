import { bert } from './bert/family.ts'
import type { EncoderFamily, NamedModel } from './define.ts'
import { gte } from './gte/family.ts'
import { mpnet } from './mpnet/family.ts'
import { qwen2 } from './qwen2/family.ts'
import { roberta } from './roberta/family.ts'
import { t5Encoder } from './t5_encoder/family.ts'
import { useLite } from './use_lite/family.ts'

/** Every family of encoders. */
export const FAMILIES: readonly EncoderFamily[] = [useLite, bert, gte, mpnet, qwen2, roberta, t5Encoder]

/** Every model that is known by its name, with its family. */
export const NAMED_MODELS: Readonly<Record<string, NamedModel>> = Object.assign(
  {},
  ...FAMILIES.map(({ models }) => models),
)
