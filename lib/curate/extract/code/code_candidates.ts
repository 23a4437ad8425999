import { readFile, stat } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { check, VmmError } from '../../../core/errors.ts'
import { refuseUnknown } from '../../../core/options.ts'
import { checkRunOptions } from '../../../core/run_options.ts'
import { fileError } from '../../../io/files.ts'
import { openRegular } from '../../../io/read.ts'
import { findFiles } from '../../../search/files/find.ts'
import type { Candidates } from '../../candidates/candidate.ts'
import { CODE_ENDINGS, codeLanguageOf } from '../../code/languages.ts'
import { LONGEST_CODE } from '../../code/parse.ts'
import { candidatesOfFile } from './file_candidates.ts'

/** Where code is looked for. */
export interface CodeCandidatesOptions {
  /** What paths are relative to, also in keys. Default: the working directory. */
  readonly from?: string | undefined
  /** Told of each file that is passed over. */
  readonly onSkipped?: ((path: string, reason: VmmError) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

const OPTIONS = { from: true, onSkipped: true, signal: true } as const

/**
 * The functions, methods and classes of source files as candidates, with their documentation as the text where they have any,
 * what they depend on, what tests them, what they are made of, and the patterns that they show. Nothing is executed. Files with mistakes
 * are read as far as they go; those that cannot be read are passed over.
 *
 * @param paths files, folders, or patterns such as `src/*.py`; in folders, files of known languages are taken
 * @throws VmmError NOT_FOUND for a path that is missing, BAD_ARGUMENT, UNSUPPORTED where the grammars are not installed; the
 * signal's reason
 * @example
 * ```js
 * import { writeFile } from 'node:fs/promises'
 * import { codeCandidates } from 'vector-mamba/curate'
 *
 * await writeFile('sums.py', 'def double(x):\n  "Twice a number."\n  return x + x\n\ndef four(x): return double(double(x))\n')
 * for await (const { key, text, relations } of codeCandidates(['sums.py']))
 *   console.log(key, relations.length, text) // code:sums.py#double 0 Twice a number.
 * // code:sums.py#four 1 four (x)
 * ```
 */
export async function* codeCandidates(
  paths: readonly string[],
  options: CodeCandidatesOptions = {},
): Candidates {
  refuseUnknown(options, OPTIONS)
  checkRunOptions(options)
  check(Array.isArray(paths) && paths.length > 0, 'paths', paths, 'files, folders or patterns')
  const { signal, onSkipped } = options
  const from = resolve(options.from ?? '.')
  for (const path of await filesOf(paths, from, signal, onSkipped)) {
    signal?.throwIfAborted()
    const language = codeLanguageOf(path)
    const name = relative(from, path).replaceAll('\\', '/')
    try {
      if (language === null) throw new VmmError('UNSUPPORTED', `${name}: its ending tells no known language`)
      yield* await candidatesOfFile(await sourceOf(path), language, name)
    } catch (error) {
      const isOurs = error instanceof VmmError && /^(?:BAD_FILE|BAD_ARGUMENT|NOT_FOUND)$/.test(error.code)
      if (!isOurs && language !== null) throw error
      onSkipped?.(path, error as VmmError)
    }
  }
}

async function filesOf(
  paths: readonly string[],
  from: string,
  signal: AbortSignal | undefined,
  onSkipped: CodeCandidatesOptions['onSkipped'],
): Promise<readonly string[]> {
  const files = new Set<string>()
  for (const path of paths) {
    check(typeof path === 'string' && path !== '', 'paths', path, 'files, folders or patterns')
    const whole = resolve(from, path)
    const isFolder = await stat(whole).then(
      (found) => found.isDirectory(),
      () => false,
    )
    const found = isFolder
      ? await findFiles([`**/*.{${CODE_ENDINGS.join(',')}}`], whole, signal)
      : await findFiles([path], from, signal)
    if (found.missing.length > 0)
      throw fileError(found.missing[0]!, 'read', Object.assign(new Error('missing'), { code: 'ENOENT' }))
    for (const failure of found.failures) onSkipped?.(failure.path, failure.error)
    for (const file of found.files) files.add(file)
  }
  return [...files]
}

/** UTF-8 takes three bytes at most for a UTF-16 unit. */
const MOST_BYTES = 3 * LONGEST_CODE

async function sourceOf(path: string): Promise<string> {
  const { file, size } = await openRegular(path)
  try {
    if (size > MOST_BYTES)
      throw new VmmError('BAD_FILE', `${path}: ${size} bytes; at most ${MOST_BYTES} are read`)
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '')
  } finally {
    await file.close()
  }
}
