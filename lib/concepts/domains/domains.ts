import { badArgument, describe } from '../../core/errors.ts'
import { cosine } from '../../core/similarity.ts'
import type { Space } from '../../core/space.ts'
import { isVectors, notVectors, type Vectors } from '../../core/vectors.ts'

/** A named region of an embedding space. */
export interface Domain {
  readonly name: string
  /** The domain that this one is a part of; null where it is of the first level. */
  readonly parent: string | null
  /** Vectors that its mean is made of. */
  readonly count: number
  /** Mean of its vectors, f32 [dims]; shorter than 1 where they are of length 1. */
  readonly centroid: Float32Array
  /** Variance of each component, f32 [dims]; their sum is the mean squared distance from the centroid. */
  readonly variance: Float32Array
  /** Largest distance of one of its vectors from the centroid. */
  readonly radius: number
  /** Texts of the vectors nearest to the centroid, nearest first; empty where the texts were not known. */
  readonly representatives: readonly string[]
}

/** Domains of one embedding space, under names that differ. */
export interface Domains {
  readonly space: Space
  readonly dims: number
  readonly all: readonly Domain[]
}

/** A domain and how near a vector is to it. */
export interface DomainMatch {
  readonly domain: Domain
  /** Cosine of the angle between the vector and the centroid; 0 where one of them is 0. */
  readonly cosine: number
  /** How sure that is among the domains compared, 0 … 1: softmax of cosine / 0.05. They sum to 1. */
  readonly confidence: number
}

/** Maximises the likelihood of held-out WordNet definitions, for domains and for their parts. */
const TEMPERATURE = 0.05

/**
 * The domains of the first level, in their order.
 *
 * @example
 * ```js
 * import { learnDomains, topDomains, vectorsFrom } from 'vector-mamba'
 *
 * const vectors = vectorsFrom(Float32Array.from([1, 0, 0.9, 0.1, 0, 1]), 2, 'example-2')
 * const domains = learnDomains(vectors, ['sea', 'ships', 'law'], { parents: { ships: 'sea' } })
 * console.log(topDomains(domains).map(({ name }) => name)) // [ 'sea', 'law' ]
 * ```
 */
export function topDomains(domains: Domains): Domain[] {
  return domains.all.filter(({ parent }) => parent === null)
}

/**
 * The parts of a domain, in their order. Throws VmmError BAD_ARGUMENT for a name that is none.
 *
 * @example
 * ```js
 * import { learnDomains, subdomains, vectorsFrom } from 'vector-mamba'
 *
 * const vectors = vectorsFrom(Float32Array.from([1, 0, 0.9, 0.1, 0, 1]), 2, 'example-2')
 * const domains = learnDomains(vectors, ['sea', 'ships', 'law'], { parents: { ships: 'sea' } })
 * console.log(subdomains(domains, 'sea').map(({ name }) => name)) // [ 'ships' ]
 * ```
 */
export function subdomains(domains: Domains, name: string): Domain[] {
  domainNamed(domains, name)
  return domains.all.filter(({ parent }) => parent === name)
}

/** The domain of a name. Throws VmmError BAD_ARGUMENT that tells the names there are. */
export function domainNamed({ all }: Domains, name: string): Domain {
  const found = all.find((domain) => domain.name === name)
  if (found) return found
  throw badArgument(
    'domain',
    describe(name),
    all.map((domain) => domain.name).join(', ') || 'no domain at all',
  )
}

/** Centroids in rows: f32 [domains · dims]. */
export function centroidRows(domains: readonly Domain[], dims: number): Float32Array {
  const rows = new Float32Array(domains.length * dims)
  for (const [i, { centroid }] of domains.entries()) rows.set(centroid, i * dims)
  return rows
}

/**
 * Some domains by their nearness to a vector, nearest first; ties keep the order given.
 *
 * @param vector f32 [dims], of any Euclidean length
 * @throws VmmError BAD_ARGUMENT for another size, and for NaN or infinity
 * @example
 * ```js
 * import { learnDomains, rankDomains, vectorsFrom } from 'vector-mamba'
 *
 * const vectors = vectorsFrom(Float32Array.from([1, 0, 0, 1]), 2, 'example-2')
 * const { all } = learnDomains(vectors, ['sea', 'law'])
 * const [first] = rankDomains(all, Float32Array.from([0.2, 0.9]))
 * console.log(first.domain.name, first.cosine.toFixed(2)) // law 0.98
 * ```
 */
export function rankDomains(domains: readonly Domain[], vector: Float32Array): DomainMatch[] {
  for (const { centroid } of domains)
    if (centroid.length !== vector.length)
      throw badArgument('vector', `${vector.length} dimensions`, `${centroid.length} dimensions`)
  const bad = vector.findIndex((x) => !Number.isFinite(x))
  if (bad >= 0) throw badArgument(`vector[${bad}]`, String(vector[bad]), 'a finite number')
  const cosines = domains.map(({ centroid }) => cosine(centroid, vector))
  const largest = Math.max(...cosines)
  const shares = cosines.map((c) => Math.exp((c - largest) / TEMPERATURE))
  const sum = shares.reduce((a, b) => a + b, 0)
  return domains
    .map((domain, i) => ({ domain, cosine: cosines[i]!, confidence: shares[i]! / sum }))
    .sort((a, b) => b.cosine - a.cosine)
}

/**
 * The numbers of some vectors, checked.
 *
 * @throws VmmError BAD_ARGUMENT when there is no vector, for another size, and for NaN or infinity, naming the row
 */
export function checkedRows(vectors: Vectors): Float32Array {
  if (!isVectors(vectors)) throw notVectors('vectors', vectors)
  const { count, dims } = vectors
  const rows = vectors.toFloat32Array()
  if (count === 0) throw badArgument('vectors', '0 vectors', 'at least one')
  if (rows.length !== count * dims)
    throw badArgument('vectors', `${rows.length} numbers`, `${count} rows of ${dims} numbers`)
  const bad = rows.findIndex((x) => !Number.isFinite(x))
  if (bad >= 0) throw badArgument(`vectors[${Math.floor(bad / dims)}]`, String(rows[bad]), 'finite numbers')
  return rows
}
