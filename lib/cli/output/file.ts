import { createReadStream, createWriteStream } from 'node:fs'
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Writable } from 'node:stream'
import { VmmError } from '../../core/errors.ts'
import { fileError, removeLeftovers, syncFolder, temporaryName } from '../../io/files.ts'
import { type CliContext, type Sink, write } from '../context.ts'

/** Where bytes go: a stream, or a file that appears when it is complete. */
export interface Output {
  write(bytes: Uint8Array | string): Promise<void>
  /** Keeps what was written. */
  commit(): Promise<void>
  /** Leaves nothing behind, as far as bytes have not left already. Does nothing after `commit`. */
  discard(): Promise<void>
}

/** An output whose first bytes can be written again before it is committed. */
export interface SeekableOutput extends Output {
  rewriteStart(bytes: Uint8Array): Promise<void>
}

/**
 * Opens the file of `-o`, or standard output for undefined and '-'. A file is written under a temporary name beside it
 * and renamed. Pipes and devices are written directly.
 *
 * @throws VmmError NOT_FOUND when the folder is missing, BAD_FILE when it cannot be written
 */
export async function openOutput(path: string | undefined, context: CliContext): Promise<Output> {
  if (isStdout(path)) return sharedOutput(context.stdout, context.signal)
  if (await isFile(path)) return FileOutput.beside(await target(path))
  return new StreamOutput(path, createWriteStream(path), context.signal)
}

/** Like `openOutput`; what cannot seek is kept in a temporary file until it is committed. */
export async function openSeekableOutput(
  path: string | undefined,
  context: CliContext,
): Promise<SeekableOutput> {
  if (!isStdout(path) && (await isFile(path))) return FileOutput.beside(await target(path))
  const spool = await FileOutput.create(temporaryName(join(tmpdir(), 'vmm')))
  try {
    return new SpooledOutput(spool, await openOutput(path, context))
  } catch (error) {
    await spool.discard()
    throw error
  }
}

function isStdout(path: string | undefined): path is undefined | '-' {
  return path === undefined || path === '-'
}

/** Whether an output goes to a terminal, where a bar would be in its way. */
export function toTerminal(path: string | undefined, { stdout }: Pick<CliContext, 'stdout'>): boolean {
  return isStdout(path) && stdout.isTTY
}

/** True when there is a plain file, or nothing yet. */
async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null)
  if (found?.isDirectory()) throw new VmmError('BAD_FILE', `${path}: is a folder; expected a file`)
  return found === null || found.isFile()
}

/** A link stays a link: what it points to is replaced. */
function target(path: string): Promise<string> {
  return realpath(path).catch(() => path)
}

/** Standard output, which others write to as well: it stays open, and its errors are told elsewhere. */
function sharedOutput(stream: Sink, signal: AbortSignal): Output {
  return {
    write: (bytes) => write(stream, bytes, signal),
    commit: async () => {},
    discard: async () => {},
  }
}

/** A pipe or a device. */
class StreamOutput implements Output {
  readonly #name: string
  readonly #stream: Writable
  readonly #signal: AbortSignal

  constructor(name: string, stream: Writable, signal: AbortSignal) {
    this.#name = name
    this.#stream = stream
    this.#signal = signal
    stream.on('error', () => {}) // `write` or `commit` throws it
  }

  async write(bytes: Uint8Array | string): Promise<void> {
    await write(this.#stream, bytes, this.#signal).catch((error: unknown) => {
      throw this.#signal.aborted ? error : fileError(this.#name, 'write', error)
    })
  }

  async commit(): Promise<void> {
    await new Promise<void>((resolve, reject) =>
      this.#stream.end((error?: Error | null) =>
        error ? reject(fileError(this.#name, 'write', this.#stream.errored ?? error)) : resolve(),
      ),
    )
  }

  async discard(): Promise<void> {
    this.#stream.destroy()
  }
}

class FileOutput implements SeekableOutput {
  readonly temporary: string
  readonly #path: string
  readonly #file: FileHandle
  #open = true

  private constructor(path: string, temporary: string, file: FileHandle) {
    this.#path = path
    this.temporary = temporary
    this.#file = file
  }

  static async beside(path: string): Promise<FileOutput> {
    await removeLeftovers(path) // of runs that were killed
    return FileOutput.create(path, temporaryName(path))
  }

  static async create(path: string, temporary: string = path): Promise<FileOutput> {
    const file = await open(temporary, 'wx+').catch((error: unknown) => {
      throw fileError(path, 'write', error)
    })
    return new FileOutput(path, temporary, file)
  }

  async write(bytes: Uint8Array | string): Promise<void> {
    await this.#file.appendFile(bytes).catch((error: unknown) => {
      throw fileError(this.#path, 'write', error)
    })
  }

  async rewriteStart(bytes: Uint8Array): Promise<void> {
    await this.#file.write(bytes, 0, bytes.byteLength, 0).catch((error: unknown) => {
      throw fileError(this.#path, 'write', error)
    })
  }

  async commit(): Promise<void> {
    try {
      await this.#file.sync()
      await this.#close()
      await rename(this.temporary, this.#path)
      await syncFolder(dirname(this.#path))
    } catch (error) {
      throw fileError(this.#path, 'write', error)
    }
  }

  async discard(): Promise<void> {
    await this.#close()
    await rm(this.temporary, { force: true })
  }

  async #close(): Promise<void> {
    if (this.#open) await this.#file.close()
    this.#open = false
  }
}

class SpooledOutput implements SeekableOutput {
  readonly #spool: FileOutput
  readonly #output: Output

  constructor(spool: FileOutput, output: Output) {
    this.#spool = spool
    this.#output = output
  }

  write(bytes: Uint8Array | string): Promise<void> {
    return this.#spool.write(bytes)
  }

  rewriteStart(bytes: Uint8Array): Promise<void> {
    return this.#spool.rewriteStart(bytes)
  }

  async commit(): Promise<void> {
    for await (const chunk of chunksOf(this.#spool.temporary)) await this.#output.write(chunk)
    await this.#output.commit()
    await this.#spool.discard()
  }

  async discard(): Promise<void> {
    await this.#spool.discard()
    await this.#output.discard()
  }
}

/** The bytes of a file, some at a time. What its reader throws is none of its errors. */
async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path)) yield chunk as Buffer
  } catch (error) {
    throw fileError(path, 'read', error)
  }
}
