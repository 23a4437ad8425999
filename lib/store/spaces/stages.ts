import { checkCount } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { CALL_OPTIONS, type CallOptions, checkRunOptions } from '../../core/run_options.ts'
import { type Vectors, vectorsFrom } from '../../core/vectors.ts'
import { checkNearest } from '../check_call.ts'
import type { ConceptStore, Found, NearestOptions } from '../store.ts'
import { type Projection, project } from './projection.ts'

/** How a space is filled by a projection. */
export interface FillOptions extends CallOptions {
  /** Concepts that are written at a time. Default 1024. */
  readonly batch?: number | undefined
  /** Told with the concepts that have been seen. */
  readonly onProgress?: ((concepts: number) => void) | undefined
}

/** How a search in two stages is done. */
export interface StagedOptions extends NearestOptions {
  /** Concepts that the first stage gives to the second, for each query: as many times k. Default 5. */
  readonly candidates?: number | undefined
}

const FILL: OptionNames<FillOptions> = { ...CALL_OPTIONS, batch: true, onProgress: true }

/**
 * Gives each concept of a store that has a vector in the projection's first space one in its second, which is added where it is
 * missing. Concepts that have one keep it, so that a call that was stopped goes on where it was.
 *
 * @returns how many vectors were written
 * @throws VmmError as ConceptStore does; the signal's reason
 * @example
 * ```js
 * import { fillSpace, learnPrincipalAxes, openStore, vectorsFrom } from 'vector-mamba'
 *
 * const turns = Array.from({ length: 40 }, (_, i) => i / 6)
 * const flat = turns.flatMap((t) => [Math.cos(t), 0.01 * Math.cos(9 * t), Math.sin(t)])
 * const projection = await learnPrincipalAxes(vectorsFrom(Float32Array.from(flat), 3, 'flat-3'), { dims: 2 })
 * const store = await openStore('filled.store')
 * await store.addSpace('flat-3', 3)
 * await store.upsert([{ id: 'east', text: 'east', vectors: { 'flat-3': Float32Array.of(1, 0, 0) } }])
 * console.log(await fillSpace(store, projection), store.spaces.get('flat-3-principal-2')) // 1 2
 * await store.dispose()
 * ```
 */
export async function fillSpace(
  store: ConceptStore,
  projection: Projection,
  options: FillOptions = {},
): Promise<number> {
  refuseUnknown(options, FILL)
  checkRunOptions(options)
  const { batch = 1024, onProgress, ...run } = options
  checkCount('batch', batch)
  const { from, to, toDims } = projection
  await store.addSpace(to, toDims)
  let [seen, written] = [0, 0]
  for await (const concepts of store.scan({ spaces: [from, to], batch, signal: run.signal })) {
    const without = concepts.filter(({ vectors }) => vectors[from] !== undefined && vectors[to] === undefined)
    if (without.length > 0) {
      const given = without.map(({ vectors }) => vectors[from]!)
      const projected = await project(projection, vectorsFrom(given, projection.fromDims, from), run)
      const records = without.map((concept, i) => ({ ...concept, vectors: { [to]: projected.row(i) } }))
      await store.upsert(records, { signal: run.signal })
    }
    written += without.length
    seen += concepts.length
    onProgress?.(seen)
  }
  return written
}

/**
 * The nearest concepts, found in a smaller space and ranked in the one that the vectors are of: a search of less memory that
 * misses little. The smaller space has been filled by `fillSpace`; a concept that has no vector in it is not found.
 *
 * @param vectors of the projection's first space
 * @throws VmmError as ConceptStore.nearest does
 * @example
 * ```js
 * import { fillSpace, learnPrincipalAxes, nearestInStages, openStore, vectorsFrom } from 'vector-mamba'
 *
 * const turns = Array.from({ length: 40 }, (_, i) => i / 6)
 * const flat = turns.flatMap((t) => [Math.cos(t), 0.01 * Math.cos(9 * t), Math.sin(t)])
 * const projection = await learnPrincipalAxes(vectorsFrom(Float32Array.from(flat), 3, 'flat-3'), { dims: 2 })
 * const store = await openStore('stages.store')
 * await store.addSpace('flat-3', 3)
 * const at = (id, ...vector) => ({ id, text: id, vectors: { 'flat-3': Float32Array.from(vector) } })
 * await store.upsert([at('east', 1, 0, 0), at('north', 0, 0, 1)])
 * await fillSpace(store, projection)
 * const queries = vectorsFrom(Float32Array.of(3, 0, 4), 3, 'flat-3')
 * const [[best]] = await nearestInStages(store, projection, queries, 1)
 * console.log(best.id, best.cosine.toFixed(2)) // north 0.80
 * await store.dispose()
 * ```
 */
export async function nearestInStages(
  store: ConceptStore,
  projection: Projection,
  vectors: Vectors,
  k: number,
  options: StagedOptions = {},
): Promise<readonly (readonly Found[])[]> {
  const { candidates = 5, ...search } = options
  const queries = checkNearest(vectors, k, search, store.spaces)
  checkCount('candidates', candidates)
  const small = await project(projection, vectors, { signal: search.signal, threads: search.threads })
  const rough = await store.nearest(small, k * candidates, search)
  const ids = [...new Set(rough.flatMap((hits) => hits.map(({ id }) => id)))]
  const found = await store.vectors(vectors.space, ids)
  const byId = new Map(ids.map((id, i) => [id, found[i]!]))
  const { dims } = vectors
  return rough.map((hits, q) => {
    const query = queries.subarray(q * dims, (q + 1) * dims)
    const exact = hits.flatMap(({ id }): Found[] => {
      const vector = byId.get(id)
      return vector ? [{ id, cosine: cosineTo(query, vector) }] : []
    })
    return exact.sort((a, b) => b.cosine - a.cosine).slice(0, k)
  })
}

/** To a query of length 1 or 0. */
function cosineTo(query: Float32Array, vector: Float32Array): number {
  let [product, squares] = [0, 0]
  for (let c = 0; c < query.length; c++) {
    product += query[c]! * vector[c]!
    squares += vector[c]! * vector[c]!
  }
  return squares === 0 ? 0 : product / Math.sqrt(squares)
}
