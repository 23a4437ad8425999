import { badArgument, check } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import type { Vectors } from '../../core/vectors.ts'
import { checkedRows, type Domain, type Domains } from './domains.ts'

/** How domains are made of labelled vectors. */
export interface LearnOptions {
  /** Share of each domain's vectors, the farthest from its mean, that is left out of it. Default 0.1. */
  readonly drop?: number | undefined
  /** The texts of the vectors, to name representatives. */
  readonly texts?: readonly string[] | undefined
  /** Representatives of each domain; default 5. */
  readonly representatives?: number | undefined
  /** The domain that each name is a part of. Default: every domain is of the first level. */
  readonly parents?: Readonly<Record<string, string>> | undefined
}

/**
 * Domains from labelled vectors. A domain is the mean of its vectors, purified: the farthest are dropped and the
 * mean is taken again. Sums are f64 in the order of the rows.
 *
 * @param labels for each vector the name of its domain, or null for a vector of none
 * @returns domains in the order in which their names come first
 * @throws VmmError BAD_ARGUMENT for no vectors, numbers that are not finite, as many labels as there are not vectors,
 *   no label but null, an empty name, and options out of range
 * @example
 * ```js
 * import { learnDomains, vectorsFrom } from 'vector-mamba'
 *
 * const vectors = vectorsFrom(Float32Array.from([1, 0, 0.8, 0.2, 0, 1]), 2, 'example-2')
 * const { all } = learnDomains(vectors, ['sea', 'sea', 'law'], { texts: ['a wave', 'a tide', 'a court'] })
 * console.log(all[0].name, all[0].count, all[0].representatives) // sea 2 [ 'a wave', 'a tide' ]
 * ```
 */
export function learnDomains(
  vectors: Vectors,
  labels: readonly (string | null)[],
  options: LearnOptions = {},
): Domains {
  refuseUnknown(options, { drop: true, texts: true, representatives: true, parents: true })
  const { drop = 0.1, texts, representatives = 5, parents = {} } = options
  const rows = checkedRows(vectors)
  const { space, dims, count } = vectors
  check(drop >= 0 && drop < 1, 'drop', drop, 'a number from 0 to below 1')
  check(
    Number.isInteger(representatives) && representatives >= 0,
    'representatives',
    representatives,
    'a count',
  )
  for (const [name, list] of Object.entries({ labels, ...(texts !== undefined && { texts }) })) {
    check(Array.isArray(list), name, list, 'an array')
    if (list.length !== count) throw badArgument(name, `${list.length}`, `one for each of ${count} vectors`)
  }
  const members = membersByName(labels)
  if (members.size === 0) throw badArgument('labels', 'null only', 'at least one name')
  const all = [...members].map(([name, of]): Domain => {
    const kept = purified(rows, dims, of, drop)
    const parent = Object.hasOwn(parents, name) ? parents[name]! : null
    const { mean, variance } = momentsOf(rows, dims, kept)
    const near = byDistance(rows, dims, kept, mean)
    return {
      name,
      parent,
      count: kept.length,
      centroid: Float32Array.from(mean),
      variance: Float32Array.from(variance),
      radius: near.at(-1)!.distance,
      representatives: texts ? firstDifferent(near, texts, representatives) : [],
    }
  })
  return { space, dims, all }
}

function firstDifferent(near: readonly Placed[], texts: readonly string[], count: number): string[] {
  const found = new Set<string>()
  for (const { row } of near) if (found.size < count) found.add(texts[row]!)
  return [...found]
}

function membersByName(labels: readonly (string | null)[]): Map<string, number[]> {
  const members = new Map<string, number[]>()
  for (const [row, name] of labels.entries()) {
    if (name === null) continue
    check(typeof name === 'string' && name !== '', `labels[${row}]`, name, 'a name, or null')
    const known = members.get(name)
    if (known) known.push(row)
    else members.set(name, [row])
  }
  return members
}

/** The members without the `drop` of them that are farthest from their mean; at least one stays. */
function purified(rows: Float32Array, dims: number, members: readonly number[], drop: number): number[] {
  const dropped = Math.floor(drop * members.length)
  const near = byDistance(rows, dims, members, momentsOf(rows, dims, members).mean)
  return near
    .slice(0, members.length - dropped)
    .map(({ row }) => row)
    .sort((a, b) => a - b)
}

interface Placed {
  readonly row: number
  readonly distance: number
}

/** Rows by their Euclidean distance from a point, nearest first; ties keep their order. */
function byDistance(
  rows: Float32Array,
  dims: number,
  members: readonly number[],
  point: Float64Array,
): Placed[] {
  return members
    .map((row): Placed => {
      let sum = 0
      for (let i = 0; i < dims; i++) sum += (rows[row * dims + i]! - point[i]!) ** 2
      return { row, distance: Math.sqrt(sum) }
    })
    .sort((a, b) => a.distance - b.distance)
}

function momentsOf(
  rows: Float32Array,
  dims: number,
  members: readonly number[],
): { mean: Float64Array; variance: Float64Array } {
  const mean = new Float64Array(dims)
  const variance = new Float64Array(dims)
  for (const row of members) for (let i = 0; i < dims; i++) mean[i]! += rows[row * dims + i]!
  for (let i = 0; i < dims; i++) mean[i]! /= members.length
  for (const row of members)
    for (let i = 0; i < dims; i++) variance[i]! += (rows[row * dims + i]! - mean[i]!) ** 2
  for (let i = 0; i < dims; i++) variance[i]! /= members.length
  return { mean, variance }
}
