import type { LanguageFamily } from './define.ts'
import { gpt2 } from './gpt2/family.ts'
import { mamba } from './mamba/family.ts'
import { t5 } from './t5/family.ts'

/** Every family of published language models. */
export const LANGUAGE_FAMILIES: readonly LanguageFamily[] = [gpt2, mamba, t5]
