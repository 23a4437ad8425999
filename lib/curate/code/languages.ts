import { check } from '../../core/errors.ts'

/** A language whose code is read. */
export type CodeLanguage = 'python' | 'javascript' | 'typescript' | 'rust' | 'go'

/** Endings of the names of files, by language. */
const ENDINGS: Readonly<Record<CodeLanguage, readonly string[]>> = {
  python: ['py', 'pyi'],
  javascript: ['js', 'mjs', 'cjs', 'jsx'],
  typescript: ['ts', 'mts', 'cts', 'tsx'],
  rust: ['rs'],
  go: ['go'],
}

export const CODE_LANGUAGES = Object.keys(ENDINGS) as readonly CodeLanguage[]

/** Endings of the names of files with code. */
export const CODE_ENDINGS: readonly string[] = Object.values(ENDINGS).flat()

const BY_ENDING: ReadonlyMap<string, CodeLanguage> = new Map(
  CODE_LANGUAGES.flatMap((language) => ENDINGS[language].map((ending) => [ending, language] as const)),
)

/** Throws VmmError BAD_ARGUMENT for a language that is not read. */
export function checkCodeLanguage(language: string): asserts language is CodeLanguage {
  check(Object.hasOwn(ENDINGS, language), 'language', language, CODE_LANGUAGES.join(', '))
}

/** The language that a file is written in by the ending of its name; null for others. */
export function codeLanguageOf(path: string): CodeLanguage | null {
  const ending = /\.(\w+)$/.exec(path)
  return ending === null ? null : (BY_ENDING.get(ending[1]!.toLowerCase()) ?? null)
}
