import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileError } from '../bundle/files.ts'
import { readSafetensorsHeader } from '../bundle/safetensors.ts'
import { requireSameSpace, type Space } from '../bundle/spaces.ts'
import { badArgument, check, VmmError } from '../runtime/errors.ts'
import type { Concept } from './concept_texts.ts'
import type { ConceptEncoder, VectorRows } from './encoder.ts'
import { buildIndex, CONCEPTS_FILE, type IndexOptions, VECTORS, VECTORS_FILE } from './index_files.ts'
import { type MappedRows, type MapRows, mapRows as mapNatively, type SearchOptions } from './rows.ts'

/** A concept and how near it is: the cosine of the angle between its vector and the query's. */
export interface ConceptHit extends Concept {
  readonly cosine: number
}

/** Concepts and their vectors, to be searched by vectors of the same space. */
export interface ConceptStore extends Disposable {
  readonly space: Space
  readonly dims: number
  readonly count: number
  /**
   * The `k` nearest concepts of each vector, best first; all of them when there are fewer than `k`.
   *
   * @throws VmmError SPACE_MISMATCH for vectors of another space, BAD_ARGUMENT for k or dims, DISPOSED
   */
  nearest(vectors: VectorRows, k: number, options?: SearchOptions): Promise<ConceptHit[][]>
  dispose(): void
}

export interface StoreOptions extends IndexOptions {
  /** How vectors are mapped and searched. Default: by native code. */
  readonly mapRows?: MapRows
}

/**
 * Opens the index of concepts of a model, and builds it first when it is missing.
 *
 * @throws VmmError see `buildIndex` and `openIndex`
 */
export async function openConcepts(model: ConceptEncoder, options: StoreOptions = {}): Promise<ConceptStore> {
  return openIndex(await buildIndex(model, options), model, options.mapRows)
}

/**
 * Opens an index that exists. Vectors stay in the file, concepts are parsed when they are found.
 *
 * @throws VmmError NOT_FOUND when a file is missing, BAD_FILE when the files do not fit each other or the model
 */
export async function openIndex(
  folder: string,
  model: Pick<ConceptEncoder, 'space' | 'dims'>,
  mapRows: MapRows = mapNatively,
): Promise<ConceptStore> {
  const path = join(folder, VECTORS_FILE)
  const { tensors, metadata } = await readSafetensorsHeader(path)
  const [vectors] = tensors
  const [count, dims] = vectors?.shape ?? []
  const lines = await readLines(join(folder, CONCEPTS_FILE))
  const fits =
    tensors.length === 1 && vectors?.name === VECTORS && vectors.dtype === 'F32' && vectors.shape.length === 2
  if (!fits || dims !== model.dims || count !== lines.count || metadata.get('space') !== model.space)
    throw new VmmError('BAD_FILE', `${folder}: a damaged index of concepts; delete it and it is built again`)
  return new IndexedConcepts(model.space, dims, lines, mapRows(path, vectors.begin, count, dims))
}

class IndexedConcepts implements ConceptStore {
  readonly space: Space
  readonly dims: number
  readonly #lines: Lines
  readonly #rows: MappedRows
  #disposed = false

  constructor(space: Space, dims: number, lines: Lines, rows: MappedRows) {
    this.space = space
    this.dims = dims
    this.#lines = lines
    this.#rows = rows
  }

  get count(): number {
    return this.#lines.count
  }

  async nearest(vectors: VectorRows, k: number, options?: SearchOptions): Promise<ConceptHit[][]> {
    if (this.#disposed) throw new VmmError('DISPOSED', 'the index of concepts was disposed')
    requireSameSpace(vectors, this)
    if (vectors.dims !== this.dims)
      throw badArgument('vectors', `${vectors.dims} dimensions`, `${this.dims} dimensions`)
    check(Number.isInteger(k) && k > 0, 'k', k, 'a whole number of 1 or more')
    const found = Math.min(k, this.count)
    if (found === 0 || vectors.count === 0) return Array.from({ length: vectors.count }, () => [])
    const { indices, scores } = await this.#rows.nearest(vectors.toFloat32Array(), found, options)
    return Array.from({ length: vectors.count }, (_, query) =>
      Array.from({ length: found }, (_, place) => {
        const at = query * found + place
        return { ...(JSON.parse(this.#lines.at(indices[at]!)) as Concept), cosine: scores[at]! }
      }),
    )
  }

  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    this.#rows.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}

type Lines = { readonly count: number; at(line: number): string }

/** The lines of a file; kept as bytes, because few of them are ever looked at. */
async function readLines(path: string): Promise<Lines> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw fileError(path, 'read', error)
  })
  const ends: number[] = []
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, end + 1)) ends.push(end)
  return {
    count: ends.length,
    at: (line) => bytes.toString('utf8', line === 0 ? 0 : ends[line - 1]! + 1, ends[line]),
  }
}
