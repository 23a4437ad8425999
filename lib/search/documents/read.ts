import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { VmmError } from '../../core/errors.ts'
import { holdsDocuments } from '../../data/records.ts'
import { readWholeDocuments } from '../../data/sources.ts'
import { textOf } from '../../io/lines.ts'
import { readSmallFile } from '../../io/read.ts'
import type { Block } from './block.ts'
import { htmlBlocks } from './html.ts'
import { markdownBlocks } from './markdown.ts'
import { pdfBlocks } from './pdf.ts'
import { plainBlocks } from './plain.ts'

/** A document of a file. */
export interface FileDocument {
  /** What it is called beside others of the file: '' where the file is one document. */
  readonly id: string
  /** What it belongs to, where the file says so. */
  readonly group: string | null
  /** Another one when the content changes. */
  readonly hash: string
  /** Throws VmmError BAD_FILE, UNSUPPORTED. */
  blocks(): Promise<readonly Block[]>
}

/** What a file may have: its text is held in memory. */
const MOST_BYTES = 1 << 28

/**
 * The documents of a file: one, or those of its lines or rows where it is JSON lines or Parquet. Markdown, HTML and PDF are
 * known by their endings; all else is plain text.
 *
 * @throws VmmError NOT_FOUND, BAD_FILE, UNSUPPORTED where a package is missing; the signal's reason
 */
export async function* fileDocuments(path: string, signal?: AbortSignal): AsyncGenerator<FileDocument> {
  if (holdsDocuments(path)) {
    yield* recordDocuments(path, signal)
    return
  }
  const bytes = await readSmallFile(path, MOST_BYTES)
  signal?.throwIfAborted()
  const hash = createHash('sha256').update(bytes).digest('hex')
  yield { id: '', group: null, hash, blocks: () => blocksOf(path, bytes) }
}

async function* recordDocuments(path: string, signal?: AbortSignal): AsyncGenerator<FileDocument> {
  for await (const { id, group, texts, number } of readWholeDocuments(path, signal)) {
    const hash = createHash('sha256')
      .update(JSON.stringify([group, texts]))
      .digest('hex')
    yield {
      id,
      group: group || null,
      hash,
      blocks: async () => texts.flatMap((text) => recordBlocks(text, number)),
    }
  }
}

/** The paragraphs of a text, all of which stand on one line of the file. */
function recordBlocks(text: string, line: number): Block[] {
  return plainBlocks(text).map((block) => ({ ...block, text: block.text.replaceAll('\n', ' '), line }))
}

async function blocksOf(path: string, bytes: Buffer): Promise<readonly Block[]> {
  const ending = /\.[^./]+$/.exec(path)?.[0].toLowerCase() ?? ''
  if (ending === '.pdf') return pdfBlocks(bytes, path)
  if (bytes.subarray(0, 5).toString('latin1') === '%PDF-')
    throw new VmmError('BAD_FILE', `${path}: a PDF file; its name must end with .pdf`)
  const text = await textOf(Readable.from([bytes]), path)
  if (['.md', '.markdown', '.mdx'].includes(ending)) return markdownBlocks(text)
  if (['.html', '.htm', '.xhtml'].includes(ending)) return htmlBlocks(text, path)
  return plainBlocks(text)
}
