import { createHash } from 'node:crypto'
import { openContentFiles } from '../../io/content_files.ts'
import { makePlaces } from './limits.ts'
import type { RemoteSettings } from './options.ts'

/** Vectors of texts that a service has given before. */
export interface VectorCache {
  /** Those that are there, f32 [dims] each. Damaged files count for nothing. Throws the signal's reason. */
  read(texts: readonly string[], signal: AbortSignal | undefined): Promise<Map<string, Float32Array>>
  /** Keeps vectors. Throws VmmError BAD_FILE where they cannot be written. */
  write(vectors: ReadonlyMap<string, Float32Array>): Promise<void>
}

/** Files that are open at a time: systems have few for a process. */
const OPEN_FILES = 32
const CHECK_BYTES = 32

/**
 * A cache in a folder, which is made. A file is named by the SHA-256 of the service's URL, the model, the dims and the
 * text; it has f32 [dims], and the SHA-256 of its name and these. Texts themselves are not kept. Processes can share it.
 *
 * @throws VmmError BAD_FILE where the folder cannot be made
 */
export async function openVectorCache(
  folder: string,
  { url, model, dims }: Pick<RemoteSettings, 'url' | 'model' | 'dims'>,
): Promise<VectorCache> {
  const files = await openContentFiles(folder)
  const places = makePlaces(OPEN_FILES)
  const nameOf = (text: string) => sha256(JSON.stringify([url, model, dims, text])).toString('hex')
  const read = async (text: string): Promise<Float32Array | null> => {
    const name = nameOf(text)
    const size = 4 * dims + CHECK_BYTES
    const bytes = await files.read(name, size)
    if (bytes?.length !== size) return null
    const row = new Float32Array(dims)
    new Uint8Array(row.buffer).set(bytes.subarray(0, 4 * dims))
    return checkOf(name, row).equals(bytes.subarray(4 * dims)) && row.every(Number.isFinite) ? row : null
  }
  const write = async (text: string, row: Float32Array): Promise<void> => {
    const name = nameOf(text)
    await files.write(name, Buffer.concat([bytesOf(row), checkOf(name, row)]))
  }
  return {
    read: async (texts, signal) => {
      const found = new Map<string, Float32Array>()
      const rows = await Promise.all(
        texts.map((text) =>
          places(undefined, async () => {
            signal?.throwIfAborted()
            return read(text)
          }),
        ),
      )
      for (const [i, row] of rows.entries()) if (row !== null) found.set(texts[i]!, row)
      return found
    },
    write: async (vectors) => {
      await Promise.all(Array.from(vectors, ([text, row]) => places(undefined, () => write(text, row))))
    },
  }
}

function checkOf(name: string, row: Float32Array): Buffer {
  return createHash('sha256').update(name).update(bytesOf(row)).digest()
}

function bytesOf(row: Float32Array): Uint8Array {
  return new Uint8Array(row.buffer, row.byteOffset, row.byteLength)
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
