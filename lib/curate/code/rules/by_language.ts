import type { CodeLanguage } from '../languages.ts'
import { goRules } from './go.ts'
import { javascriptRules } from './javascript.ts'
import { pythonRules } from './python.ts'
import type { LanguageRules } from './rules.ts'
import { rustRules } from './rust.ts'

export const RULES: Readonly<Record<CodeLanguage, LanguageRules>> = {
  python: pythonRules,
  javascript: javascriptRules,
  typescript: javascriptRules,
  rust: rustRules,
  go: goRules,
}
