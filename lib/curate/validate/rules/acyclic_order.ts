/** A graph without circles that grows. */
export interface AcyclicOrder {
  /**
   * Adds an edge, unless it would close a circle: then the way from `to` back to `from` is told, and nothing is added.
   */
  add(from: string, to: string): readonly string[] | null
}

/**
 * Keeps the nodes of a graph in an order in which all edges lead up, and mends it where a new edge leads down (Pearce and
 * Kelly, A dynamic topological sort algorithm for directed acyclic graphs, 2007): what has to be looked at are the nodes
 * between the ends of such an edge alone.
 */
export function makeOrder(): AcyclicOrder {
  const ids = new Map<string, number>()
  const names: string[] = []
  const above: number[][] = []
  const below: number[][] = []
  const place: number[] = []
  const idOf = (name: string): number => {
    const known = ids.get(name)
    if (known !== undefined) return known
    const id = names.push(name) - 1
    ids.set(name, id)
    above.push([])
    below.push([])
    place.push(id)
    return id
  }
  /** What is reached from a node along some edges, and from where each, as far as `within` goes. */
  const reached = (start: number, edges: readonly number[][], within: (node: number) => boolean) => {
    const from = new Map<number, number>([[start, start]])
    const open = [start]
    for (let node = open.pop(); node !== undefined; node = open.pop())
      for (const next of edges[node]!)
        if (!from.has(next) && within(next)) {
          from.set(next, node)
          open.push(next)
        }
    return from
  }
  return {
    add(fromName, toName) {
      const [from, to] = [idOf(fromName), idOf(toName)]
      if (place[to]! <= place[from]!) {
        const [low, high] = [place[to]!, place[from]!]
        const up = reached(to, above, (node) => place[node]! <= high)
        if (up.has(from)) {
          const way = [from]
          for (let node = from; node !== to; node = up.get(node)!) way.push(up.get(node)!)
          return way.reverse().map((node) => names[node]!)
        }
        const down = reached(from, below, (node) => place[node]! >= low)
        const inOrder = (nodes: Iterable<number>) => [...nodes].sort((a, b) => place[a]! - place[b]!)
        const nodes = [...inOrder(down.keys()), ...inOrder(up.keys())]
        const places = nodes.map((node) => place[node]!).sort((a, b) => a - b)
        for (const [i, node] of nodes.entries()) place[node] = places[i]!
      }
      above[from]!.push(to)
      below[to]!.push(from)
      return null
    },
  }
}
