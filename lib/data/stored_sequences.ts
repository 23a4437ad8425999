import { checkCount } from '../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../core/options.ts'
import { checkRunOptions } from '../core/run_options.ts'
import type { Space } from '../core/space.ts'
import type { ConceptFilter } from '../store/record.ts'
import type { ConceptStore } from '../store/store.ts'
import { planWindows, type WindowOptions } from './windows.ts'

/** How documents of a store are handed out for training. */
export interface TrainingBatchOptions extends Partial<WindowOptions> {
  /** Of the vectors. */
  readonly space: Space
  /** Concepts that are taken. Default: all that have a document. */
  readonly filter?: ConceptFilter | undefined
  /** How often all documents are gone through. Default 1. */
  readonly epochs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** A run of concepts of one document, in their order. */
export interface TrainingWindow {
  readonly document: string
  readonly ids: readonly string[]
  /** The row of the batch in which its first vector is. */
  readonly row: number
}

/** Sequences of vectors, one after another. */
export interface TrainingBatch {
  /** f32 [rows · dims] */
  readonly vectors: Float32Array
  readonly windows: readonly TrainingWindow[]
}

const OPTIONS: OptionNames<TrainingBatchOptions> = {
  space: true,
  filter: true,
  epochs: true,
  rows: true,
  window: true,
  minimum: true,
  together: true,
  seed: true,
  signal: true,
}

interface StoredDocument {
  readonly name: string
  readonly ids: readonly string[]
}

/**
 * The documents of a store as sequences of vectors for training: concepts of one document in the order of their positions, cut
 * into windows that are shuffled by the seed and packed into batches of equal size. Memory holds the ids of all, and the vectors
 * of one batch.
 *
 * @throws VmmError BAD_ARGUMENT for options out of range and where no document is long enough; what the store throws
 * @example
 * ```js
 * import { openStore, trainingBatches } from 'vector-mamba'
 *
 * const store = await openStore('sequences.store')
 * await store.addSpace('example-2', 2)
 * const sentence = (position) => ({
 *   id: `tale ${position}`,
 *   text: 'Once more.',
 *   document: 'tale',
 *   position,
 *   vectors: { 'example-2': Float32Array.of(position, 1) },
 * })
 * await store.upsert([2, 0, 3, 1].map(sentence))
 * for await (const { windows, vectors } of trainingBatches(store, { space: 'example-2', rows: 4, window: 4 }))
 *   console.log(windows[0].ids.length, vectors.join()) // 4 0,1,1,1,2,1,3,1
 * await store.dispose()
 * ```
 */
export async function* trainingBatches(
  store: ConceptStore,
  options: TrainingBatchOptions,
): AsyncGenerator<TrainingBatch> {
  refuseUnknown(options, OPTIONS)
  checkRunOptions(options)
  const { space, filter, epochs = 1, signal } = options
  const { rows = 4096, window = 64, minimum = 2, together = 1, seed = 0 } = options
  checkCount('epochs', epochs)
  const documents = await documentsOf(store, space, filter, signal)
  const counts = documents.map(({ ids }) => ids.length)
  const plan = planWindows(counts, { rows, window, minimum, together, seed })
  const dims = store.spaces.get(space)!
  for (let number = 0; number < epochs * plan.perEpoch; number++) {
    signal?.throwIfAborted()
    const windows: TrainingWindow[] = []
    let row = 0
    for (const { document, begin, end } of plan.batch(number)) {
      const { name, ids } = documents[document]!
      windows.push({ document: name, ids: ids.slice(begin, end), row })
      row += end - begin
    }
    const vectors = new Float32Array(row * dims)
    const found = await store.vectors(
      space,
      windows.flatMap(({ ids }) => ids),
    )
    // A concept that was removed since the documents were listed is a row of zeros.
    for (const [i, vector] of found.entries()) if (vector !== null) vectors.set(vector, i * dims)
    yield { vectors, windows }
  }
}

/** Documents by name, with their concepts that have a vector, in the order of their positions. */
async function documentsOf(
  store: ConceptStore,
  space: Space,
  filter: ConceptFilter | undefined,
  signal: AbortSignal | undefined,
): Promise<readonly StoredDocument[]> {
  const places = new Map<string, { readonly id: string; readonly position: number }[]>()
  for await (const concepts of store.scan({ filter, spaces: [space], signal }))
    for (const { id, document, position, vectors } of concepts) {
      if (document === null || vectors[space] === undefined) continue
      const place = { id, position: position ?? Number.POSITIVE_INFINITY }
      const known = places.get(document)
      if (known) known.push(place)
      else places.set(document, [place])
    }
  return [...places]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, all]) => ({ name, ids: all.sort(byPosition).map(({ id }) => id) }))
}

/** Those without a position come last; equal ones by id, so that the order is always the same. */
function byPosition(
  a: { readonly id: string; readonly position: number },
  b: { readonly id: string; readonly position: number },
): number {
  if (a.position !== b.position) return a.position < b.position ? -1 : 1
  return a.id < b.id ? -1 : 1
}
