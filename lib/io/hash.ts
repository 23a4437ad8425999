import { createHash } from 'node:crypto'
import { readFully, withFile } from './read.ts'

const PIECE = 1 << 20

/**
 * SHA-256 of a regular file, 64 lower-case hex digits. It is read in pieces, never held as a whole, and no further than
 * its size is when it is opened.
 *
 * @param mostBytes a larger file is refused before any of it is read
 * @throws VmmError NOT_FOUND; BAD_FILE when it is larger, a pipe, a device or a folder, or cannot be read
 */
export function sha256File(path: string, mostBytes = Number.POSITIVE_INFINITY): Promise<string> {
  return withFile(path, mostBytes, async (file, size) => {
    const hash = createHash('sha256')
    const buffer = Buffer.alloc(Math.min(size, PIECE))
    for (let at = 0; at < size; at += PIECE) {
      const piece = buffer.subarray(0, Math.min(PIECE, size - at))
      await readFully(file, piece, at, path)
      hash.update(piece)
    }
    return hash.digest('hex')
  })
}
