import { createReadStream } from 'node:fs'
import { addAbortSignal } from 'node:stream'
import { describe, VmmError } from '../core/errors.ts'
import { parseJson } from '../io/json.ts'
import { linesOf } from '../io/lines.ts'
import { splitSentences } from '../text/sentences.ts'

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
 * Reads documents from JSON lines, one after the other; blank lines are skipped. A line is an object with its text as
 * `paragraphs` (texts), `sentences` (texts that are not split further) or `text`; and, where known, with `id`, or
 * `book` and `chapter`; and with `domain`, or `book`, as the group. Ids that come again get `#2`, `#3`…
 *
 * @throws VmmError NOT_FOUND, or BAD_FILE naming line and field; the signal's reason
 */
export async function* readDocuments(path: string, signal?: AbortSignal): AsyncGenerator<SourceDocument> {
  const input = createReadStream(path, { highWaterMark: 1 << 18 })
  input.on('error', () => {}) // reading throws it
  if (signal) addAbortSignal(signal, input)
  const seen = new Map<string, number>()
  let number = 0
  try {
    for await (const line of linesOf(input, path)) {
      signal?.throwIfAborted()
      number++
      if (line.trim() === '') continue
      const { id, ...rest } = parseDocument(line, `${path}: line ${number}`, `line-${number}`)
      yield { id: freeId(id, seen), ...rest }
    }
  } catch (error) {
    signal?.throwIfAborted()
    throw error
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
function parseDocument(line: string, where: string, fallback: string): SourceDocument {
  const bad = (problem: string) => new VmmError('BAD_FILE', `${where}: ${problem}`)
  const json = parseJson(line, where)
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
  const sentences =
    texts('sentences')?.map((s) => s.trim()) ??
    paragraphs?.flatMap((p) => splitSentences(p).map((sentence) => sentence.text))
  if (sentences === undefined) throw bad('no text: expected paragraphs, sentences or text')
  const book = text('book')
  const chapter = text('chapter')
  const named = text('id') ?? (chapter === undefined ? book : `${book ?? ''}/${chapter}`)
  return { id: named ?? fallback, group: text('domain') ?? book ?? '', sentences }
}
