import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { VmmError } from '../core/errors.ts'
import { optionalPackages } from '../core/optional_packages.ts'
import { fileError } from '../io/files.ts'
import type { ParquetMessage, ParquetRequest } from './parquet_process.ts'
import type { SourceRecord } from './record.ts'

const load = (): Promise<unknown> => Promise.all([import('hyparquet'), import('hyparquet-compressors')])

/** MiB of objects that a file may take. */
const MOST_MEMORY = 1024
/** Milliseconds until a process is taken to be lost in a damaged file, and bytes that it reads in one of them at least. */
const PATIENCE = 8000
const SLOWEST = 2000
/** Milliseconds until it has started: on a busy machine that takes longer than reading does. */
const START = 120_000
/** Milliseconds that a process without work is kept. */
const LULL = 10_000

const program = fileURLToPath(new URL(`parquet_process${extname(import.meta.url)}`, import.meta.url))

/**
 * The rows of a Parquet file, of the columns among `fields`, by hyparquet, which this package names but does not install.
 * They are read in a process of their own, which a damaged file may end.
 *
 * @throws VmmError UNSUPPORTED when it is not installed; NOT_FOUND; BAD_FILE for a file that it cannot read, or that has
 *   none of the columns; the signal's reason
 */
export async function* readParquet(
  path: string,
  fields: readonly string[],
  signal?: AbortSignal,
  packages: () => Promise<unknown> = load,
): AsyncGenerator<SourceRecord> {
  const advice = 'npm install hyparquet hyparquet-compressors'
  await optionalPackages(packages, `${path}: Parquet files need the package hyparquet: ${advice}`)
  await access(path).catch((cause: unknown) => {
    throw fileError(path, 'read', cause)
  })
  const reader = await takeProcess(path, signal)
  let whole = false
  try {
    let patience = PATIENCE
    let number = 0
    reader.send({ path, fields } satisfies ParquetRequest)
    for (;;) {
      const message = await nextMessage(reader, path, signal, patience)
      patience = PATIENCE
      whole = message.kind === 'end' || message.kind === 'failure'
      if (message.kind === 'end') return
      if (message.kind === 'failure')
        throw new VmmError('BAD_FILE', `${path}: cannot read: ${message.message}`)
      if (message.kind === 'file' && message.columns.length === 0)
        throw new VmmError('BAD_FILE', `${path}: no column among ${fields.join(', ')}`)
      if (message.kind === 'group') patience += Math.ceil(message.bytes / SLOWEST)
      if (message.kind === 'rows')
        for (const value of message.rows) {
          number++
          yield { value, where: `${path}: row ${number}`, name: `row-${number}`, number }
        }
      reader.send('go on')
    }
  } finally {
    if (whole) keepProcess(reader)
    else reader.kill('SIGKILL')
  }
}

/** A process that has read a file to its end, for the next one: to start one takes longer than most files. */
let idle: ChildProcess | undefined
let lull: NodeJS.Timeout | undefined

async function takeProcess(path: string, signal: AbortSignal | undefined): Promise<ChildProcess> {
  const kept = idle
  idle = undefined
  clearTimeout(lull)
  if (kept?.connected) {
    kept.ref()
    kept.channel?.ref()
    return kept
  }
  const reader = fork(program, {
    execArgv: [...process.execArgv, `--max-old-space-size=${MOST_MEMORY}`],
    // Numbers of 64 bits come over as they are.
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  try {
    await nextMessage(reader, path, signal, START, 'the process that reads it does not start')
    return reader
  } catch (error) {
    reader.kill('SIGKILL')
    throw error
  }
}

/** Keeps a process for a while; this one may end before. */
function keepProcess(reader: ChildProcess): void {
  if (idle) {
    reader.kill('SIGKILL')
    return
  }
  idle = reader
  reader.unref()
  reader.channel?.unref()
  lull = setTimeout(() => {
    idle = undefined
    reader.kill('SIGKILL')
  }, LULL).unref()
}

/** What the process says next. Throws where it ends, or says nothing for too long: why then, is `late`. */
async function nextMessage(
  reader: ChildProcess,
  path: string,
  signal: AbortSignal | undefined,
  patience: number,
  late = 'it is damaged: reading it takes too long',
): Promise<ParquetMessage> {
  const done = new AbortController()
  const time = AbortSignal.timeout(Math.min(2 ** 31 - 1, Math.max(PATIENCE, patience || 0)))
  const options = { signal: AbortSignal.any([done.signal, time, ...(signal ? [signal] : [])]) }
  const ended = async (): Promise<never> => {
    await once(reader, 'exit', options)
    throw new Error('it is damaged: what reads it has ended')
  }
  try {
    const [message] = (await Promise.race([once(reader, 'message', options), ended()])) as [ParquetMessage]
    return message
  } catch (error) {
    signal?.throwIfAborted()
    throw fileError(path, 'read', time.aborted ? new Error(late) : error)
  } finally {
    done.abort()
  }
}
