import type { Vectors } from '../../core/vectors.ts'
import type { ConceptRecord, Edge, EdgeKey } from '../../store/record.ts'
import type { ConceptStore } from '../../store/store.ts'

/** A concept as it goes to the store; its vectors are rows of `vectors`, at the same place. */
export type FinishedConcept = Omit<ConceptRecord, 'vectors'>

/** Concepts that are written at a time. */
const BATCH = 2048

/**
 * Makes a store hold these concepts and relations, and none of those that this build wrote before and has not made again. What
 * others have written stays. A call that was killed is repeated.
 *
 * @param vectors of each space
 * @param before ids that this build has written
 */
export async function writeConcepts(
  store: ConceptStore,
  concepts: readonly FinishedConcept[],
  vectors: readonly Vectors[],
  relations: readonly Edge[],
  before: readonly string[],
  signal: AbortSignal | undefined,
  onProgress: (done: number) => void,
): Promise<void> {
  const there = new Set(concepts.map(({ id }) => id))
  const gone = before.filter((id) => !there.has(id))
  for (let first = 0; first < gone.length; first += BATCH)
    await store.remove(gone.slice(first, first + BATCH), { signal })
  const bySource = new Map<string, Edge[]>()
  for (const edge of relations) {
    const list = bySource.get(edge.source)
    if (list) list.push(edge)
    else bySource.set(edge.source, [edge])
  }
  for (let first = 0; first < concepts.length; first += BATCH) {
    signal?.throwIfAborted()
    const part = concepts.slice(first, first + BATCH)
    const records = part.map((concept, i) => ({
      ...concept,
      vectors: Object.fromEntries(vectors.map((one) => [one.space, one.row(first + i)])),
    }))
    await store.upsert(records, { signal })
    const ids = part.map(({ id }) => id)
    const wanted = new Set(ids.flatMap((id) => (bySource.get(id) ?? []).map(keyOf)))
    const old = (await store.neighbours(ids)).filter(
      (edge) => there.has(edge.target) && !wanted.has(keyOf(edge)),
    )
    if (old.length > 0) await store.unlink(old, { signal })
    await store.link(
      ids.flatMap((id) => bySource.get(id) ?? []),
      { signal },
    )
    onProgress(first + part.length)
  }
}

function keyOf({ source, type, target }: EdgeKey): string {
  return JSON.stringify([source, type, target])
}
