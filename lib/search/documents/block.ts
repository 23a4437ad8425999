/** A part of a document that has a meaning of its own: a heading, a paragraph or a list, a piece of code. */
export interface Block {
  readonly kind: 'heading' | 'prose' | 'code'
  readonly text: string
  /** The line of the document on which the text begins, from 1; null where it has no lines. */
  readonly line: number | null
  /** Of a heading: 1 for the outermost. */
  readonly level?: number
  /** Of code, where it is told. */
  readonly language?: string
}
