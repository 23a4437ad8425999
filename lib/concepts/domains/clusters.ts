import { check } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { pickRows } from '../../core/rows.ts'
import { checkRunOptions, RUN_OPTIONS, type RunOptions } from '../../core/run_options.ts'
import type { Vectors } from '../../core/vectors.ts'
import { programCache } from '../../graph/program_cache.ts'
import type { TraceResult } from '../../graph/trace.ts'
import type { Value } from '../../graph/value.ts'
import { assignClusters } from '../../ops/index.ts'
import { checkSeed, type RandomNumbers, randomNumbers, sampleWithout } from '../../ops/random_numbers.ts'
import { checkedRows, type Domains } from './domains.ts'
import { type LearnOptions, learnDomains } from './learn.ts'

/** How vectors are clustered. */
export interface ClusterOptions extends RunOptions {
  /** Equal seeds give equal clusters. Default 0. */
  readonly seed?: number | undefined
  /** Rounds at most; it ends earlier when no vector moves. Default 100. */
  readonly rounds?: number | undefined
  /** More vectors than this are clustered in random batches of `batch`. Default 65,536. */
  readonly wholeUpTo?: number | undefined
  /** Default 4,096. */
  readonly batch?: number | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

const CLUSTER_OPTIONS = {
  ...RUN_OPTIONS,
  seed: true,
  rounds: true,
  wholeUpTo: true,
  batch: true,
  onProgress: true,
} as const satisfies OptionNames<ClusterOptions>

/** How clusters become domains. */
export type DiscoverOptions = ClusterOptions & Omit<LearnOptions, 'parents'>

/** Vectors in groups around centroids. */
export interface Clusters {
  /** f32 [k · dims] */
  readonly centroids: Float32Array
  /** The nearest centroid of each vector, ties to the lower one: i32 [count]. */
  readonly index: Int32Array
  /** Squared Euclidean distance of each vector from it: f32 [count]. */
  readonly distance: Float32Array
}

/** Rows that the kernel is given at a time. */
const BLOCK = 4096
const programs = programCache(16)

function assign(_: null, { x, centroids }: Readonly<Record<string, Value>>): TraceResult {
  return { outputs: { ...assignClusters({ x: x!, centroids: centroids! }) } }
}

/**
 * Clusters by k-means (Lloyd 1982) from k-means++ centres (Arthur and Vassilvitskii 2007, with the best of several
 * candidates each time); large sets by mini-batches (Sculley 2010). A cluster that loses all its vectors starts again
 * at the vector that is farthest from its own.
 *
 * @param k clusters, at most as many as there are vectors
 * @throws VmmError BAD_ARGUMENT for no vectors, numbers that are not finite, and k or options out of range; the
 *   signal's reason
 * @example
 * ```js
 * import { clusterVectors, vectorsFrom } from 'vector-mamba'
 *
 * const vectors = vectorsFrom(Float32Array.from([0, 0, 0, 1, 9, 9, 9, 8]), 2, 'example-2')
 * const { index, centroids } = await clusterVectors(vectors, 2)
 * console.log(index[0] === index[1], index[2] === index[3], index[0] === index[2]) // true true false
 * console.log([...centroids].sort().join()) // 0,0.5,8.5,9
 * ```
 */
export async function clusterVectors(
  vectors: Vectors,
  k: number,
  options: ClusterOptions = {},
): Promise<Clusters> {
  refuseUnknown(options, CLUSTER_OPTIONS)
  checkRunOptions(options)
  const { seed = 0, rounds = 100, wholeUpTo = 65_536, batch = BLOCK } = options
  const rows = checkedRows(vectors)
  const { count, dims } = vectors
  check(Number.isInteger(k) && k > 0 && k <= count, 'k', k, `1 … ${count}, the number of vectors`)
  for (const [name, value] of Object.entries({ rounds, batch }))
    check(Number.isInteger(value) && value > 0, name, value, 'a positive integer')
  check(typeof wholeUpTo === 'number' && wholeUpTo >= 0, 'wholeUpTo', wholeUpTo, 'a number of 0 or more')
  checkSeed(seed)
  const numbers = randomNumbers(seed)
  if (count <= wholeUpTo) {
    const centroids = await firstCentres(rows, dims, k, numbers, options)
    return lloyd(rows, dims, centroids, rounds, options)
  }
  const sample = pickRows(rows, dims, sampleWithout(numbers, Math.max(3 * batch, 3 * k), count))
  const centroids = await firstCentres(sample, dims, k, numbers, options)
  await moveByBatches(rows, dims, centroids, { rounds, batch }, numbers, options)
  return { centroids, ...(await nearestCentroids(rows, dims, centroids, options)) }
}

/**
 * Domains of unlabelled vectors: their clusters, purified as those of `learnDomains`, named `cluster-1` and so on.
 *
 * @example
 * ```js
 * import { discoverDomains, vectorsFrom } from 'vector-mamba'
 *
 * const vectors = vectorsFrom(Float32Array.from([0, 1, 0, 2, 9, 9, 8, 9]), 2, 'example-2')
 * const { all } = await discoverDomains(vectors, 2, { texts: ['a', 'b', 'c', 'd'] })
 * console.log(all.map(({ name, count }) => `${name}: ${count}`)) // [ 'cluster-1: 2', 'cluster-2: 2' ]
 * ```
 */
export async function discoverDomains(
  vectors: Vectors,
  k: number,
  options: DiscoverOptions = {},
): Promise<Domains> {
  refuseUnknown(options, { ...CLUSTER_OPTIONS, drop: true, texts: true, representatives: true })
  const { drop, texts, representatives, ...clustering } = options
  const { index } = await clusterVectors(vectors, k, clustering)
  const found = learnDomains(
    vectors,
    Array.from(index, (cluster) => `cluster-${cluster + 1}`),
    { drop, texts, representatives },
  )
  const place = ({ name }: { readonly name: string }) => Number(name.slice('cluster-'.length))
  return { ...found, all: [...found.all].sort((a, b) => place(a) - place(b)) }
}

/** The nearest centroid of each row and the squared distance from it. rows: f32 [n · dims]; centroids: f32 [k · dims]. */
export async function nearestCentroids(
  rows: Float32Array,
  dims: number,
  centroids: Float32Array,
  options: RunOptions = {},
): Promise<Omit<Clusters, 'centroids'>> {
  const count = rows.length / dims
  const index = new Int32Array(count)
  const distance = new Float32Array(count)
  const program = programs.get(assign, null, {
    x: { kind: 'input', dtype: 'f32', shape: [BLOCK, dims], live: 'rows' },
    centroids: { kind: 'input', dtype: 'f32', shape: [centroids.length / dims, dims] },
  })
  for (let first = 0; first < count; first += BLOCK) {
    const size = Math.min(BLOCK, count - first)
    const x = rows.subarray(first * dims, (first + size) * dims)
    const found = await program.run({ x, centroids }, { ...options, scalars: { rows: size } })
    index.set(new Int32Array(found.index!.buffer), first)
    distance.set(new Float32Array(found.distance!.buffer), first)
  }
  return { index, distance }
}

/** k-means++: each centre is a row drawn by its squared distance from the centres before it, the best of a few. */
async function firstCentres(
  rows: Float32Array,
  dims: number,
  k: number,
  numbers: RandomNumbers,
  options: RunOptions,
): Promise<Float32Array> {
  const candidates = 2 + Math.floor(Math.log(k))
  const centres = new Float32Array(k * dims)
  const row = (i: number) => rows.subarray(i * dims, (i + 1) * dims)
  centres.set(row(numbers.below(rows.length / dims)))
  let { distance } = await nearestCentroids(rows, dims, centres.subarray(0, dims), options)
  for (let chosen = 1; chosen < k; chosen++) {
    let best = { sum: Number.POSITIVE_INFINITY, at: 0, distance }
    for (let i = 0; i < candidates; i++) {
      const at = drawBy(distance, numbers)
      const own = await nearestCentroids(rows, dims, row(at), options)
      const joined = distance.map((d, j) => Math.min(d, own.distance[j]!))
      const sum = total(joined)
      if (sum < best.sum) best = { sum, at, distance: joined }
    }
    centres.set(row(best.at), chosen * dims)
    distance = best.distance
  }
  return centres
}

/** An index drawn with a chance in proportion to its weight; any index where all are 0. */
function drawBy(weights: Float32Array, numbers: RandomNumbers): number {
  let left = numbers.next() * total(weights)
  let last = numbers.below(weights.length)
  for (let i = 0; i < weights.length; i++) {
    if (weights[i]! === 0) continue
    last = i
    left -= weights[i]!
    if (left < 0) break
  }
  return last
}

async function lloyd(
  rows: Float32Array,
  dims: number,
  centroids: Float32Array,
  rounds: number,
  options: ClusterOptions,
): Promise<Clusters> {
  let before = new Int32Array()
  for (let round = 0; ; round++) {
    const { index, distance } = await nearestCentroids(rows, dims, centroids, options)
    options.onProgress?.(round, rounds)
    const same = index.length === before.length && index.every((c, i) => c === before[i])
    if (same || round === rounds) return { centroids, index, distance }
    centroids.set(meansOf(rows, dims, centroids.length / dims, index, distance))
    before = index as typeof before
  }
}

/** Means of the clusters; a cluster without rows starts again at the row that is farthest from its own centroid. */
function meansOf(
  rows: Float32Array,
  dims: number,
  k: number,
  index: Int32Array,
  distance: Float32Array,
): Float64Array {
  const sums = new Float64Array(k * dims)
  const counts = new Int32Array(k)
  for (let row = 0; row < index.length; row++) {
    const at = index[row]! * dims
    counts[index[row]!]!++
    for (let i = 0; i < dims; i++) sums[at + i]! += rows[row * dims + i]!
  }
  const far = distance.slice()
  for (let c = 0; c < k; c++) {
    const at = c * dims
    if (counts[c]! > 0) for (let i = 0; i < dims; i++) sums[at + i]! /= counts[c]!
    else {
      const row = far.reduce((most, d, i) => (d > far[most]! ? i : most), 0)
      far[row] = -1
      sums.set(rows.subarray(row * dims, (row + 1) * dims), at)
    }
  }
  return sums
}

/** Moves each centroid towards the rows of random batches, by one over the rows it has taken so far. */
async function moveByBatches(
  rows: Float32Array,
  dims: number,
  centroids: Float32Array,
  { rounds, batch }: { readonly rounds: number; readonly batch: number },
  numbers: RandomNumbers,
  options: ClusterOptions,
): Promise<void> {
  const taken = new Float64Array(centroids.length / dims)
  for (let round = 0; round < rounds; round++) {
    const part = pickRows(rows, dims, sampleWithout(numbers, batch, rows.length / dims))
    const { index } = await nearestCentroids(part, dims, centroids, options)
    for (const [row, c] of index.entries()) {
      const weight = 1 / ++taken[c]!
      for (let i = 0; i < dims; i++) {
        const at = c * dims + i
        centroids[at]! += weight * (part[row * dims + i]! - centroids[at]!)
      }
    }
    options.onProgress?.(round + 1, rounds)
  }
}

function total(values: Float32Array): number {
  let sum = 0
  for (const value of values) sum += value
  return sum
}
