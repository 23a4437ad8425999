import { randomNumbers } from '../../ops/random_numbers.ts'

/** Lower and upper end of a 95 % interval. */
export type Interval = readonly [low: number, high: number]

export interface BootstrapOptions {
  readonly seed: number
  readonly resamples: number
}

/**
 * Percentile bootstrap over documents (Efron 1979): documents are drawn with repetition, `statistic` is taken of each
 * draw, and what 95 % of the draws lie between is returned, for each number of the statistic. Draws are the same for
 * all of its numbers, so that differences of predictors are paired.
 *
 * @param documents how many there are, at least 1
 * @param statistic numbers of a draw, given how often each document is in it
 */
export function bootstrap(
  documents: number,
  statistic: (times: Int32Array) => readonly number[],
  options: BootstrapOptions,
): Interval[] {
  const draws = bootstrapDraws(documents, statistic, options)
  return draws[0]!.map((_, column) => percentileInterval(draws.map((draw) => draw[column]!)))
}

/** What is made of each draw of the bootstrap, given how often each of `count` things is in it. */
export function bootstrapDraws<T>(
  count: number,
  statistic: (times: Int32Array) => T,
  { seed, resamples }: BootstrapOptions,
): T[] {
  const numbers = randomNumbers(seed)
  const times = new Int32Array(count)
  return Array.from({ length: resamples }, () => {
    times.fill(0)
    for (let i = 0; i < count; i++) times[numbers.below(count)]!++
    return statistic(times)
  })
}

/** What 95 % of some numbers lie between, at least one. */
export function percentileInterval(values: readonly number[]): Interval {
  const sorted = Float64Array.from(values).sort()
  return [quantile(sorted, 0.025), quantile(sorted, 0.975)]
}

/** A quantile of sorted numbers, interpolated between neighbours. */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1)
  const low = Math.floor(place)
  const high = Math.min(low + 1, sorted.length - 1)
  return sorted[low]! + (place - low) * (sorted[high]! - sorted[low]!)
}
