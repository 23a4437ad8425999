import { open } from 'node:fs/promises'
import { fileError } from '../files.ts'
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
  const file = await open(path, 'r').catch((error: unknown) => {
    throw fileError(path, 'read', error)
  })
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    for (const tensor of tensors) {
      const allFinite = finiteIn(tensor)
      if (allFinite === null) continue
      for (let at = tensor.begin; at < tensor.end; ) {
        const wanted = Math.min(CHUNK_BYTES, tensor.end - at)
        const { bytesRead } = await file.read(chunk, 0, wanted, at)
        if (bytesRead < wanted) throw new Error('the file was cut')
        if (!allFinite(chunk, wanted)) return tensor.name
        at += wanted
      }
    }
    return null
  } catch (error) {
    throw fileError(path, 'read', error)
  } finally {
    await file.close()
  }
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
