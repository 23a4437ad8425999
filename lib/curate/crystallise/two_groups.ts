/** How pairs that ought to belong together compare with pairs drawn at random. */
export interface TwoGroups {
  /** The share of the pairs that do belong together: 0.05 … 1. */
  readonly share: number
  /** How many times likelier a rank is of a pair that belongs together than of one at random. */
  ratio(rank: number): number
}

/** Ranks are counted in steps of one of these. */
const BINS = 40
/** The lowest ranks, of which nearly all are of pairs that do not belong together. */
const LOWEST = 10
/** However unlike a pair is, its ratio is no smaller: that words differ is no proof. */
const LEAST = 0.02

/**
 * Tells pairs that belong together from those that do not, without having been shown which are which: the two groups model
 * (Efron 2008, Microarrays, Empirical Bayes and the Two-Groups Model). A rank is the share of random pairs that are less alike,
 * so that those of random pairs are spread evenly over 0 … 1, and what the ranks show beyond that is due to the others. The
 * more alike, the likelier: their density is made to grow with the rank (isotonic regression).
 *
 * @param ranks 0 … 1, of pairs that ought to belong together; too few of them tell nothing, and every ratio is 1
 */
export function twoGroups(ranks: Float64Array): TwoGroups {
  if (ranks.length < BINS) return { share: 1, ratio: () => 1 }
  const counts = new Float64Array(BINS)
  for (const rank of ranks) counts[binOf(rank)]!++
  const density = growing(counts.map((count) => (count * BINS) / ranks.length))
  const random = Math.min(0.95, mean(density.subarray(0, LOWEST)))
  const rest = density.map((d) => Math.max(LEAST, (d - random) / (1 - random)))
  const total = mean(rest)
  return { share: 1 - random, ratio: (rank) => rest[binOf(rank)]! / total }
}

/** Which share of random pairs is less alike than a pair, by a sample of them. The sample is sorted. */
export function rankAmong(sample: Float64Array): (likeness: number) => number {
  sample.sort()
  return (likeness) => {
    let low = 0
    let high = sample.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (sample[middle]! < likeness) low = middle + 1
      else high = middle
    }
    return low / sample.length
  }
}

function binOf(rank: number): number {
  return Math.min(BINS - 1, Math.floor(rank * BINS))
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The sequence that never falls and differs least from the given one, by squares: pool adjacent violators. */
function growing(values: Float64Array): Float64Array {
  const pools: { sum: number; count: number }[] = []
  for (const value of values) {
    pools.push({ sum: value, count: 1 })
    for (let last = pools.length - 1; last > 0; last--) {
      const [before, after] = [pools[last - 1]!, pools[last]!]
      if (before.sum * after.count <= after.sum * before.count) break
      pools.splice(last - 1, 2, { sum: before.sum + after.sum, count: before.count + after.count })
    }
  }
  return Float64Array.from(pools.flatMap(({ sum, count }) => Array(count).fill(sum / count)))
}
