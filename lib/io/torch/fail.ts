import { VmmError } from '../../core/errors.ts'

/** Throws; `problem` goes on from the name of the file: `has no mark`. */
export type Fail = (problem: string, code?: 'BAD_FILE' | 'UNSUPPORTED') => never

/** Errors of a file's pickle. */
export function failing(path: string): Fail {
  return (problem, code = 'BAD_FILE') => {
    throw new VmmError(code, `${path}: its pickle ${problem}`)
  }
}

/** A name or key of a file for a message. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)
}
