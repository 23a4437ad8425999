// The code signature that macOS asks of everything that runs on Apple Silicon.
import { createHash } from 'node:crypto'

export interface Signature {
  readonly adHoc: boolean
  readonly pageSize: number
  readonly pages: number
  /** Pages, from 0 on, whose hash is not the one that was signed. */
  readonly wrongPages: readonly number[]
  /** Bytes from the file's start that are signed. */
  readonly covers: number
  /** Signed parts of the signature itself, by their number, whose hash is wrong. */
  readonly wrongParts: readonly number[]
}

const SUPER_BLOB = 0xfade0cc0
const CODE_DIRECTORY = 0xfade0c02
const CS_ADHOC = 2
const SHA256 = { type: 2, size: 32 }

/** Throws an Error for what is no signature with one code directory of SHA-256 hashes. */
export function readSignature(file: Buffer, at: { offset: number; size: number }): Signature {
  const signature = file.subarray(at.offset, at.offset + at.size)
  if (signature.length !== at.size) throw new Error('the code signature lies outside the file')
  if (signature.readUInt32BE(0) !== SUPER_BLOB) throw new Error('no code signature where one should be')
  const parts = readParts(signature)
  const directory = parts.get(0)
  if (!directory || directory.readUInt32BE(0) !== CODE_DIRECTORY) throw new Error('no code directory')
  const field = (offset: number): number => directory.readUInt32BE(offset)
  const [hashes, special, pages, covers] = [field(16), field(24), field(28), field(32)]
  if (directory[36] !== SHA256.size || directory[37] !== SHA256.type)
    throw new Error('the code directory has no SHA-256 hashes')
  const pageSize = 2 ** directory[39]!
  const hashOf = (slot: number): Buffer => {
    const start = hashes + slot * SHA256.size
    return directory.subarray(start, start + SHA256.size)
  }
  const isPage = (i: number): boolean =>
    hashOf(i).equals(sha256(file.subarray(i * pageSize, Math.min((i + 1) * pageSize, covers))))
  // Slots before the first page are for parts: -2 for requirements, -5 for entitlements.
  const isPart = (i: number): boolean => {
    const part = parts.get(i)
    return hashOf(-i).equals(part ? sha256(part) : Buffer.alloc(SHA256.size))
  }
  return {
    adHoc: (field(12) & CS_ADHOC) !== 0,
    pageSize,
    pages,
    wrongPages: count(pages).filter((i) => !isPage(i)),
    covers,
    wrongParts: count(special)
      .map((i) => i + 1)
      .filter((i) => !isPart(i)),
  }
}

/** The parts of a signature by their type. 0 is the code directory. */
function readParts(signature: Buffer): Map<number, Buffer> {
  return new Map(
    count(signature.readUInt32BE(8)).map((i) => {
      const [type, start] = [signature.readUInt32BE(12 + 8 * i), signature.readUInt32BE(16 + 8 * i)]
      return [type, signature.subarray(start, start + signature.readUInt32BE(start + 4))]
    }),
  )
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function count(length: number): number[] {
  return Array.from({ length }, (_, i) => i)
}
