import type { ErrorCode } from '../../../lib/core/errors.ts'
import type { Layout } from './mutations.ts'
import type { Random } from './random.ts'

/** Files by name. */
export type Files = Readonly<Record<string, Uint8Array>>

/** A reader, and good files for it. */
export interface FuzzTarget {
  /** Sets of good files, of which one at a time is changed. */
  seeds(folder: string): Files[] | Promise<Files[]>
  /** Where a file has what steers its reader. */
  layout(bytes: Uint8Array, name: string): Layout
  /** Other files than changed good ones, for some of the attempts. */
  make?(random: Random): Files
  /**
   * Reads the files of a folder, and throws an AssertionError where what was read is wrong.
   *
   * @param files what is in the folder
   * @param good  what was there before the change; null for what `make` made
   */
  read(folder: string, files: Files, good: Files | null): Promise<void>
  /** What errors there may be. Default BAD_FILE. */
  readonly codes?: readonly ErrorCode[]
}
