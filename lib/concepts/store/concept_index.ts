import { lifetime, type Resource } from '../../core/disposable.ts'
import type { Encoder } from '../../core/encoder.ts'
import { badArgument, check } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import { CALL_OPTIONS, checkRunOptions } from '../../core/run_options.ts'
import { requireSameSpace, type Space } from '../../core/space.ts'
import { isVectors, notVectors, type Vectors } from '../../core/vectors.ts'
import type { Concept } from '../wordnet/concepts.ts'
import { buildIndex, INDEX_OPTIONS, type IndexOptions } from './build_index.ts'
import { damagedIndex, type IndexFiles, readIndexFiles } from './index_files.ts'
import { type MappedRows, type MapRows, mapRows as mapNatively, type SearchOptions } from './rows.ts'

/** A concept and how near it is: the cosine of the angle between its vector and the query's. */
export interface ConceptHit extends Concept {
  readonly cosine: number
}

/** Concepts and their vectors, to be searched by vectors of the same space. */
export interface ConceptIndex extends Resource {
  readonly space: Space
  readonly dims: number
  readonly count: number
  /**
   * The `k` nearest concepts of each vector, best first; all of them when there are fewer than `k`.
   *
   * The vectors need not be of length 1.
   *
   * @throws VmmError SPACE_MISMATCH for vectors of another space; BAD_ARGUMENT for k, for another size, and for numbers
   *   that are not finite, naming the row; BAD_FILE when the index was damaged after it was opened; DISPOSED
   */
  nearest(vectors: Vectors, k: number, options?: SearchOptions): Promise<ConceptHit[][]>
}

/** Which concepts are opened, and how they are searched. */
export interface StoreOptions extends IndexOptions {
  /** How vectors are mapped and searched. Default: by native code. */
  readonly mapRows?: MapRows | undefined
}

/**
 * Opens the index of concepts of a model, and builds it first when it is missing.
 *
 * @throws VmmError see `buildIndex` and `openIndex`
 * @example
 * ```js
 * import { loadModel, openConcepts } from 'vector-mamba'
 *
 * const texts = { cat: 'a small animal that says miaow', ship: 'a vessel that crosses the sea' }
 * const own = {
 *   name: 'two',
 *   load: async () =>
 *     Object.entries(texts).map(([word, text]) => ({ id: word, kind: 'definition', words: [word], text })),
 * }
 * const model = await loadModel()
 * const concepts = await openConcepts(model, { concepts: own, cacheDir: 'cache' }) // left out: the meanings of WordNet
 * const { vectors } = await model.encode(['The boat left the harbour.'])
 * const [[nearest]] = await concepts.nearest(vectors, 1)
 * console.log(nearest.words, nearest.cosine > 0.2) // [ 'ship' ] true
 * concepts.dispose()
 * model.dispose()
 * ```
 */
export async function openConcepts(model: Encoder, options: StoreOptions = {}): Promise<ConceptIndex> {
  refuseUnknown(options, { ...INDEX_OPTIONS, mapRows: true })
  const { mapRows, ...index } = options
  return openIndex(await buildIndex(model, index), model, mapRows)
}

/**
 * Opens an index that exists. Vectors stay in the file, concepts are parsed when they are found.
 *
 * @throws VmmError BAD_FILE when a file is missing, or when the files do not fit each other or the model
 */
export async function openIndex(
  folder: string,
  model: Pick<Encoder, 'space' | 'dims'>,
  mapRows: MapRows = mapNatively,
): Promise<ConceptIndex> {
  const files = await readIndexFiles(folder, model)
  const { path, vectors, count, dims } = files
  return indexedConcepts(folder, model.space, files, mapRows(path, vectors.begin, count, dims))
}

function indexedConcepts(
  folder: string,
  space: Space,
  { count, dims, concept }: IndexFiles,
  rows: MappedRows,
): ConceptIndex {
  const life = lifetime('the index of concepts was disposed', () => rows.dispose())
  return {
    space,
    dims,
    count,
    nearest: async (vectors, k, options = {}) => {
      life.alive()
      if (!isVectors(vectors)) throw notVectors('vectors', vectors)
      requireSameSpace(vectors, { space })
      if (vectors.dims !== dims)
        throw badArgument('vectors', `${vectors.dims} dimensions`, `${dims} dimensions`)
      check(Number.isInteger(k) && k > 0, 'k', k, 'a whole number of 1 or more')
      refuseUnknown(options, CALL_OPTIONS)
      checkRunOptions(options)
      const found = Math.min(k, count)
      if (found === 0 || vectors.count === 0) return Array.from({ length: vectors.count }, () => [])
      const queries = vectors.toFloat32Array()
      const lengths = lengthsOf(queries, vectors.count, dims)
      const { indices, scores } = await rows.nearest(queries, found, options)
      return lengths.map((length, query) =>
        Array.from({ length: found }, (_, place) => {
          const at = query * found + place
          const score = scores[at]!
          if (!Number.isFinite(score)) throw damagedIndex(folder)
          return { ...concept(indices[at]!), cosine: length === 0 ? 0 : score / length }
        }),
      )
    },
    ...life.ends,
  }
}

/** Euclidean lengths of `count` rows, which are 1 for what a model gives. Throws for numbers that are not finite. */
function lengthsOf(rows: Float32Array, count: number, dims: number): number[] {
  if (rows.length !== count * dims)
    throw badArgument('vectors', `${rows.length} numbers`, `${count} rows of ${dims} numbers`)
  return Array.from({ length: count }, (_, row) => {
    let sum = 0
    for (let i = row * dims; i < (row + 1) * dims; i++) sum += rows[i]! * rows[i]!
    if (!Number.isFinite(sum)) throw badArgument(`vectors[${row}]`, 'NaN or infinity', 'finite numbers')
    return Math.sqrt(sum)
  })
}
