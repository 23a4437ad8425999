import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { VmmError } from '../../core/errors.ts'
import { findFiles } from '../../search/files/find.ts'
import type { Candidates } from '../candidates/candidate.ts'
import { CODE_ENDINGS } from '../code/languages.ts'
import { splitPassages } from '../extract/llm/passages.ts'
import { textDocuments } from '../extract/rules/documents.ts'
import type { SourceConfig } from './config.ts'
import type { Passage } from './unit.ts'

/** Raised when extractors find other candidates in the same files. */
const FORMAT = 1

/** What a source is now: its kind and options, and the sizes and times of its files. */
export async function fingerprintOf(source: SourceConfig): Promise<string> {
  const files = await filesOf(source)
  const states = await Promise.all(
    files.map(async (path) => {
      const { size, mtimeMs } = await stat(path)
      return [path, size, mtimeMs]
    }),
  )
  const hash = createHash('sha256').update(JSON.stringify([FORMAT, source, states]))
  return hash.digest('hex').slice(0, 24)
}

/** What rules find in a source. Extractors are loaded when they are called for. */
export async function* candidatesOf(source: SourceConfig, signal: AbortSignal | undefined): Candidates {
  const { kind, scope } = source
  if (kind === 'wordnet') {
    const { wordNetCandidates } = await import('../extract/graphs/wordnet.ts')
    yield* wordNetCandidates({ scope, signal })
    return
  }
  const files = await filesOf(source)
  if (kind === 'code') {
    const { codeCandidates } = await import('../extract/code/code_candidates.ts')
    yield* codeCandidates(files, { signal })
  } else if (kind === 'text') {
    const { textCandidates } = await import('../extract/rules/text_candidates.ts')
    yield* textCandidates(files, { signal })
  } else for (const path of files) yield* ofFile(kind, path, signal)
}

async function* ofFile(
  kind: Exclude<SourceConfig['kind'], 'wordnet' | 'code' | 'text'>,
  path: string,
  signal: AbortSignal | undefined,
): Candidates {
  switch (kind) {
    case 'conceptnet':
      yield* (await import('../extract/graphs/conceptnet.ts')).conceptNetCandidates(path, { signal })
      break
    case 'wikidata':
      yield* (await import('../extract/graphs/wikidata.ts')).wikidataCandidates(path, { signal })
      break
    case 'mbpp':
      yield* (await import('../extract/datasets/programs.ts')).mbppCandidates(path, { signal })
      break
    case 'humaneval':
      yield* (await import('../extract/datasets/programs.ts')).humanEvalCandidates(path, { signal })
      break
    case 'gsm8k':
      yield* (await import('../extract/datasets/instructions.ts')).gsm8kCandidates(path, { signal })
      break
    case 'alpaca':
      yield* (await import('../extract/datasets/instructions.ts')).alpacaCandidates(path, { signal })
  }
}

/** Characters of a passage that a language model reads at a time. */
const LONGEST_PASSAGE = 2000

/** The paragraphs of a source of text, short ones together, long ones in pieces. */
export async function* passagesOf(
  source: SourceConfig,
  signal: AbortSignal | undefined,
): AsyncGenerator<Passage> {
  for await (const { source: path, id, paragraphs } of textDocuments(await filesOf(source), signal)) {
    let position = 0
    const passage = (text: string, line: number | null): Passage => ({
      ...{ text, source: path, document: id, position: position++, line },
    })
    let open: { text: string; readonly line: number | null } | null = null
    for (const { text, line } of paragraphs) {
      if (open && open.text.length + text.length > LONGEST_PASSAGE) {
        yield passage(open.text, open.line)
        open = null
      }
      if (open) open.text += `\n\n${text}`
      else if (text.length <= LONGEST_PASSAGE) open = { text, line }
      else
        for (const piece of splitPassages(text, { source: path }, { characters: LONGEST_PASSAGE }))
          yield passage(piece.text, line)
    }
    if (open) yield passage(open.text, open.line)
  }
}

async function filesOf({ kind, files }: SourceConfig): Promise<readonly string[]> {
  if (kind === 'wordnet') return []
  const all = new Set<string>()
  for (const path of files) {
    const isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false
    // Of a folder the texts are found, unless something else is asked for.
    const found =
      isFolder && kind === 'code'
        ? await findFiles([`**/*.{${CODE_ENDINGS.join(',')}}`], resolve(path))
        : await findFiles([path], process.cwd())
    const [missing] = found.missing
    if (missing !== undefined) throw new VmmError('NOT_FOUND', `${missing}: no such file`)
    const [failure] = found.failures
    if (failure) throw failure.error
    for (const file of found.files) all.add(file)
  }
  if (all.size === 0) throw new VmmError('NOT_FOUND', `${kind}: no file fits ${files.join(', ')}`)
  return [...all]
}
