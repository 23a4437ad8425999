import type { Found } from './store.ts'

/**
 * The best of what several places have found for the same queries: for each at most `k`, best first; of equal ones those of
 * earlier places.
 */
export function mergeNearest<F extends Pick<Found, 'cosine'>>(
  parts: readonly (readonly (readonly F[])[])[],
  queries: number,
  k: number,
): F[][] {
  return Array.from({ length: queries }, (_, query) =>
    parts
      .flatMap((part) => part[query]!)
      .sort((a, b) => b.cosine - a.cosine)
      .slice(0, k),
  )
}
