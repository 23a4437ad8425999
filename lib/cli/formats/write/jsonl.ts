import { openOutput } from '../../output/file.ts'
import type { VectorTarget, VectorWriter } from './writer.ts'

/** One line `{"index", "text", "vector"}` per text. Nine digits give every f32 back exactly. */
export async function openJsonlWriter({ path, dims, context }: VectorTarget): Promise<VectorWriter> {
  const output = await openOutput(path, context)
  return {
    async write({ indices, texts, vectors }) {
      for (const [row, index] of indices.entries()) {
        const vector = Array.from(vectors.subarray(row * dims, (row + 1) * dims), (x) =>
          Number(x.toPrecision(9)),
        )
        await output.write(`${JSON.stringify({ index, text: texts[row], vector })}\n`)
      }
    },
    finish: () => output.commit(),
    discard: () => output.discard(),
  }
}
