import { UndirectedGraph } from 'graphology'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type CompactGraph, compactGraph, transposeGraph } from '../../../lib/store/graph/compact.ts'
import { hopsFrom } from '../../../lib/store/graph/hops.ts'
import { graphComponents, pageRank, withinHops } from '../../../lib/store/graph/whole_graph.ts'
import type { Edge } from '../../../lib/store/record.ts'
import { closeStores, countedStore } from './counted_store.ts'
import { lengthsFrom, pairsOf, randomGraph } from './random_graphs.ts'

/** The relations as text, sorted, with what arrays have of them. */
function relationsOf({ ids, types, offsets, targets, weights, kinds }: CompactGraph): string[] {
  return ids
    .flatMap((id, node) =>
      Array.from({ length: offsets[node + 1]! - offsets[node]! }, (_, i) => {
        const at = offsets[node]! + i
        return `${id} ${types[kinds[at]!]} ${ids[targets[at]!]} ${weights[at]}`
      }),
    )
    .sort()
}
const textOf = ({ source, type, target, weight }: Edge) => `${source} ${type} ${target} ${weight}`

test('arrays have all relations of a store, and turned round all of them again', async () => {
  for (const seed of [1, 2, 3]) {
    const { store, edges } = await randomGraph(seed, 30, 0.1)
    const graph = await compactGraph(store)
    assert.equal(relationsOf(graph), edges.map(textOf).sort())
    const back = edges.map((edge) => textOf({ ...edge, source: edge.target, target: edge.source }))
    assert.equal(relationsOf(transposeGraph(graph)), back.sort())
    assert.equal(relationsOf(transposeGraph(transposeGraph(graph))), edges.map(textOf).sort())
    assert.is(graph.dangling, 0)
    assert.is(graph.offsets.length, 31)
  }
})

test('many relations take 9 bytes each and 4 for each concept', async () => {
  const { store, edges, ids } = await randomGraph(4, 80, 0.6)
  assert.ok(edges.length > 2048, 'the arrays did not grow')
  const { offsets, targets, weights, kinds } = await compactGraph(store)
  const bytes = [offsets, targets, weights, kinds].reduce((sum, array) => sum + array.byteLength, 0)
  assert.is(bytes, 9 * edges.length + 4 * (ids.length + 1))
})

test('relations to what is not there are left out and counted', async () => {
  const store = await countedStore()
  await store.upsert(['a', 'b', 'c'].map((id) => ({ id, text: id })))
  const edge = (source: string, target: string) => ({
    source,
    type: 'is',
    target,
    weight: 1,
    domainSpecific: null,
  })
  await store.link([edge('a', 'gone'), edge('c', 'a'), edge('c', 'gone too')])
  const graph = await compactGraph(store)
  assert.is(graph.dangling, 2)
  assert.equal(relationsOf(graph), ['c is a 1'])
  assert.equal([...graph.offsets], [0, 0, 0, 1])
  assert.is(graph.numberOf('c'), 2)
  assert.is(graph.numberOf('gone'), -1)
})

test('more types of relations than a byte counts are refused', async () => {
  const store = await countedStore()
  await store.upsert([{ id: 'a', text: 'a' }])
  const edges = Array.from({ length: 257 }, (_, i) => ({
    source: 'a',
    type: `t${i}`,
    target: 'a',
    weight: 1,
    domainSpecific: null,
  }))
  await store.link(edges.slice(0, 256))
  assert.is((await compactGraph(store)).types.length, 256)
  await store.link(edges)
  await compactGraph(store).then(
    () => assert.unreachable('not refused'),
    (error: unknown) => assert.is((error as { code: string }).code, 'UNSUPPORTED'),
  )
})

test('hops in arrays are those in the store, again and again', async () => {
  for (const seed of [1, 2, 3]) {
    const { store, ids } = await randomGraph(seed, 30, 0.08)
    const graph = await compactGraph(store)
    const search = withinHops(graph)
    for (const from of ids)
      for (const hops of [1, 2, 4])
        for (const type of [undefined, 'b']) {
          const kinds = type === undefined ? undefined : [graph.types.indexOf(type)]
          const { nodes, hops: depths } = search(graph.numberOf(from), hops, kinds)
          const found = await hopsFrom(store, from, { hops, types: type === undefined ? undefined : [type] })
          const got = new Map(Array.from(nodes, (node, i) => [graph.ids[node]!, depths[i]!] as const))
          assert.equal(new Map([...got].sort()), new Map(found.map((f) => [f.id, f.hops] as const).sort()))
        }
  }
})

test('PageRank is the stationary distribution of its walk', async () => {
  for (const seed of [1, 2]) {
    const { store, ids, edges } = await randomGraph(seed, 20, 0.1)
    const ranks = pageRank(await compactGraph(store), { tolerance: 1e-14, rounds: 1000 })
    assert.ok(Math.abs(ranks.reduce((a, b) => a + b, 0) - 1) < 1e-12)
    for (const [node, id] of ids.entries()) {
      let expected = 0.15 / ids.length
      for (const [other, source] of ids.entries()) {
        const own = edges.filter((edge) => edge.source === source)
        const total = own.reduce((sum, { weight }) => sum + weight, 0)
        const here = own.filter(({ target }) => target === id).reduce((sum, { weight }) => sum + weight, 0)
        expected += 0.85 * ranks[other]! * (total === 0 ? 1 / ids.length : here / total)
      }
      assert.ok(Math.abs(ranks[node]! - expected) < 1e-10, id)
    }
  }
})

test('PageRank agrees with that of graphology on a graph without ends', async () => {
  const { default: metrics } = await import('graphology-metrics')
  const pagerank = (
    metrics as unknown as {
      centrality: { pagerank: (graph: unknown, options: object) => Record<string, number> }
    }
  ).centrality.pagerank
  const { store, ids } = await randomGraph(5, 15, 0)
  const other = new UndirectedGraph()
  for (const id of ids) other.addNode(id)
  const edges: Edge[] = []
  for (const [i, source] of ids.entries())
    for (const step of [1, 2, 5]) {
      const target = ids[(i * step + step) % ids.length]!
      if (source === target || other.hasEdge(source, target)) continue
      const weight = 1 + ((i + step) % 3)
      other.addEdge(source, target, { weight })
      for (const [a, b] of [
        [source, target],
        [target, source],
      ] as const)
        edges.push({ source: a, type: 'near', target: b, weight, domainSpecific: null })
    }
  await store.link(edges)
  const ranks = pageRank(await compactGraph(store), { tolerance: 1e-13, rounds: 1000 })
  const theirs = pagerank(other, { getEdgeWeight: 'weight', tolerance: 1e-10, maxIterations: 10_000 })
  for (const [node, id] of ids.entries()) assert.ok(Math.abs(ranks[node]! - theirs[id]!) < 1e-8, id)
})

test('parts are what relations join either way, the largest first', async () => {
  for (const seed of [1, 2, 3]) {
    const { store, ids, edges } = await randomGraph(seed, 60, 0.015)
    const parts = graphComponents(await compactGraph(store))
    const pairs = pairsOf(edges, 'both')
    for (const [a, id] of ids.entries()) {
      const joined = lengthsFrom(id, pairs, () => 1)
      for (const [b, other] of ids.entries()) assert.is(parts[a] === parts[b], joined.has(other))
    }
    const sizes = [...parts].reduce((counts, part) => {
      counts[part] = (counts[part] ?? 0) + 1
      return counts
    }, [] as number[])
    assert.ok(sizes.length > 1, 'the sample is in one piece')
    assert.equal(
      sizes,
      sizes.slice().sort((a, b) => b - a),
    )
  }
})

test('wrong arguments are named', async () => {
  const graph = await compactGraph((await randomGraph(1, 3, 0.5)).store)
  assert.throws(() => withinHops(graph)(3, 1), /node: got 3; expected 0 … 2/)
  assert.throws(() => withinHops(graph)(0, 0), /hops: got 0/)
  assert.throws(() => pageRank(graph, { damping: 1 }), /damping: got 1/)
  assert.throws(() => pageRank(graph, { rounds: 0 }), /rounds: got 0/)
  assert.throws(() => pageRank(graph, { dampening: 1 } as never), /did you mean damping/)
})

test.after(closeStores)
test.run()
