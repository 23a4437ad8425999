import type { Resource } from '../core/disposable.ts'
import type { Space } from '../core/space.ts'
import type { Vectors } from '../core/vectors.ts'
import type { ConceptFilter, ConceptRecord, Edge, EdgeKey, StoredConcept } from './record.ts'
import type { ConceptMap } from './spaces/concept_map.ts'

/** A concept and the cosine of the angle between its vector and the query's. */
export interface Found {
  readonly id: string
  readonly cosine: number
}

/** A concept whose text has words of a query. */
export interface TextMatch {
  readonly id: string
  /** The more of the query's words, the rarer they are, and the shorter the text, the larger. One kind of store's may be compared. */
  readonly score: number
}

/** How texts are searched for words. */
export interface MatchingOptions {
  readonly filter?: ConceptFilter | undefined
  readonly signal?: AbortSignal | undefined
}

/** How much work a search may take where a store has an index: `exact` looks at every vector. */
export type Effort = 'fast' | 'good' | 'exact'

/** How a search is done. */
export interface NearestOptions {
  readonly filter?: ConceptFilter | undefined
  /** Default 'good'. The mapped store is always exact. */
  readonly effort?: Effort | undefined
  readonly signal?: AbortSignal | undefined
  /** Threads to search with, where this process does it. */
  readonly threads?: number | undefined
}

/** Which relations are told. */
export interface NeighbourOptions {
  readonly types?: readonly string[] | undefined
  /** From a concept to others (default), or from others to it. */
  readonly direction?: 'out' | 'in' | undefined
  /** Relations of each concept at most, those of the greatest weight first. Default: all. */
  readonly limit?: number | undefined
}

/** Which concepts are told, and what of them. */
export interface ScanOptions {
  readonly filter?: ConceptFilter | undefined
  /** Spaces whose vectors come along. Default: none. */
  readonly spaces?: readonly Space[] | undefined
  /** Concepts at a time at most. Default 1024. */
  readonly batch?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** A concept with the vectors that a scan was asked for and that it has. */
export interface ScannedConcept extends StoredConcept {
  readonly vectors: Readonly<Record<Space, Float32Array>>
}

/** What the vectors of a space were made by, so that it can be loaded again for more of them. */
export interface SpaceModel {
  /** As loadEncoder takes it. */
  readonly name: string
  readonly fingerprint: string
  /** Other options of loadEncoder that it was loaded with. */
  readonly options: Readonly<Record<string, string | number | boolean>>
}

/** How a store is written to. */
export interface WriteOptions {
  readonly signal?: AbortSignal | undefined
}

/**
 * Concepts, their vectors in one or more spaces, and the relations between them. All back ends behave alike.
 *
 * What a call has acknowledged is kept, whatever happens to the process afterwards; a call that fails or is killed has
 * changed nothing or can be repeated. A reader sees a concept as it was before a write or after it.
 *
 * Methods throw VmmError BAD_ARGUMENT that names the argument for what is no id, no filter, no vector of a space's size or
 * of finite numbers; SPACE_MISMATCH for a space that the store does not have; DISPOSED; BAD_FILE where the disk fails;
 * SERVICE where a server does.
 */
export interface ConceptStore extends Resource<Promise<void>> {
  /** Spaces by name, with their dimensions. A space is a model's, not just a size. */
  readonly spaces: ReadonlyMap<Space, number>
  /** The models of spaces, of those where one was told. */
  readonly models: ReadonlyMap<Space, SpaceModel>
  /** Number of concepts. */
  count(): Promise<number>
  /**
   * Adds a space, or does nothing where it is there with these dimensions; SPACE_MISMATCH where it has others. A model that is
   * told is remembered in place of an earlier one.
   */
  addSpace(space: Space, dims: number, model?: SpaceModel): Promise<void>
  /** The map on which concepts have their places by the vectors of a space, as `placeConcepts` keeps it; null where none is kept. */
  conceptMap(space: Space): Promise<ConceptMap | null>
  /** Keeps a map for its space, in place of an earlier one. The coordinates of concepts stay as they are. */
  keepConceptMap(map: ConceptMap): Promise<void>
  /**
   * Adds concepts, or replaces those of the same id; fields that are left out get their defaults. Of equal ids in one call the
   * last one counts. A vector of zeros is allowed and has cosine 0 to all.
   */
  upsert(concepts: readonly ConceptRecord[], options?: WriteOptions): Promise<void>
  /** Removes concepts, their vectors and their relations in both directions. Unknown ids are passed over. */
  remove(ids: readonly string[], options?: WriteOptions): Promise<void>
  /** In the order of the ids; null for one that is not there. */
  get(ids: readonly string[]): Promise<readonly (StoredConcept | null)[]>
  /** Vectors as they were given, to the bit, in the order of the ids; null for one that is not there. */
  vectors(space: Space, ids: readonly string[]): Promise<readonly (Float32Array | null)[]>
  /**
   * The `k` nearest concepts of each vector by cosine, best first, fewer where fewer match. The vectors need not be of
   * length 1.
   */
  nearest(vectors: Vectors, k: number, options?: NearestOptions): Promise<readonly (readonly Found[])[]>
  /**
   * The `k` concepts whose texts match the words of a text best, best first: those that have any of them, in capitals or not,
   * as they are written. Signs between words mean nothing. Throws UNSUPPORTED where the store has no full text: a store in
   * mapped files has none.
   */
  matching(text: string, k: number, options?: MatchingOptions): Promise<readonly TextMatch[]>
  /** Adds relations, or replaces the weight of those that are there. The concepts need not be there yet. */
  link(edges: readonly Edge[], options?: WriteOptions): Promise<void>
  unlink(edges: readonly EdgeKey[], options?: WriteOptions): Promise<void>
  /** Relations of the concepts, grouped in the order of the ids, the greatest weight first. */
  neighbours(ids: readonly string[], options?: NeighbourOptions): Promise<readonly Edge[]>
  /** All concepts in batches, in an order of the store's own, as they are when the scan begins. */
  scan(options?: ScanOptions): AsyncIterable<readonly ScannedConcept[]>
  /** Builds indexes anew, joins small files, frees what is deleted. Never needed for right answers. */
  maintain(options?: WriteOptions): Promise<void>
}
