import type { Found } from 'vector-mamba'

/** The best of what is offered. */
export interface Best {
  offer(cosine: number, id: () => string): void
  /** At most `k`, best first. */
  found(): Found[]
}

export function bestOf(k: number): Best {
  let kept: Found[] = []
  let least = Number.NEGATIVE_INFINITY
  const cut = (): void => {
    kept = kept.sort((a, b) => b.cosine - a.cosine).slice(0, k)
    if (kept.length === k) least = kept[k - 1]!.cosine
  }
  return {
    offer: (cosine, id) => {
      if (cosine <= least) return
      kept.push({ id: id(), cosine })
      // Seldom, so that it costs little.
      if (kept.length >= 2 * k + 64) cut()
    },
    found: () => {
      cut()
      return kept
    },
  }
}
