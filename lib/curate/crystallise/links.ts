/** The neighbours of each of some nodes, one list after another. */
export interface Links {
  /** Where the list of a node begins; the last one is where all end: [nodes + 1]. */
  readonly first: Int32Array
  readonly to: Int32Array
  /** How much each counts, 0 … 1. */
  readonly weight: Float32Array
}

/** A relation between two nodes. */
export interface Link {
  readonly source: number
  readonly target: number
  readonly weight: number
}

/**
 * Each node's neighbours along relations in either direction, each once, with the weight of its heaviest relation; the heaviest
 * `most` of them, those of lower number first where they are equal.
 */
export function linksOf(nodes: number, relations: readonly Link[], most: number): Links {
  const counts = new Int32Array(nodes + 1)
  for (const { source, target } of relations) {
    counts[source]!++
    counts[target]!++
  }
  const starts = new Int32Array(nodes + 1)
  for (let node = 0; node < nodes; node++) starts[node + 1] = starts[node]! + counts[node]!
  const ends = starts.slice()
  const all = new Int32Array(starts[nodes]!)
  const weights = new Float32Array(starts[nodes]!)
  const add = (from: number, to: number, weight: number) => {
    all[ends[from]!] = to
    weights[ends[from]!++] = weight
  }
  for (const { source, target, weight } of relations) {
    add(source, target, weight)
    add(target, source, weight)
  }
  const first = new Int32Array(nodes + 1)
  let kept = 0
  for (let node = 0; node < nodes; node++) {
    const heaviest = new Map<number, number>()
    for (let at = starts[node]!; at < starts[node + 1]!; at++)
      heaviest.set(all[at]!, Math.max(weights[at]!, heaviest.get(all[at]!) ?? 0))
    const ordered = [...heaviest].sort(([a, x], [b, y]) => y - x || a - b).slice(0, most)
    // What is written never overtakes what is still to be read: a list only gets shorter.
    for (const [to, weight] of ordered) {
      all[kept] = to
      weights[kept++] = weight
    }
    first[node + 1] = kept
  }
  return { first, to: all.slice(0, kept), weight: weights.slice(0, kept) }
}
