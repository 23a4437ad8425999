import { describe, VmmError } from '../core/errors.ts'
import { splitSentences } from '../text/sentences.ts'
import { readRecords } from './records.ts'

/** A document as its file gives it. */
export interface SourceDocument {
  /** Unique in its file. */
  readonly id: string
  /** What it belongs to: its domain or book, or '' where the file says neither. */
  readonly group: string
  /** In order; white space around them is gone, some may be empty. */
  readonly sentences: readonly string[]
}

/**
 * Reads documents, one after the other, from JSON lines, as they are or with gzip (.gz), or from a Parquet file (.parquet).
 * A line or row has its text as `paragraphs` (texts), `sentences` (texts that are not split further) or `text`; and, where
 * known, `id`, or `book` and `chapter`; and `domain`, or `book`, as the group. Ids that come again get `#2`, `#3`…
 *
 * @throws VmmError NOT_FOUND; BAD_FILE naming line or row and field; UNSUPPORTED for Parquet without the packages that read
 *   it; the signal's reason
 */
export async function* readDocuments(path: string, signal?: AbortSignal): AsyncGenerator<SourceDocument> {
  for await (const { id, group, texts, isSplit } of readWholeDocuments(path, signal)) {
    const sentences = isSplit
      ? texts.map((sentence) => sentence.trim())
      : texts.flatMap((text) => splitSentences(text).map((sentence) => sentence.text))
    yield { id, group, sentences }
  }
}

/** A document before it is split. */
export interface WholeDocument extends Pick<SourceDocument, 'id' | 'group'> {
  /** Its paragraphs, or its sentences. */
  readonly texts: readonly string[]
  readonly isSplit: boolean
  /** Its line or row in the file, from 1. */
  readonly number: number
}

/** The documents that readDocuments splits. */
export async function* readWholeDocuments(path: string, signal?: AbortSignal): AsyncGenerator<WholeDocument> {
  const seen = new Map<string, number>()
  for await (const { value, where, name, number } of readRecords(path, signal)) {
    const { id, ...rest } = documentOf(value, where, name)
    yield { id: freeId(id, seen), ...rest, number }
  }
}

/** An id that no document has had; `seen` holds for each how often it was asked for. */
function freeId(id: string, seen: Map<string, number>): string {
  let times = (seen.get(id) ?? 0) + 1
  let free = times === 1 ? id : `${id}#${times}`
  while (times > 1 && seen.has(free)) free = `${id}#${++times}` // a document may be named so itself
  seen.set(id, times)
  if (free !== id) seen.set(free, 1)
  return free
}

/** @param where for messages */
function documentOf(json: unknown, where: string, fallback: string): Omit<WholeDocument, 'number'> {
  const bad = (problem: string) => new VmmError('BAD_FILE', `${where}: ${problem}`)
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw bad(`got ${describe(json)}; expected an object`)
  const fields = json as Readonly<Record<string, unknown>>
  const text = (name: string): string | undefined => {
    const value = fields[name] ?? undefined
    if (value === undefined || typeof value === 'string') return value
    throw bad(`${name}: got ${describe(value)}; expected a text`)
  }
  const texts = (name: string): string[] | undefined => {
    const value = fields[name] ?? undefined
    if (value === undefined) return undefined
    if (Array.isArray(value) && value.every((v) => typeof v === 'string')) return value
    throw bad(`${name}: got ${describe(value)}; expected an array of texts`)
  }
  const whole = text('text')
  const paragraphs = texts('paragraphs') ?? (whole === undefined ? undefined : [whole])
  const sentences = texts('sentences')
  const found = sentences ?? paragraphs
  if (found === undefined) throw bad('no text: expected paragraphs, sentences or text')
  const book = text('book')
  const chapter = text('chapter')
  const named = text('id') ?? (chapter === undefined ? book : `${book ?? ''}/${chapter}`)
  const group = text('domain') ?? book ?? ''
  return { id: named ?? fallback, group, texts: found, isSplit: sentences !== undefined }
}
