import { createReadStream } from 'node:fs'
import { addAbortSignal, type Readable } from 'node:stream'
import type { CliContext } from '../context.ts'

export { linesOf, textOf } from '../../io/lines.ts'

/** A file, or standard input for undefined and '-'. */
export function openInput(path: string | undefined, { stdin, signal }: CliContext): Readable {
  const input = path === undefined || path === '-' ? stdin : createReadStream(path)
  input.on('error', () => {}) // reading throws it; it may come before anybody reads
  return addAbortSignal(signal, input)
}

/** What to call an input in messages. */
export function inputName(path: string | undefined): string {
  return path === undefined || path === '-' ? 'standard input' : path
}
