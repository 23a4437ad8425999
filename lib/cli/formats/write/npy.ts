import { npyHeader } from '../../../io/npy.ts'
import { openSeekableOutput } from '../../output/file.ts'
import type { VectorTarget, VectorWriter } from './writer.ts'

/** A NumPy array [texts, dims] of f32. Its header, which counts the rows, is written again at the end. */
export async function openNpyWriter({ path, dims, context }: VectorTarget): Promise<VectorWriter> {
  const output = await openSeekableOutput(path, context)
  let rows = 0
  try {
    await output.write(npyHeader(rows, dims))
  } catch (error) {
    await output.discard()
    throw error
  }
  return {
    async write({ indices, vectors }) {
      rows += indices.length
      await output.write(new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength))
    },
    async finish() {
      await output.rewriteStart(npyHeader(rows, dims))
      await output.commit()
    },
    discard: () => output.discard(),
  }
}
