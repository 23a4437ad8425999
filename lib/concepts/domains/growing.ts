import { badArgument, check } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import { requireSameSpace, type Space } from '../../core/space.ts'
import type { Vectors } from '../../core/vectors.ts'
import { checkedRows, type Domain, type Domains } from './domains.ts'

/** Domains that move with every vector seen. */
export interface GrowingDomains {
  /**
   * Takes vectors of a domain into its mean and variance. A name that was not seen before is a new domain.
   *
   * @throws VmmError BAD_ARGUMENT for an empty name, no vectors, another size and numbers that are not finite;
   *   SPACE_MISMATCH. Nothing is taken then.
   */
  observe(name: string, vectors: Vectors): void
  /** The domains as they are now; later vectors do not change what it returned. */
  current(): Domains
}

/** What domains grow from, and how long they remember. */
export interface GrowingOptions {
  /** Domains to go on from. */
  readonly start?: Domains | undefined
  /**
   * About how many vectors back a mean remembers: a vector's weight is 1 / min(count, memory). Default Infinity:
   * the mean of all.
   */
  readonly memory?: number | undefined
}

interface Moving {
  readonly parent: string | null
  count: number
  readonly mean: Float64Array
  readonly variance: Float64Array
  radius: number
  readonly representatives: readonly string[]
}

/**
 * Moving means and variances (Welford 1962; with a limited memory the exponentially weighted form of Finch 2009).
 * With unlimited memory they equal those of all vectors at once. A radius only grows: it is the largest distance
 * that a vector had from the centroid when it came.
 *
 * @param place where their vectors lie: a model, for instance
 * @throws VmmError BAD_ARGUMENT for a memory below 1 and a start of another size, SPACE_MISMATCH for one of another space
 * @example
 * ```js
 * import { growDomains, vectorsFrom } from 'vector-mamba'
 *
 * const growing = growDomains({ space: 'example-2', dims: 2 })
 * growing.observe('sea', vectorsFrom(Float32Array.from([1, 0]), 2, 'example-2'))
 * growing.observe('sea', vectorsFrom(Float32Array.from([0, 1]), 2, 'example-2'))
 * const [sea] = growing.current().all
 * console.log(sea.count, sea.centroid.join()) // 2 0.5,0.5
 * ```
 */
export function growDomains(
  place: { readonly space: Space; readonly dims: number },
  options: GrowingOptions = {},
): GrowingDomains {
  refuseUnknown(options, { start: true, memory: true })
  const { space, dims } = place
  const { start, memory = Number.POSITIVE_INFINITY } = options
  check(memory >= 1, 'memory', memory, 'a number of 1 or more')
  check(Number.isInteger(dims) && dims > 0, 'dims', dims, 'a positive integer')
  const fits = (argument: string, given: { readonly space: Space; readonly dims: number }) => {
    requireSameSpace(given, { space })
    if (given.dims !== dims) throw badArgument(argument, `${given.dims} dimensions`, `${dims} dimensions`)
  }
  if (start) fits('start', start)
  const domains = new Map((start?.all ?? []).map((domain) => [domain.name, movingFrom(domain)]))
  return {
    observe: (name, vectors) => {
      check(typeof name === 'string' && name !== '', 'name', name, 'a name')
      const rows = checkedRows(vectors)
      fits('vectors', vectors)
      const domain = domains.get(name) ?? newDomain(dims)
      domains.set(name, domain)
      for (let at = 0; at < rows.length; at += dims) take(domain, rows.subarray(at, at + dims), memory)
    },
    current: () => ({ space, dims, all: [...domains].map(([name, domain]) => fixed(name, domain)) }),
  }
}

function take(domain: Moving, x: Float32Array, memory: number): void {
  const { mean, variance } = domain
  domain.count++
  const weight = 1 / Math.min(domain.count, memory)
  let squared = 0
  for (let i = 0; i < x.length; i++) {
    const step = x[i]! - mean[i]!
    mean[i]! += weight * step
    variance[i] = (1 - weight) * (variance[i]! + weight * step * step)
    squared += (x[i]! - mean[i]!) ** 2
  }
  domain.radius = Math.max(domain.radius, Math.sqrt(squared))
}

function newDomain(dims: number): Moving {
  const zeros = () => new Float64Array(dims)
  return { parent: null, count: 0, mean: zeros(), variance: zeros(), radius: 0, representatives: [] }
}

function movingFrom({ parent, count, centroid, variance, radius, representatives }: Domain): Moving {
  const mean = Float64Array.from(centroid)
  return { parent, count, mean, variance: Float64Array.from(variance), radius, representatives }
}

function fixed(name: string, { parent, count, mean, variance, radius, representatives }: Moving): Domain {
  const centroid = Float32Array.from(mean)
  return { name, parent, count, centroid, variance: Float32Array.from(variance), radius, representatives }
}
