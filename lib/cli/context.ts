import type { Readable, Writable } from 'node:stream'
import type { Engine } from './engine.ts'

/** A stream of the process. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number }

/** What is written to, and says when it is ready for more. */
export interface Sink {
  readonly errored: Error | null
  write(chunk: string | Uint8Array): boolean
  on(event: 'drain' | 'error', listener: () => void): unknown
  off(event: 'drain' | 'error', listener: () => void): unknown
}

/** Where texts may be read by people. What acts on a terminal is escaped in them; bytes stay as they are. */
export interface TextStream extends Sink {
  readonly isTTY: boolean
  /** Replaces the line of a terminal that the cursor is in; '' removes it. */
  redraw(line: string): void
}

/** The world as a command sees it. */
export interface CliContext {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: TextStream
  readonly stderr: TextStream
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborted by Ctrl-C, and when nobody reads the output any more. */
  readonly signal: AbortSignal
  /** The path of a file of an installed package, `package/file`. Throws where there is none. */
  resolve(file: string): string
  /** Loads the native runtime, which --help and usage errors need not. */
  engine(): Promise<Engine>
}

/** The world as it is given to the CLI. */
export interface CliWorld extends Omit<CliContext, 'stdout' | 'stderr'> {
  readonly stdout: OutputStream
  readonly stderr: OutputStream
}

/** The user pressed Ctrl-C or the system asked to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  readonly exitCode: number

  constructor(exitCode: number) {
    super('cancelled')
    this.exitCode = exitCode
  }
}

/** Whoever read the output has stopped, as `head` does. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed'
}

/** Writes and waits while the reader is slow, so that nothing piles up in memory. */
export async function write(stream: Sink, chunk: string | Uint8Array, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  if (stream.errored) throw stream.errored
  if (stream.write(chunk)) return
  await new Promise<void>((resolve, reject) => {
    const settle = () => {
      stream.off('drain', settle)
      stream.off('error', settle)
      signal.removeEventListener('abort', settle)
      if (signal.aborted) reject(signal.reason)
      else if (stream.errored) reject(stream.errored)
      else resolve()
    }
    stream.on('drain', settle)
    stream.on('error', settle)
    signal.addEventListener('abort', settle)
  })
}

/** Whether texts are emphasised on a stream: not when it is a file, or when NO_COLOR asks for none. */
export function isStyled(stream: { readonly isTTY?: boolean }, env: CliContext['env']): boolean {
  return Boolean(stream.isTTY) && !env.NO_COLOR && env.TERM !== 'dumb'
}

/** How to emphasise text on a stream. */
export function styles(
  stream: { readonly isTTY?: boolean },
  env: CliContext['env'],
): { bold: Style; dim: Style } {
  const styled = isStyled(stream, env)
  const style =
    (on: number, off: number): Style =>
    (text) =>
      styled ? `\u001b[${on}m${text}\u001b[${off}m` : text
  return { bold: style(1, 22), dim: style(2, 22) }
}

type Style = (text: string) => string
