import { createHash } from 'node:crypto'
import { type StoredDomainsOptions, storedDomains } from '../concepts/database/stored_domains.ts'
import type { Domains } from '../concepts/domains/domains.ts'
import { lifetime, type Resource } from '../core/disposable.ts'
import type { Encoder } from '../core/encoder.ts'
import { badArgument, check, describe } from '../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../core/options.ts'
import { CALL_OPTIONS, type CallOptions, checkRunOptions } from '../core/run_options.ts'
import type { Space } from '../core/space.ts'
import { isVectors, type Vectors } from '../core/vectors.ts'
import { type TrainingBatch, type TrainingBatchOptions, trainingBatches } from '../data/stored_sequences.ts'
import { openStore } from '../store/open_store.ts'
import type { ConceptRecord, StoredConcept } from '../store/record.ts'
import type { ConceptStore, NearestOptions } from '../store/store.ts'
import { type EmbeddingService, embeddingService } from './embedding_service.ts'

/** A concept as it is added: its text, and what else is known. Without an id its type and text make one. */
export type ConceptInput = string | (Omit<ConceptRecord, 'id'> & { readonly id?: string | undefined })

/** A concept and how near it is. */
export interface SimilarConcept extends StoredConcept {
  /** Of the angle between its vector and the query's. */
  readonly cosine: number
}

/** How similar concepts are looked for. */
export interface SimilarOptions extends NearestOptions {
  /** Of a text: the model that it is encoded by. Default: the first one. */
  readonly space?: Space | undefined
}

/** As for storedDomains; the space is the first model's where none is told. */
export type DatabaseDomainsOptions = Omit<StoredDomainsOptions, 'space'> &
  Partial<Pick<StoredDomainsOptions, 'space'>>

/** As for trainingBatches; the space is the first model's where none is told. */
export type DatabaseBatchOptions = Omit<TrainingBatchOptions, 'space'> &
  Partial<Pick<TrainingBatchOptions, 'space'>>

/** Concepts that are encoded as they are added, by one model or several, and handed out again for search and training. */
export interface ConceptDatabase extends Resource<Promise<void>> {
  readonly store: ConceptStore
  readonly embeddings: EmbeddingService
  /**
   * Adds a concept, with a vector of each model for which it brings none, and returns its id. One that is there is replaced.
   *
   * @throws VmmError BAD_ARGUMENT; the signal's reason, where what came before is written
   */
  addConcept(concept: ConceptInput, options?: CallOptions): Promise<string>
  /** The same for many, which are encoded and written together. */
  addConcepts(concepts: readonly ConceptInput[], options?: CallOptions): Promise<string[]>
  /**
   * The `k` concepts that are nearest to a text or to one vector, best first.
   *
   * @throws VmmError BAD_ARGUMENT, SPACE_MISMATCH; the signal's reason
   */
  getSimilarConcepts(query: string | Vectors, k: number, options?: SimilarOptions): Promise<SimilarConcept[]>
  /** The domains of its concepts as they are now; see storedDomains. `writeDomains` keeps them. */
  updateDomainCentroids(options?: DatabaseDomainsOptions): Promise<Domains>
  /** Its documents as sequences of vectors; see trainingBatches. */
  exportTrainingBatch(options?: DatabaseBatchOptions): AsyncGenerator<TrainingBatch>
}

const SIMILAR: OptionNames<SimilarOptions> = {
  filter: true,
  effort: true,
  signal: true,
  threads: true,
  space: true,
}

/** Concepts that are encoded and written at a time. */
const BATCH = 512

/**
 * A database of concepts over a store, with the models that encode them: each has a space of its own.
 *
 * @param place a path, an address (see openStore), or a store, which stays the caller's
 * @throws VmmError BAD_ARGUMENT; SPACE_MISMATCH where the store has a model's space with other dimensions; what openStore throws
 * @example
 * ```js
 * import { loadEncoder, openConceptDatabase } from 'vector-mamba'
 *
 * const model = await loadEncoder()
 * const database = await openConceptDatabase('concepts.store', [model])
 * await database.addConcept('The boat leaves at nine.')
 * await database.addConcept({ text: 'Ring the dentist about Tuesday.', primaryDomain: 'health' })
 * const [nearest] = await database.getSimilarConcepts('My tooth hurts.', 1)
 * console.log(nearest.primaryDomain, nearest.cosine.toFixed(2)) // health 0.59
 * await database.dispose()
 * model.dispose()
 * ```
 */
export async function openConceptDatabase(
  place: string | ConceptStore,
  encoders: readonly Encoder[],
): Promise<ConceptDatabase> {
  const embeddings = embeddingService(encoders)
  const store = typeof place === 'string' ? await openStore(place) : place
  const own = typeof place === 'string'
  try {
    check(typeof store?.upsert === 'function', 'place', place, 'a path, an address or a store')
    for (const { space, dims, name, fingerprint } of embeddings.encoders.values())
      await store.addSpace(space, dims, store.models.get(space) ?? { name, fingerprint, options: {} })
  } catch (error) {
    if (own) await store.dispose()
    throw error
  }
  const life = lifetime('the database was disposed', async () => {
    if (own) await store.dispose()
  })
  const first = encoders[0]!.space

  async function addConcepts(
    concepts: readonly ConceptInput[],
    options: CallOptions = {},
  ): Promise<string[]> {
    life.alive()
    check(Array.isArray(concepts), 'concepts', concepts, 'an array of concepts')
    refuseUnknown(options, CALL_OPTIONS)
    checkRunOptions(options)
    const records = concepts.map(recordOf)
    for (let from = 0; from < records.length; from += BATCH) {
      const some = records.slice(from, from + BATCH)
      await store.upsert(await encoded(some, options), { signal: options.signal })
    }
    return records.map(({ id }) => id)
  }

  /** With a vector of each model, where they have none. */
  async function encoded(records: readonly ConceptRecord[], options: CallOptions): Promise<ConceptRecord[]> {
    const vectors = records.map((record) => ({ ...record.vectors }))
    for (const space of embeddings.encoders.keys()) {
      const without = [...records.keys()].filter((i) => vectors[i]![space] === undefined)
      if (without.length === 0) continue
      const texts = without.map((i) => records[i]!.text)
      const found = (await embeddings.encode(texts, { ...options, spaces: [space] })).get(space)!
      for (const [at, i] of without.entries()) vectors[i]![space] = found.row(at)
    }
    return records.map((record, i) => ({ ...record, vectors: vectors[i] }))
  }

  return {
    store,
    embeddings,
    addConcept: async (concept, options) => (await addConcepts([concept], options))[0]!,
    addConcepts,
    getSimilarConcepts: async (query, k, options = {}) => {
      life.alive()
      refuseUnknown(options, SIMILAR)
      const { space, ...search } = options
      const vectors = await queryVector(query, space, search)
      const [hits] = await store.nearest(vectors, k, search)
      const concepts = await store.get(hits!.map(({ id }) => id))
      // One that was removed in between is left out.
      return concepts.flatMap((concept, i) =>
        concept === null ? [] : [{ ...concept, cosine: hits![i]!.cosine }],
      )
    },
    updateDomainCentroids: (options = {}) => {
      life.alive()
      return storedDomains(store, { ...options, space: options.space ?? first })
    },
    exportTrainingBatch: (options = {}) => {
      life.alive()
      return trainingBatches(store, { ...options, space: options.space ?? first })
    },
    ...life.ends,
  }

  async function queryVector(
    query: string | Vectors,
    space: Space | undefined,
    { signal, threads }: NearestOptions,
  ): Promise<Vectors> {
    if (typeof query === 'string')
      return (await embeddings.encoderOf(space).encode([query], { signal, threads })).vectors
    if (isVectors(query) && query.count === 1 && space === undefined) return query
    throw badArgument('query', describe(query), 'a text, or one vector without the option space')
  }
}

function recordOf(concept: ConceptInput, i: number): ConceptRecord {
  const given = typeof concept === 'string' ? { text: concept } : concept
  const { text, type = 'text' } = given ?? {}
  check(typeof text === 'string', `concepts[${i}].text`, text, 'a text')
  return { ...given, text, id: given.id ?? idOf(type, text) }
}

/** The same for the same concept, so that it is there once. */
function idOf(type: string, text: string): string {
  return createHash('sha256').update(`${type}\0${text}`).digest('base64url').slice(0, 22)
}
