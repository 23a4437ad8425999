import { createReadStream, readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import type { Format } from '../../../../lib/cli/formats/format.ts'
import { readVectors } from '../../../../lib/cli/formats/read.ts'

/** All numbers and texts of a file, which a block at a time gives. */
export interface AllVectors {
  readonly numbers: Float32Array
  readonly texts: readonly (string | null)[]
}

/** Reads a file by its path, or as a pipe would give it, in pieces. */
export async function allVectors(
  format: Format,
  path: string,
  as: 'file' | 'pipe',
  dims: number,
): Promise<AllVectors> {
  const input = as === 'file' ? createReadStream(path) : Readable.from(pieces(readFileSync(path)))
  input.on('error', () => {}) // reading throws it
  const from = { input, path: as === 'file' ? path : undefined, name: 'x', space: `tiny-${dims}`, dims }
  const numbers: number[] = []
  const texts: (string | null)[] = []
  for await (const block of readVectors(format, from)) {
    for (const part of block.vectors.blocks) for (const number of part) numbers.push(number)
    texts.push(...block.texts)
  }
  return { numbers: Float32Array.from(numbers), texts }
}

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100)
}
