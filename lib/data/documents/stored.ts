import { createHash } from 'node:crypto'
import { lifetime } from '../../core/disposable.ts'
import type { Encoder } from '../../core/encoder.ts'
import { check, VmmError } from '../../core/errors.ts'
import { openStore } from '../../store/open_store.ts'
import type { ConceptStore, ScannedConcept } from '../../store/store.ts'
import type { VectorDocuments } from './open.ts'

/** The domain of documents of code, whatever their words are about. */
const CODE_DOMAIN = 'code_reasoning'

interface StoredDocument {
  readonly id: string
  readonly group: string
  readonly count: number
  readonly concepts: readonly string[]
}

/** A concept as its place in a document is found. */
interface Placed {
  readonly id: string
  readonly position: number
  readonly isCode: boolean
  readonly scores: Readonly<Record<string, number>>
  readonly updated: number
}

/**
 * The documents of a store of concepts, such as `buildDataset` makes: concepts of one document in the order of their positions.
 * Each belongs to the domain that its concepts have most of, and those that are code to `code_reasoning`. Code that was run and
 * does not work is left out. Memory holds the ids; vectors and texts are read when they are asked for.
 *
 * @param place see openStore
 * @throws VmmError NOT_FOUND; SPACE_MISMATCH where the store has no vectors of the model's space; BAD_FILE where no document has
 *   two concepts with a vector; the signal's reason
 * @example
 * ```js
 * import { openStore, openStoredDocuments } from 'vector-mamba'
 *
 * const store = await openStore('tales.store')
 * await store.addSpace('example-2', 2)
 * const concept = (position) => ({
 *   ...{ id: `tale ${position}`, text: `Sentence ${position}.`, document: 'tale', position, domainScores: { sea: 0.9 } },
 *   vectors: { 'example-2': Float32Array.of(position, 1) },
 * })
 * await store.upsert([1, 0, 2].map(concept))
 * const documents = await openStoredDocuments('tales.store', { space: 'example-2', dims: 2 })
 * const tale = await documents.document(0)
 * console.log(tale.group, tale.texts().join(' ')) // sea Sentence 0. Sentence 1. Sentence 2.
 * await documents.dispose()
 * await store.dispose()
 * ```
 */
export async function openStoredDocuments(
  place: string,
  { space, dims }: Pick<Encoder, 'space' | 'dims'>,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<VectorDocuments> {
  const store = await openStore(place, { create: false })
  try {
    if (store.spaces.get(space) !== dims)
      throw new VmmError('SPACE_MISMATCH', `${place}: no vectors of ${space} with ${dims} dimensions`)
    const { documents, hash, broken } = await documentsOf(store, space, options.signal)
    if (documents.length === 0)
      throw new VmmError('BAD_FILE', `${place}: no document with two concepts that have vectors of ${space}`)
    return documentsOver(store, space, dims, documents, hash, broken)
  } catch (error) {
    await store.dispose()
    throw error
  }
}

async function documentsOf(
  store: ConceptStore,
  space: string,
  signal: AbortSignal | undefined,
): Promise<{ documents: StoredDocument[]; hash: string; broken: number }> {
  const found = new Map<string, Placed[]>()
  let broken = 0
  for await (const batch of store.scan({ spaces: [space], signal }))
    for (const concept of batch) {
      if (concept.document === null || concept.vectors[space] === undefined) continue
      if (concept.codeMetadata?.works === false) {
        broken++
        continue
      }
      const name = concept.sourceDataset === null ? concept.document : nameOf(concept)
      const list = found.get(name)
      if (list) list.push(placedOf(concept))
      else found.set(name, [placedOf(concept)])
    }
  const hash = createHash('sha256')
  const documents = [...found]
    .filter(([, all]) => all.length > 1)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, all]): StoredDocument => {
      all.sort((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1))
      for (const one of all) hash.update(`${one.id} ${one.updated}\n`)
      return { id, group: domainOf(all), count: all.length, concepts: all.map((one) => one.id) }
    })
  return { documents, hash: hash.digest('hex'), broken }
}

function nameOf({ sourceDataset, document }: ScannedConcept): string {
  return sourceDataset === document ? document! : `${sourceDataset}/${document}`
}

function placedOf({
  id,
  position,
  codeMetadata,
  domainScores,
  primaryDomain,
  updated,
}: ScannedConcept): Placed {
  const hasScores = Object.keys(domainScores).length > 0
  const scores = hasScores ? domainScores : primaryDomain === null ? {} : { [primaryDomain]: 1 }
  // Those without a position come last.
  return { id, position: position ?? Number.MAX_SAFE_INTEGER, isCode: codeMetadata !== null, scores, updated }
}

function domainOf(concepts: readonly Placed[]): string {
  if (2 * concepts.filter(({ isCode }) => isCode).length > concepts.length) return CODE_DOMAIN
  const sums = new Map<string, number>()
  for (const { scores } of concepts)
    for (const [name, score] of Object.entries(scores)) sums.set(name, (sums.get(name) ?? 0) + score)
  return [...sums].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))[0]?.[0] ?? ''
}

function documentsOver(
  store: ConceptStore,
  space: string,
  dims: number,
  documents: readonly StoredDocument[],
  sourceHash: string,
  broken: number,
): VectorDocuments {
  const life = lifetime('the documents were disposed', () => store.dispose())
  const known = (at: number) => {
    life.alive()
    const document = documents[at]
    check(document !== undefined, 'index', at, `0 … ${documents.length - 1}`)
    return document
  }
  const readRows = async (at: number, begin: number, end: number, into: Float32Array) => {
    const { count, concepts } = known(at)
    const ok = Number.isInteger(begin) && Number.isInteger(end) && begin >= 0 && begin <= end && end <= count
    check(ok, 'rows', [begin, end], `a range of 0 … ${count}`)
    check(into.length === (end - begin) * dims, 'into', into, `${(end - begin) * dims} numbers`)
    // A concept that was removed meanwhile is a row of zeros.
    into.fill(0)
    for (const [row, vector] of (await store.vectors(space, concepts.slice(begin, end))).entries())
      if (vector !== null) into.set(vector, row * dims)
  }
  return {
    ...{ space, dims, count: documents.length, truncated: 0, sourceHash, readRows },
    sentences: documents.reduce((n, { count }) => n + count, 0),
    documents: documents.map(({ id, group, count }) => ({ id, group, count })),
    dropped: { empty: 0, repeated: 0, unusable: broken, documents: 0 },
    document: async (at) => {
      const { id, group, count, concepts } = known(at)
      const vectors = new Float32Array(count * dims)
      await readRows(at, 0, count, vectors)
      const texts = (await store.get(concepts)).map((concept) => concept?.text ?? '')
      return { id, group, count, vectors, texts: () => texts }
    },
    ...life.ends,
  }
}
