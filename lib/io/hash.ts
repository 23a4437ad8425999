import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { fileError } from './files.ts'

/**
 * SHA-256 of a file, 64 lower-case hex digits. The file is streamed, never held as a whole.
 *
 * @throws VmmError NOT_FOUND, BAD_FILE
 */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  } catch (error) {
    throw fileError(path, 'read', error)
  }
  return hash.digest('hex')
}
