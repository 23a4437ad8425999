import { fileDocuments } from '../../../search/documents/read.ts'

/** A text to find concepts in. */
export interface ProseDocument {
  /** The file or data set that it is of. */
  readonly source: string
  /** What it is called there; null where the file is one document. */
  readonly id: string | null
  /** In order. */
  readonly paragraphs: readonly ProseParagraph[]
}

/** A part of a document that no sentence crosses. */
export interface ProseParagraph {
  readonly text: string
  /** The line that it begins on, from 1; null where there are none. */
  readonly line: number | null
}

/**
 * The documents of files: of a text, Markdown, HTML or PDF file its prose, and each line or row of JSON lines and Parquet
 * (`paragraphs`, `sentences` or `text`). Headings and code are left out.
 *
 * @throws VmmError NOT_FOUND, BAD_FILE, UNSUPPORTED where a package is missing; the signal's reason
 */
export async function* textDocuments(
  files: Iterable<string>,
  signal?: AbortSignal,
): AsyncGenerator<ProseDocument, void, undefined> {
  for (const path of files)
    for await (const document of fileDocuments(path, signal)) {
      const blocks = await document.blocks()
      const prose = blocks.filter(({ kind }) => kind === 'prose')
      yield {
        source: path,
        id: document.id || null,
        paragraphs: prose.map(({ text, line }) => ({ text, line })),
      }
    }
}
