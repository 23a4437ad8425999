import { refuseUnknown } from '../../core/options.ts'
import type { Space } from '../../core/space.ts'
import { dimsOf } from '../../store/check_record.ts'
import { spaceOf } from '../../store/graph/place_concepts.ts'
import { type ConceptHit, nearestConcepts } from '../../store/nearest_concepts.ts'
import type { ConceptFilter } from '../../store/record.ts'
import type { ConceptStore } from '../../store/store.ts'
import type { SentenceBank } from './sentence_bank.ts'

/** Which concepts of a store are sentences to choose from. */
export interface StoreBankOptions {
  /** The space whose vectors are meant. May be left out where the store has one alone. */
  readonly space?: Space | undefined
  /** Default: all concepts. */
  readonly filter?: ConceptFilter | undefined
}

/**
 * The texts of a store as a bank of sentences. The store stays the caller's.
 *
 * @throws VmmError BAD_ARGUMENT where it is not clear which space is meant; SPACE_MISMATCH for one that is not there; `nearest` throws what that of the store throws
 * @example
 * ```js
 * import { openStore, storeBank, vectorsFrom } from 'vector-mamba'
 *
 * const store = await openStore('sentences.store')
 * await store.addSpace('example-2', 2)
 * const at = (id, text, ...vector) => ({ id, text, vectors: { 'example-2': Float32Array.from(vector) } })
 * await store.upsert([at('right', 'To the right.', 1, 0), at('up', 'Up.', 0, 1)])
 * const bank = storeBank(store)
 * const [[hit]] = await bank.nearest(vectorsFrom(Float32Array.of(3, 4), 2, 'example-2'), 1)
 * console.log(hit.text, hit.cosine.toFixed(1)) // Up. 0.8
 * await store.dispose()
 * ```
 */
export function storeBank(store: ConceptStore, options: StoreBankOptions = {}): SentenceBank<ConceptHit> {
  refuseUnknown(options, { space: true, filter: true })
  const { filter } = options
  const space = options.space ?? spaceOf(store, undefined)
  return {
    space,
    dims: dimsOf(store.spaces, space),
    nearest: (vectors, k, { signal, threads } = {}) =>
      nearestConcepts(store, vectors, k, { filter, signal, threads }),
  }
}
