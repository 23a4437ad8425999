import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { extname } from 'node:path'
import { pipeline, Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { createGunzip } from 'node:zlib'
import { VmmError } from '../../../core/errors.ts'
import { optionalPackages } from '../../../core/optional_packages.ts'
import { systemCode } from '../../../io/files.ts'
import { openRegular } from '../../../io/read.ts'

/** Programs that decompress bzip2, the fastest first. */
const PROGRAMS: readonly string[] = ['lbzip2', 'bzip2']
/** What takes their place where none is installed: some twenty times slower. */
const program = fileURLToPath(new URL(`bunzip2_process${extname(import.meta.url)}`, import.meta.url))
/** Characters of what a program complains about that are kept. */
const LONGEST_COMPLAINT = 500

/**
 * The content of a file, decompressed as its ending says: `.gz`, `.bz2`, all others as they are.
 *
 * @param programs that decompress bzip2, each called with `-dc`
 * @throws VmmError NOT_FOUND, BAD_FILE, UNSUPPORTED where nothing decompresses bzip2; thrown where the content is read
 */
export function decompressed(path: string, programs = PROGRAMS): Readable {
  if (/\.bz2$/i.test(path)) return Readable.from(bunzipped(path, programs))
  const file = createReadStream(path)
  // What goes wrong with the file is thrown where it is read.
  if (!/\.gz$/i.test(path)) return file.on('error', () => {})
  return pipeline(file, createGunzip({ chunkSize: 1 << 16 }), () => {})
}

async function* bunzipped(path: string, programs: readonly string[]): AsyncGenerator<Buffer> {
  const { file } = await openRegular(path)
  let child: ChildProcess | undefined
  try {
    child = await started(programs, file.fd, path)
    const ended = once(child, 'close')
    ended.catch(() => {})
    let complaint = ''
    child.stderr!.on('data', (text) => {
      complaint = (complaint + String(text)).slice(0, LONGEST_COMPLAINT)
    })
    for await (const bytes of child.stdout!) yield bytes as Buffer
    const [code] = (await ended) as [number | null]
    if (code !== 0) throw new Error(complaint.trim() || 'the program that decompresses it was ended')
  } finally {
    child?.kill('SIGKILL')
    await file.close()
  }
}

/** A process that decompresses what it reads from a file that is open. */
async function started(programs: readonly string[], fd: number, path: string): Promise<ChildProcess> {
  for (const name of programs) {
    const child = spawn(name, ['-dc'], { stdio: [fd, 'pipe', 'pipe'], windowsHide: true })
    try {
      await once(child, 'spawn')
      return child
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error
    }
  }
  const need = `${path}: bzip2 needs the program bzip2, or the package unbzip2-stream: npm install unbzip2-stream`
  await optionalPackages(() => import('unbzip2-stream'), need)
  return fork(program, [], { stdio: [fd, 'pipe', 'pipe', 'ipc'] })
}

/** What went wrong where a file was read, told with the place. */
export function readError(path: string, place: string, error: unknown): unknown {
  if (error instanceof VmmError && !(error.code === 'BAD_FILE' && error.cause instanceof Error)) return error
  const cause = error instanceof VmmError ? error.cause : error
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new VmmError('BAD_FILE', `${path}: ${place}: cannot read on: ${reason}`, { cause })
}
