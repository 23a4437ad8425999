import { DirectedGraph } from 'graphology'
import type { CompactGraph } from '../../lib/store/graph/compact.ts'
import { withinHops } from '../../lib/store/graph/whole_graph.ts'
import { random32 } from '../random.ts'
import type { Group, Job, Row } from '../row.ts'

/** Relations of each concept. */
const DEGREE = 10
const HOPS = 2
/** Searches begin at other concepts each time, so that caches hold what they would in use. */
const STRIDE = 7919

/** Relations between random concepts, each from as many as any other. */
function randomGraph(concepts: number): CompactGraph {
  const relations = concepts * DEGREE
  const next = random32(1)
  return {
    ids: Array.from({ length: concepts }, (_, i) => String(i)),
    types: ['related'],
    offsets: Uint32Array.from({ length: concepts + 1 }, (_, i) => i * DEGREE),
    targets: Uint32Array.from({ length: relations }, () => next() % concepts),
    weights: new Float32Array(relations).fill(1),
    kinds: new Uint8Array(relations),
    dangling: 0,
    numberOf: Number,
  }
}

function ours(concepts: number): Job {
  const search = withinHops(randomGraph(concepts))
  return { bestSetOnly: true, run: (i) => search((i * STRIDE) % concepts, HOPS), dispose: () => {} }
}

/** The same search over a graphology graph, as one writes it with its iterators. */
function graphology(concepts: number): Job {
  const { ids, targets } = randomGraph(concepts)
  const graph = new DirectedGraph()
  for (const id of ids) graph.addNode(id)
  for (const [at, target] of targets.entries())
    graph.mergeEdge(ids[Math.floor(at / DEGREE)]!, ids[target]!, { weight: 1 })
  return {
    bestSetOnly: true,
    run: (i) => {
      const from = ids[(i * STRIDE) % concepts]!
      const seen = new Map([[from, 0]])
      let border = [from]
      for (let hop = 1; hop <= HOPS; hop++) {
        const reached: string[] = []
        for (const node of border)
          graph.forEachOutNeighbor(node, (other) => {
            if (seen.has(other)) return
            seen.set(other, hop)
            reached.push(other)
          })
        border = reached
      }
      return seen
    },
    dispose: () => graph.clear(),
  }
}

function row(concepts: number, beside: boolean): Row {
  return {
    name: `neighbours ${HOPS} hops, ${concepts * DEGREE} relations of ${concepts} concepts`,
    unit: 'us',
    prepare: () => ours(concepts),
    ...(beside && { beside: { name: 'graphology', prepare: () => graphology(concepts) } }),
  }
}

/** graphology takes 31 times the memory: ten million relations are more than it bears. */
export const graphRows: Group = { name: 'graph', rows: [row(20_000, true), row(1_000_000, false)] }
