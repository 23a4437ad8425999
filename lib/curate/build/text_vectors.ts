import { createHash } from 'node:crypto'
import type { Encoder } from '../../core/encoder.ts'
import type { CallOptions } from '../../core/run_options.ts'
import { trustedVectors, type Vectors } from '../../core/vectors.ts'
import type { ConceptStore } from '../../store/store.ts'

/** Texts that are encoded and kept at a time: what a killed build loses. */
const BATCH = 2048

/**
 * The vectors of texts, which a store keeps for the next time, each under the hash of its text.
 *
 * @param kept a store for this alone; the encoder's space is added to it
 */
export async function textVectors(
  texts: readonly string[],
  encoder: Encoder,
  kept: ConceptStore,
  options: CallOptions & { readonly onProgress?: ((done: number) => void) | undefined } = {},
): Promise<Vectors> {
  const { onProgress, ...call } = options
  const { space, dims } = encoder
  await kept.addSpace(space, dims)
  const all = new Float32Array(texts.length * dims)
  for (let first = 0; first < texts.length; first += BATCH) {
    call.signal?.throwIfAborted()
    const part = texts.slice(first, first + BATCH)
    const ids = part.map((text) => createHash('sha256').update(text).digest('hex').slice(0, 32))
    const known = await kept.vectors(space, ids)
    const missing = ids.flatMap((id, i) => (known[i] === null && ids.indexOf(id) === i ? [i] : []))
    const made = new Map<string, Float32Array>()
    if (missing.length > 0) {
      const { vectors } = await encoder.encode(
        missing.map((i) => part[i]!),
        call,
      )
      const records = missing.map((i, row) => {
        const vector = vectors.row(row)
        made.set(ids[i]!, vector)
        return { id: ids[i]!, text: ids[i]!, vectors: { [space]: vector } }
      })
      await kept.upsert(records, { signal: call.signal })
    }
    for (const [i, id] of ids.entries()) all.set(known[i] ?? made.get(id)!, (first + i) * dims)
    onProgress?.(first + part.length)
  }
  return trustedVectors([all], dims, space)
}
