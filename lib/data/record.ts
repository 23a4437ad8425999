/** A line or a row of a file. */
export interface SourceRecord {
  readonly value: unknown
  /** For messages. */
  readonly where: string
  /** Unique in its file. */
  readonly name: string
  /** Of the line or row, from 1. */
  readonly number: number
}
