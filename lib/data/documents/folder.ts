import type { Space } from '../../core/space.ts'

/** The files of a folder of encoded documents. */
export const VECTORS_FILE = 'documents.arrow'
export const INDEX_FILE = 'documents.json'

/** Sentences in a record batch; a document may have several batches. */
export const BATCH_SENTENCES = 4096

/** Why sentences or documents of a source are not among the vectors, and how many. */
export interface DroppedRows {
  /** Sentences without a character that is not white space. */
  readonly empty: number
  /** Sentences that repeat the one before them. */
  readonly repeated: number
  /** Sentences whose vector has NaN, infinity or nothing but zeros. */
  readonly unusable: number
  /** Documents of which no sentence was left. */
  readonly documents: number
}

/** What is known of a document before it is read. */
export interface DocumentInfo {
  /** Unique in its file. */
  readonly id: string
  /** Its domain or book; '' when unknown. */
  readonly group: string
  /** Sentences, at least 1. */
  readonly count: number
}

/** What documents.json says. */
export interface DocumentIndex {
  readonly space: Space
  readonly dims: number
  readonly source: { readonly name: string; readonly sha256: string }
  readonly dropped: DroppedRows
  readonly truncated: number
  readonly documents: readonly (DocumentInfo & {
    /** The range of its record batches. */
    readonly batches: readonly [first: number, end: number]
  })[]
}
