import type { LanguageFamily } from './define.ts'
import { gpt2 } from './gpt2/family.ts'

/** Every family of published language models. */
export const LANGUAGE_FAMILIES: readonly LanguageFamily[] = [gpt2]
