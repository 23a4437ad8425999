import { dot, unitLength } from '../../core/rows.ts'

/** What may be a stop: a concept near one of the points of a way. */
export interface Candidate {
  readonly id: string
  /** Radians along the way. */
  readonly along: number
  /** Of the angle to the point. */
  readonly cosine: number
}

/**
 * What a step costs is this power of 1 - cosine: so high that one long jump costs more than many short steps, and a way is
 * no smoother for concepts that all say the same.
 */
const POWER = 4
/** How much it costs to be away from the way, beside the same distance between two stops. */
const ASIDE = 0.25

const cost = (cosine: number) => Math.max(0, 1 - cosine) ** POWER

/**
 * Of the candidates of each point at most one, each further along than the one before it, so that the sum of what steps
 * cost is least. `ends`: the vectors of where it begins and where it leads. `along`: how far that is.
 */
export function smoothest(
  layers: readonly (readonly Candidate[])[],
  vectors: ReadonlyMap<string, Float32Array>,
  ends: readonly [Float32Array, Float32Array],
  along: number,
): Candidate[] {
  interface Stop {
    readonly candidate: Candidate
    readonly row: number
    readonly layer: number
    readonly cost: number
    readonly before: Stop | null
  }
  const ids = [...new Set(layers.flatMap((layer) => layer.map(({ id }) => id)))]
  const rows = new Map(ids.map((id, row) => [id, row]))
  const units = ids.map((id) => unitLength(vectors.get(id)!))
  const [first, last] = ends.map((end) => {
    const unit = unitLength(end)
    return Float64Array.from(units, (row) => dot(unit, row))
  }) as [Float64Array, Float64Array]
  const cosines = gram(units)
  const stops: Stop[] = []
  for (const [layer, candidates] of layers.entries()) {
    const before = stops.length
    for (const candidate of candidates) {
      if (candidate.along <= 0 || candidate.along >= along) continue
      const row = rows.get(candidate.id)!
      let [least, from] = [cost(first[row]!), null as Stop | null]
      for (let i = 0; i < before; i++) {
        const stop = stops[i]!
        if (stop.candidate.along >= candidate.along) continue
        const sum = stop.cost + cost(cosines[stop.row * ids.length + row]!)
        if (sum < least) [least, from] = [sum, stop]
      }
      stops.push({ candidate, row, layer, cost: least + ASIDE * cost(candidate.cosine), before: from })
    }
  }
  let best: Stop | null = null
  let least = cost(dot(unitLength(ends[0]), unitLength(ends[1])))
  for (const stop of stops) {
    const sum = stop.cost + cost(last[stop.row]!)
    if (sum < least) [least, best] = [sum, stop]
  }
  const way: Candidate[] = []
  for (let stop = best; stop !== null; stop = stop.before) way.push(stop.candidate)
  return way.reverse()
}

/** The dot products of all rows with all: [rows, rows]. */
function gram(rows: readonly Float32Array[]): Float32Array {
  const products = new Float32Array(rows.length ** 2)
  for (const [i, row] of rows.entries())
    for (let j = 0; j <= i; j++)
      products[i * rows.length + j] = products[j * rows.length + i] = dot(row, rows[j]!)
  return products
}
