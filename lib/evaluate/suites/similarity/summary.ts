/** How numbers are spread. */
export interface Spread {
  readonly mean: number
  readonly median: number
  /** Of these numbers, and not of a population that they are drawn from. */
  readonly standardDeviation: number
  readonly min: number
  readonly max: number
}

/** What a batch of pairs comes to. */
export interface SimilaritySummary {
  /** Pairs that were compared. */
  readonly count: number
  /** Those that could not be read. */
  readonly failed: number
  /** Those of which a text was cut to the model's capacity. */
  readonly truncated: number
  /** Null where there is no pair. */
  readonly cosine: Spread | null
  readonly normalisedCosine: Spread | null
}

/** A cosine, -1 to 1, as a score from 0 to 1. */
export function normalisedCosine(cosine: number): number {
  return (1 + cosine) / 2
}

/**
 * Sums up pairs that were compared one after the other, as evaluateEach gives them.
 *
 * @param failed how many others could not be read
 * @example
 * ```js
 * import { similaritySummary } from 'vector-mamba/evaluate'
 *
 * const { count, cosine, normalisedCosine } = similaritySummary([
 *   { cosine: 0.5, truncated: false },
 *   { cosine: 1, truncated: false },
 * ])
 * console.log(count, cosine.mean, cosine.standardDeviation, normalisedCosine.min) // 2 0.75 0.25 0.75
 * ```
 */
export function similaritySummary(
  items: readonly { readonly cosine: number; readonly truncated: boolean }[],
  failed = 0,
): SimilaritySummary {
  const cosines = items.map(({ cosine }) => cosine)
  return {
    count: items.length,
    failed,
    truncated: items.filter(({ truncated }) => truncated).length,
    cosine: spreadOf(cosines),
    normalisedCosine: spreadOf(cosines.map(normalisedCosine)),
  }
}

function spreadOf(numbers: readonly number[]): Spread | null {
  const count = numbers.length
  if (count === 0) return null
  const sorted = Float64Array.from(numbers).sort()
  const sum = (of: (x: number) => number) => sorted.reduce((total, x) => total + of(x), 0)
  const mean = sum((x) => x) / count
  return {
    mean,
    median: (sorted[Math.floor((count - 1) / 2)]! + sorted[Math.floor(count / 2)]!) / 2,
    standardDeviation: Math.sqrt(sum((x) => (x - mean) ** 2) / count),
    min: sorted[0]!,
    max: sorted[count - 1]!,
  }
}
