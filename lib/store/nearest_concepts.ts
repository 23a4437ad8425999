import type { Vectors } from '../core/vectors.ts'
import type { StoredConcept } from './record.ts'
import type { ConceptStore, Found, NearestOptions } from './store.ts'

/** A concept and how near it is: the cosine of the angle between its vector and the query's. */
export interface ConceptHit extends StoredConcept {
  readonly cosine: number
}

/**
 * The `k` nearest concepts of each vector, best first, with all that the store keeps of them.
 *
 * @throws what `nearest` and `get` of the store throw
 * @example
 * ```js
 * import { nearestConcepts, openStore, vectorsFrom } from 'vector-mamba'
 *
 * const store = await openStore('hits.store')
 * await store.addSpace('example-2', 2)
 * const vectors = { 'example-2': Float32Array.of(1, 0) }
 * await store.upsert([{ id: 'boat', text: 'a small vessel', surfaceForms: ['boat'], vectors }])
 * const [[hit]] = await nearestConcepts(store, vectorsFrom(Float32Array.of(3, 4), 2, 'example-2'), 1)
 * console.log(hit.surfaceForms[0], hit.text, hit.cosine.toFixed(1)) // boat a small vessel 0.6
 * await store.dispose()
 * ```
 */
export async function nearestConcepts(
  store: Pick<ConceptStore, 'nearest' | 'get'>,
  vectors: Vectors,
  k: number,
  options: NearestOptions = {},
): Promise<ConceptHit[][]> {
  return foundConcepts(store, await store.nearest(vectors, k, options))
}

/** What a search has found, with all that the store keeps of it. */
export async function foundConcepts(
  store: Pick<ConceptStore, 'get'>,
  found: readonly (readonly Found[])[],
): Promise<ConceptHit[][]> {
  const ids = [...new Set(found.flat().map(({ id }) => id))]
  const concepts = await store.get(ids)
  const byId = new Map(ids.map((id, i) => [id, concepts[i]]))
  // One that was taken away meanwhile is left out.
  return found.map((hits) =>
    hits.flatMap(({ id, cosine }) => {
      const concept = byId.get(id)
      return concept ? [{ ...concept, cosine }] : []
    }),
  )
}
