import type { Encoder } from '../../core/encoder.ts'
import { badArgument, check, checkCount, describe } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import { unitLength } from '../../core/rows.ts'
import { checkRunOptions } from '../../core/run_options.ts'
import { cosine as cosineBetween } from '../../core/similarity.ts'
import { requireSameSpace, type Space } from '../../core/space.ts'
import { trustedVectors } from '../../core/vectors.ts'
import type { ConceptRecord, StoredConcept } from '../record.ts'
import type { ConceptStore, Found, NearestOptions } from '../store.ts'
import {
  AROUND_OPTIONS,
  type Centrality,
  type CentralityOptions,
  type CommunityOptions,
  centralityAround,
  communitiesAround,
} from './around.ts'
import { checkHops, HOP_OPTIONS, type HopOptions, hopsFrom, type Neighbour } from './hops.ts'
import {
  checkNavigate,
  type Journey,
  NAVIGATE_OPTIONS,
  type NavigateOptions,
  navigateFrom,
  type Place,
} from './navigate.ts'
import { spaceOf } from './place_concepts.ts'
import { checkRelationOptions } from './relations.ts'
import {
  type RelationPath,
  SHORTEST_PATH_OPTIONS,
  type ShortestPathOptions,
  shortestPathBetween,
} from './shortest_path.ts'
import { type SurfaceForms, surfaceFormsOf } from './surface_forms.ts'

/** What a graph works with beside its store. */
export interface GraphOptions {
  /** The space whose vectors are meant. May be left out where the store has one alone, or an encoder is given. */
  readonly space?: Space | undefined
  /** Makes the vectors of texts, and of concepts that have none. */
  readonly encoder?: Encoder | undefined
}

/** A concept by its id, or a vector of the graph's space. */
export type ConceptOrVector = string | Float32Array

/** Where to go: towards a concept or a vector, along a direction, or as from one concept to another. */
export type Heading =
  | { readonly towards: ConceptOrVector }
  | { readonly along: Float32Array }
  | { readonly difference: readonly [from: ConceptOrVector, to: ConceptOrVector] }

/** A concept that is added: its text at least. */
export interface NewConcept extends Omit<ConceptRecord, 'id' | 'vectors'> {
  /** Default: the next free one of `cpt_000000`, `cpt_000001`, … */
  readonly id?: string | undefined
  /** Of the graph's space. Default: that of the text, by the graph's encoder. */
  readonly vector?: Float32Array | undefined
  /** Vectors of other spaces. */
  readonly vectors?: ConceptRecord['vectors']
}

/** A concept that a text holds. */
export interface HeldConcept {
  readonly id: string
  /** Where the text names it: indices of the first character and of the one behind the last; null where it does not. */
  readonly start: number | null
  readonly end: number | null
  /** Of the angle between the concept's vector and the text's; null without an encoder, or without a vector. */
  readonly cosine: number | null
}

/** How many concepts of a text are found, and whether also by meaning. */
export interface LookupOptions {
  /** Concepts for each place that names some, and by meaning. Default 1. */
  readonly k?: number | undefined
  /** Whether the concepts nearest to the text's vector come last, if no place names them. Default: where no place names any. */
  readonly byMeaning?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/** Concepts as nodes of a graph: near ones by their vectors, related ones by their relations. */
export interface ConceptGraph {
  readonly store: ConceptStore
  readonly space: Space
  readonly dims: number
  /** Adds a concept, or replaces that of the same id. Gives its id. */
  addConcept(concept: NewConcept): Promise<string>
  /** Concepts, with coordinates where the graph can tell them; null for an id that is not there. */
  get(ids: readonly string[]): Promise<readonly (StoredConcept | null)[]>
  /** The `k` concepts nearest to a concept, without itself, or to a vector, best first. */
  getSimilar(of: ConceptOrVector, k: number, options?: NearestOptions): Promise<readonly Found[]>
  /** Concepts that 1 … `hops` relations lead to, those of fewer hops first, then those of the greatest weight. */
  neighbours(id: string, options?: HopOptions): Promise<readonly Neighbour[]>
  /**
   * Goes through the space in steps of 0.1 radians, on the shortest way from one direction to another, and gives the concepts
   * that lie along it. It is never stuck: every stop lies further along than the one before it, so none comes twice.
   *
   * Concepts near each point are found in one batch. Of them the way is taken whose steps are smoothest: least is the sum of
   * (1 - cosine)⁴ of all steps, and of a quarter of that from each stop to its point of the way.
   */
  navigate(from: ConceptOrVector, heading: Heading, options?: NavigateOptions): Promise<Journey>
  /** The shortest way along relations, each as long as 1 / weight; null where none leads there. */
  shortestPath(from: string, to: string, options?: ShortestPathOptions): Promise<RelationPath | null>
  /** What is to `c` as `b` is to `a`: the concepts nearest to b - a + c, of vectors of length 1, without the three. Default 5. */
  analogy(
    a: ConceptOrVector,
    b: ConceptOrVector,
    c: ConceptOrVector,
    options?: NearestOptions & { readonly k?: number | undefined },
  ): Promise<readonly Found[]>
  /**
   * The concepts that a text holds: at each place that names some by a surface form (or an English inflection of one) the
   * most fitting ones, and by meaning. How fitting one is: the cosine with the text plus the concept's confidence. All
   * surface forms are read at the first call and kept.
   */
  lookup(text: string, options?: LookupOptions): Promise<readonly HeldConcept[]>
  /**
   * Communities among the concepts around one, by Louvain's method: ids, larger communities first. V. D. Blondel et al., "Fast
   * unfolding of communities in large networks", 2008. Needs the packages of graphology.
   */
  communities(id: string, options?: CommunityOptions): Promise<readonly (readonly string[])[]>
  /** How central the concepts around one are, the most central first. Needs the packages of graphology. */
  centrality(id: string, options?: CentralityOptions): Promise<readonly Centrality[]>
}

/** Numbers of ids that are tried at a time. */
const ID_BATCH = 64

/**
 * The concepts of a store as a graph. The store stays the caller's, as the encoder does.
 *
 * All methods throw VmmError BAD_ARGUMENT that names the argument for an id that the store does not have, a concept
 * without a vector where no encoder makes one, wrong vectors and options; what the store and the encoder throw; and the
 * signal's reason. `communities` and `centrality` throw UNSUPPORTED with the command that installs their packages.
 *
 * Where the store keeps a map of the space (placeConcepts), concepts that are added get their coordinates on it, and so do
 * those without when they are asked for.
 *
 * @throws VmmError BAD_ARGUMENT where it is not clear which space is meant; SPACE_MISMATCH for an encoder of another
 * @example
 * ```js
 * import { loadEncoder, openGraph, openStore } from 'vector-mamba'
 *
 * const encoder = await loadEncoder()
 * const store = await openStore('sea.store')
 * await store.addSpace(encoder.space, encoder.dims)
 * const graph = openGraph(store, { encoder })
 * await graph.addConcept({ id: 'boat', text: 'a small vessel on the sea', surfaceForms: ['boat', 'rowing boat'] })
 * await graph.addConcept({ id: 'wave', text: 'high waves on the sea' })
 * await graph.addConcept({ id: 'storm', text: 'a storm with high waves' })
 * const { stops } = await graph.navigate('boat', { towards: 'storm' })
 * console.log(stops.map(({ id }) => id).join(' > ')) // boat > wave > storm
 * const [held] = await graph.lookup('Two boats sank.')
 * console.log(held.id, held.start) // boat 4
 * encoder.dispose()
 * await store.dispose()
 * ```
 */
export function openGraph(store: ConceptStore, options: GraphOptions = {}): ConceptGraph {
  refuseUnknown(options, { space: true, encoder: true })
  const { encoder } = options
  const space = spaceOf(store, options.space ?? encoder?.space)
  if (encoder !== undefined) requireSameSpace(encoder, { space })
  const dims = store.spaces.get(space)!
  let forms: Promise<SurfaceForms> | undefined
  const formsOf = (signal: AbortSignal | undefined) => {
    forms ??= surfaceFormsOf(store, signal).catch((error: unknown) => {
      forms = undefined
      throw error
    })
    return forms
  }
  const encoded = async (texts: readonly string[], signal: AbortSignal | undefined) =>
    encoder === undefined ? null : [...(await encoder.encode(texts, { signal })).vectors]

  /** Throws where an id is none of a concept. */
  const known = async (argument: string, id: string): Promise<StoredConcept> => {
    check(typeof id === 'string', argument, id, 'the id of a concept')
    const [concept] = await store.get([id])
    if (!concept) throw badArgument(argument, describe(id), 'the id of a concept of the store')
    return concept
  }
  const placeOf = async (argument: string, of: ConceptOrVector, signal?: AbortSignal): Promise<Place> => {
    if (of instanceof Float32Array) {
      if (of.length !== dims) throw badArgument(argument, `${of.length} numbers`, `${dims} numbers`)
      if (!of.every(Number.isFinite)) throw badArgument(argument, 'NaN or infinity', 'finite numbers')
      return { id: null, vector: of }
    }
    const concept = await known(argument, of)
    const [stored] = await store.vectors(space, [of])
    const vector = stored ?? (await encoded([concept.text], signal))?.[0]
    if (!vector)
      throw badArgument(argument, `${describe(of)}, without a vector of ${space}`, 'one that has a vector')
    return { id: of, vector }
  }
  const nearestTo = async (
    vector: Float32Array,
    k: number,
    without: readonly (string | null)[],
    options: NearestOptions,
  ) => {
    checkCount('k', k)
    const left = new Set(without)
    const [found = []] = await store.nearest(trustedVectors([vector], dims, space), k + left.size, options)
    return found.filter(({ id }) => !left.has(id)).slice(0, k)
  }
  const freeId = async (): Promise<string> => {
    for (let number = await store.count(); ; number += ID_BATCH) {
      const ids = Array.from({ length: ID_BATCH }, (_, i) => `cpt_${String(number + i).padStart(6, '0')}`)
      const free = (await store.get(ids)).indexOf(null)
      if (free >= 0) return ids[free]!
    }
  }

  return {
    store,
    space,
    dims,
    addConcept: async ({ id: given, vector: own, vectors, ...concept }) => {
      const id = given ?? (await freeId())
      const made =
        own === undefined && vectors?.[space] === undefined ? await encoded([concept.text], undefined) : null
      const vector = own ?? vectors?.[space] ?? made?.[0]
      const map = vector === undefined ? null : await store.conceptMap(space)
      const record: ConceptRecord = {
        ...(encoder !== undefined && { originModel: encoder.name }),
        ...(vector !== undefined && map !== null && { gps: map.place(vector) }),
        ...concept,
        id,
        vectors: { ...vectors, ...(vector !== undefined && { [space]: vector }) },
      }
      await store.upsert([record])
      const ownForms = record.surfaceForms ?? []
      if (forms !== undefined) (await forms).add(id, ownForms.length > 0 ? ownForms : [record.text])
      return id
    },
    get: async (ids) => {
      const concepts = await store.get(ids)
      const bare = concepts.filter((c): c is StoredConcept => c !== null && c.gps === null)
      const map = bare.length === 0 ? null : await store.conceptMap(space)
      if (map === null) return concepts
      const stored = await store.vectors(
        space,
        bare.map(({ id }) => id),
      )
      const missing = bare.filter((_, i) => stored[i] === null)
      const made =
        (missing.length > 0 &&
          (await encoded(
            missing.map(({ text }) => text),
            undefined,
          ))) ||
        []
      const places = new Map<string, number[]>()
      for (const [i, { id }] of bare.entries()) if (stored[i]) places.set(id, map.place(stored[i]))
      for (const [i, { id }] of missing.entries()) if (made[i]) places.set(id, map.place(made[i]))
      return concepts.map((concept) =>
        concept !== null && places.has(concept.id) ? { ...concept, gps: places.get(concept.id)! } : concept,
      )
    },
    getSimilar: async (of, k, options = {}) => {
      const { id, vector } = await placeOf('of', of, options.signal)
      return nearestTo(vector, k, id === null ? [] : [id], options)
    },
    neighbours: async (id, options = {}) => {
      refuseUnknown(options, HOP_OPTIONS)
      checkRunOptions({ signal: options.signal })
      checkRelationOptions(options)
      checkHops(options)
      await known('id', id)
      return hopsFrom(store, id, options)
    },
    navigate: async (from, heading, options = {}) => {
      refuseUnknown(options, NAVIGATE_OPTIONS)
      checkRunOptions({ signal: options.signal, threads: options.threads })
      checkNavigate(options)
      const { signal } = options
      const start = await placeOf('from', from, signal)
      const { to, argument } = await headingOf(heading, (argument, of) => placeOf(argument, of, signal))
      return navigateFrom(store, space, start, to, argument, argument === 'towards', options)
    },
    shortestPath: async (from, to, options = {}) => {
      refuseUnknown(options, SHORTEST_PATH_OPTIONS)
      checkRunOptions({ signal: options.signal })
      checkRelationOptions(options)
      await known('from', from)
      await known('to', to)
      return shortestPathBetween(store, from, to, options)
    },
    analogy: async (a, b, c, { k = 5, ...options } = {}) => {
      const { signal } = options
      const [x, y, z] = [
        await placeOf('a', a, signal),
        await placeOf('b', b, signal),
        await placeOf('c', c, signal),
      ]
      const [from, to, other] = [unitLength(x.vector), unitLength(y.vector), unitLength(z.vector)]
      const vector = other.map((value, i) => value + to[i]! - from[i]!)
      const ids = [x.id, y.id, z.id].filter((id) => id !== null)
      return nearestTo(vector, k, ids, options)
    },
    lookup: async (text, options = {}) => {
      refuseUnknown(options, { k: true, byMeaning: true, signal: true })
      checkRunOptions({ signal: options.signal })
      check(typeof text === 'string', 'text', text, 'a string')
      const { k = 1, signal } = options
      checkCount('k', k)
      const places = (await formsOf(signal)).find(text)
      const ids = [...new Set(places.flatMap((place) => place.ids))]
      const [concepts, vectors] = [await store.get(ids), await store.vectors(space, ids)]
      const there = ids.flatMap((id, i) => {
        const concept = concepts[i]
        return concept ? [{ id, concept, vector: vectors[i] ?? null }] : [] // removed since the names were read
      })
      const bare = there.filter(({ vector }) => vector === null)
      const [whole, ...made] =
        (await encoded([text, ...bare.map(({ concept }) => concept.text)], signal)) ?? []
      const own = new Map(bare.map(({ id }, i) => [id, made[i]]))
      const fits = new Map(
        there.map(({ id, concept, vector }) => {
          const known = vector ?? own.get(id)
          const cosine = whole && known ? cosineBetween(whole, known) : null
          return [id, { cosine, fit: (cosine ?? 0) + (concept.confidence ?? 0) }]
        }),
      )
      const held = places.flatMap(({ ids, start, end }) =>
        ids
          .filter((id) => fits.has(id))
          .sort((a, b) => fits.get(b)!.fit - fits.get(a)!.fit || (a < b ? -1 : 1))
          .slice(0, k)
          .map((id): HeldConcept => ({ id, start, end, cosine: fits.get(id)!.cosine })),
      )
      const byMeaning = options.byMeaning ?? held.length === 0
      if (!byMeaning || whole === undefined) return held
      const named = held.map(({ id }) => id)
      const near = await nearestTo(whole, k, named, { signal })
      return [...held, ...near.map(({ id, cosine }) => ({ id, start: null, end: null, cosine }))]
    },
    communities: async (id, options = {}) => {
      refuseUnknown(options, { ...AROUND_OPTIONS, resolution: true, seed: true })
      checkAround(options)
      await known('id', id)
      return communitiesAround(store, id, options)
    },
    centrality: async (id, options = {}) => {
      refuseUnknown(options, { ...AROUND_OPTIONS, kind: true })
      checkAround(options)
      await known('id', id)
      return centralityAround(store, id, options)
    },
  }
}

function checkAround(options: CommunityOptions | CentralityOptions): void {
  const { signal, hops } = options
  checkRunOptions({ signal })
  checkRelationOptions(options)
  checkHops({ hops })
}

/** The place that a heading leads to, and what the argument is called. */
async function headingOf(
  heading: Heading,
  placeOf: (argument: string, of: ConceptOrVector) => Promise<Place>,
): Promise<{ to: Place; argument: string }> {
  const keys = typeof heading === 'object' && heading !== null ? Object.keys(heading) : []
  const allowed = 'one of { towards }, { along } and { difference }'
  check(keys.length === 1, 'heading', heading, allowed)
  if ('towards' in heading) return { to: await placeOf('towards', heading.towards), argument: 'towards' }
  if ('along' in heading) {
    check(heading.along instanceof Float32Array, 'along', heading.along, 'a Float32Array')
    return { to: await placeOf('along', heading.along), argument: 'along' }
  }
  check('difference' in heading && Array.isArray(heading.difference), 'heading', heading, allowed)
  const [from, to] = heading.difference
  const [a, b] = [await placeOf('difference[0]', from), await placeOf('difference[1]', to)]
  const start = unitLength(a.vector)
  const vector = unitLength(b.vector).map((x, i) => x - start[i]!)
  return { to: { id: null, vector }, argument: 'difference' }
}
