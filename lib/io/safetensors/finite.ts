import { readFully, withFile } from '../read.ts'
import { readSafetensorsHeader, type SafetensorsEntry } from './file.ts'

/** Numbers that are looked at by a read. */
const CHUNK_BYTES = 1 << 22

/**
 * The name of the first tensor of a file that has NaN or infinity, or null. Types without them are not read.
 *
 * @throws VmmError as readSafetensorsHeader does
 */
export async function notFinite(path: string): Promise<string | null> {
  const { tensors } = await readSafetensorsHeader(path)
  return withFile(path, Number.POSITIVE_INFINITY, async (file) => {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    for (const tensor of tensors) {
      const allFinite = finiteIn(tensor)
      if (allFinite === null) continue
      for (let at = tensor.begin; at < tensor.end; at += CHUNK_BYTES) {
        const length = Math.min(CHUNK_BYTES, tensor.end - at)
        await readFully(file, chunk.subarray(0, length), at, path)
        if (!allFinite(chunk, length)) return tensor.name
      }
    }
    return null
  })
}

type Check = (bytes: Buffer, length: number) => boolean

/** Whether numbers of a type are all finite: their exponents are not all ones. Null where all numbers of the type are. */
function finiteIn({ dtype }: SafetensorsEntry): Check | null {
  const words = (mask: number): Check => {
    return (bytes, length) => {
      const values = new Uint16Array(bytes.buffer, bytes.byteOffset, length / 2)
      return values.every((value) => (value & mask) !== mask)
    }
  }
  switch (dtype) {
    case 'BF16':
      return words(0x7f80)
    case 'F16':
      return words(0x7c00)
    case 'F32':
      return (bytes, length) =>
        new Float32Array(bytes.buffer, bytes.byteOffset, length / 4).every(Number.isFinite)
    case 'F64':
      return (bytes, length) =>
        new Float64Array(bytes.buffer, bytes.byteOffset, length / 8).every(Number.isFinite)
    default:
      return null
  }
}
