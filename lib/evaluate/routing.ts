import { randomNumbers } from '../ops/random_numbers.ts'
import { badArgument, check } from '../runtime/errors.ts'
import { quantile } from './bootstrap.ts'

/** Which experts a router chose, and for what. */
export interface RoutingSamples {
  readonly experts: number
  /** Chosen experts, best first: i32 [samples · topK]. */
  readonly chosen: Int32Array
  /** The domain or book of each sample. */
  readonly groups: readonly string[]
}

export interface RoutingReport {
  readonly samples: number
  readonly groups: number
  /** Normalised mutual information of the best expert and the group, 0 … 1. */
  readonly mutualInformation: number
  /** The same after the groups were shuffled: mean, and what 95 % of the shuffles stay below. */
  readonly shuffled: { readonly mean: number; readonly high: number }
  /** Share of all choices that went to each expert. */
  readonly load: readonly number[]
  /** The largest load over the fair share, 1 / experts. */
  readonly largestLoad: number
}

/**
 * How much a router's best expert tells of the group, and how evenly it uses its experts.
 *
 * @throws VmmError BAD_ARGUMENT for no samples, other counts, experts out of range, and options out of range
 */
export function routingReport(
  { experts, chosen, groups }: RoutingSamples,
  { seed = 0, shuffles = 200 }: { readonly seed?: number; readonly shuffles?: number } = {},
): RoutingReport {
  const samples = groups.length
  if (samples === 0) throw badArgument('groups', 'no sample', 'at least one')
  const topK = chosen.length / samples
  if (!Number.isInteger(topK) || topK === 0)
    throw badArgument('chosen', `${chosen.length} choices`, `as many for each of ${samples} samples`)
  check(Number.isInteger(shuffles) && shuffles > 0, 'shuffles', shuffles, 'a positive integer')
  const counts = new Float64Array(experts)
  for (const expert of chosen) {
    check(expert >= 0 && expert < experts, 'chosen', expert, `0 … ${experts - 1}`)
    counts[expert]!++
  }
  const best = Array.from({ length: samples }, (_, i) => chosen[i * topK]!)
  const numbers = randomNumbers(seed)
  const mixed = [...groups]
  const control = Float64Array.from({ length: shuffles }, () => {
    for (let i = samples - 1; i > 0; i--) {
      const j = numbers.below(i + 1)
      ;[mixed[i], mixed[j]] = [mixed[j]!, mixed[i]!]
    }
    return mutualInformation(best, mixed)
  }).sort()
  const load = [...counts].map((n) => n / chosen.length)
  return {
    samples,
    groups: new Set(groups).size,
    mutualInformation: mutualInformation(best, groups),
    shuffled: { mean: control.reduce((a, b) => a + b) / shuffles, high: quantile(control, 0.95) },
    load,
    largestLoad: Math.max(...load) * experts,
  }
}

/**
 * Normalised mutual information of two labellings: I(a; b) over the mean of their entropies (Strehl and Ghosh 2002,
 * with the arithmetic mean). 0 where one of them has a single label, which tells nothing.
 */
export function mutualInformation<A, B>(a: readonly A[], b: readonly B[]): number {
  if (a.length !== b.length) throw badArgument('labels', `${b.length} labels`, `${a.length}, one for each`)
  const first = numbered(a)
  const second = numbered(b)
  const joint = numbered(first.map((label, i) => label * second.length + second[i]!))
  const [ha, hb] = [entropy(first), entropy(second)]
  return ha === 0 || hb === 0 ? 0 : Math.max(0, (2 * (ha + hb - entropy(joint))) / (ha + hb))
}

/** Labels as numbers in the order in which they come. */
function numbered<T>(labels: readonly T[]): number[] {
  const known = new Map<T, number>()
  return labels.map((label) => {
    const number = known.get(label) ?? known.size
    known.set(label, number)
    return number
  })
}

/** In nats. */
function entropy(labels: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  let sum = 0
  for (const n of counts.values()) sum -= (n / labels.length) * Math.log(n / labels.length)
  return sum
}
