import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openGraph } from '../../../lib/store/graph/graph.ts'
import { hopsFrom } from '../../../lib/store/graph/hops.ts'
import { shortestPathBetween } from '../../../lib/store/graph/shortest_path.ts'
import type { Edge } from '../../../lib/store/record.ts'
import { closeStores, countedStore } from './counted_store.ts'
import { lengthsFrom, pairsOf, randomGraph } from './random_graphs.ts'

const edge = (source: string, target: string, weight = 1, type = 'is'): Edge => ({
  source,
  type,
  target,
  weight,
  domainSpecific: null,
})
const directions = ['out', 'in', 'both'] as const
const seeds = [1, 2, 3, 4, 5]

test('hops are those of a search over all relations', async () => {
  for (const seed of seeds) {
    const { store, ids, edges } = await randomGraph(seed, 24, 0.08)
    for (const direction of directions)
      for (const types of [undefined, ['a']]) {
        const lengths = lengthsFrom(ids[0]!, pairsOf(edges, direction, types), () => 1)
        for (const hops of [1, 2, 3, 99]) {
          const found = await hopsFrom(store, ids[0]!, { hops, direction, types })
          const expected = [...lengths].filter(([, length]) => length > 0 && length <= hops)
          assert.equal(
            new Map(found.map((f) => [f.id, f.hops])),
            new Map(expected.sort()),
            `${seed} ${direction}`,
          )
          assert.equal(
            found.map((f) => f.hops),
            found.map((f) => f.hops).sort((a, b) => a - b),
          )
        }
      }
  }
})

test('the weight of a neighbour is the greatest product over the ways of so few relations', async () => {
  for (const seed of seeds) {
    const { store, ids, edges } = await randomGraph(seed, 12, 0.25)
    const pairs = pairsOf(edges, 'out')
    const hops = lengthsFrom(ids[0]!, pairs, () => 1)
    /** All ways, one after another. */
    const heaviest = (id: string): number =>
      id === ids[0]
        ? 1
        : Math.max(
            ...pairs
              .filter(([a, b]) => b === id && hops.get(a) === hops.get(id)! - 1)
              .map(([a, , weight]) => heaviest(a) * weight),
          )
    for (const { id, weight, edge } of await hopsFrom(store, ids[0]!, { hops: 12 })) {
      assert.equal(weight, heaviest(id), id)
      assert.is(edge.target, id)
      assert.is(hops.get(edge.source), hops.get(id)! - 1)
    }
  }
})

test('who is a neighbour one way is one the other way round', async () => {
  const { store, ids } = await randomGraph(7, 20, 0.1)
  for (const a of ids)
    for (const { id, hops } of await hopsFrom(store, a, { hops: 3 })) {
      const back = await hopsFrom(store, id, { hops: 3, direction: 'in' })
      assert.is(back.find((found) => found.id === a)?.hops, hops)
    }
})

test('of many neighbours the nearest stay, then the heaviest', async () => {
  const store = await countedStore({ s: 1 })
  await store.upsert(['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, text: id })))
  await store.link([edge('a', 'b', 0.2), edge('a', 'c', 0.8), edge('c', 'd', 0.5), edge('c', 'e', 0.9)])
  const graph = openGraph(store)
  assert.equal(
    (await graph.neighbours('a', { hops: 2, most: 3 })).map(({ id }) => id),
    ['c', 'b', 'e'],
  )
  assert.equal(
    (await graph.neighbours('a', { hops: 2, limit: 1 })).map(({ id }) => id),
    ['c', 'e'],
  )
  assert.equal(
    (await graph.neighbours('e', { direction: 'in', hops: 2 })).map(({ id }) => id),
    ['c', 'a'],
  )
})

test('shortest paths are as long as those that relaxing finds, and hold together', async () => {
  let longest = 0
  for (const seed of seeds) {
    const { store, ids, edges } = await randomGraph(seed, 40, 0.04)
    for (const direction of directions)
      for (const weighted of [true, false]) {
        const lengths = lengthsFrom(ids[0]!, pairsOf(edges, direction), (weight) =>
          weighted ? 1 / weight : 1,
        )
        for (const to of ids) {
          const path = await shortestPathBetween(store, ids[0]!, to, { direction, weighted })
          assert.is(path === null, !lengths.has(to), `${seed} ${direction} ${to}`)
          if (path === null) continue
          assert.ok(Math.abs(path.length - lengths.get(to)!) < 1e-9)
          assert.is(path.ids[0], ids[0])
          assert.is(path.ids.at(-1), to)
          assert.is(path.ids.length, path.edges.length + 1)
          assert.is(new Set(path.ids).size, path.ids.length)
          for (const [i, { source, target }] of path.edges.entries()) {
            const ends = [path.ids[i], path.ids[i + 1]]
            const along = source === ends[0] && target === ends[1]
            const against = target === ends[0] && source === ends[1]
            assert.ok(direction === 'out' ? along : direction === 'in' ? against : along || against)
          }
          longest = Math.max(longest, path.edges.length)
        }
      }
  }
  assert.ok(longest > 4, 'no path of the samples is long')
})

test('a way over a third concept is never shorter than the shortest', async () => {
  const { store, ids } = await randomGraph(11, 16, 0.15)
  const lengths = new Map<string, number>()
  for (const a of ids)
    for (const b of ids)
      lengths.set(`${a} ${b}`, (await shortestPathBetween(store, a, b))?.length ?? Number.POSITIVE_INFINITY)
  for (const a of ids)
    for (const b of ids)
      for (const c of ids)
        assert.ok(lengths.get(`${a} ${c}`)! <= lengths.get(`${a} ${b}`)! + lengths.get(`${b} ${c}`)! + 1e-9)
})

test('nothing goes along a relation without weight, and a path may keep to some types', async () => {
  const store = await countedStore({ s: 1 })
  await store.upsert(['a', 'b', 'c'].map((id) => ({ id, text: id })))
  await store.link([
    edge('a', 'c', 0),
    edge('a', 'c', -1, 'not'),
    edge('a', 'b', 1),
    edge('b', 'c', 0.5, 'part'),
  ])
  const graph = openGraph(store)
  const path = await graph.shortestPath('a', 'c')
  assert.equal(path?.ids, ['a', 'b', 'c'])
  assert.is(path?.length, 3)
  assert.is((await graph.shortestPath('a', 'c', { weighted: false }))?.length, 2)
  assert.is(await graph.shortestPath('a', 'c', { types: ['is'] }), null)
  assert.is(await graph.shortestPath('c', 'a'), null)
  assert.equal((await graph.shortestPath('c', 'a', { direction: 'in' }))?.ids, ['c', 'b', 'a'])
  assert.equal(await graph.shortestPath('b', 'b'), { ids: ['b'], edges: [], length: 0 })
})

test('a large search asks for the relations of many concepts at a time', async () => {
  const store = await countedStore({ s: 1 })
  const ids = Array.from({ length: 3000 }, (_, i) => `c${String(i).padStart(4, '0')}`)
  await store.upsert(ids.map((id) => ({ id, text: id })))
  await store.link(ids.slice(1).map((id, i) => edge(ids[Math.floor(i / 10)]!, id)))
  const path = await shortestPathBetween(store, ids[0]!, ids.at(-1)!)
  assert.is(path?.edges.length, 4)
  assert.ok(store.calls.get('neighbours')! < 40, `${store.calls.get('neighbours')} calls`)
})

test('what is wrong is named', async () => {
  const store = await countedStore({ s: 1 })
  await store.upsert([{ id: 'a', text: 'a' }])
  const graph = openGraph(store)
  const message = async (call: Promise<unknown>) => {
    const error = await call.then(
      () => assert.unreachable('not refused'),
      (error: unknown) => error as Error,
    )
    return (error as Error).message
  }
  assert.match(
    await message(graph.neighbours('x')),
    /^id: got "x"; expected the id of a concept of the store$/,
  )
  assert.match(await message(graph.neighbours('a', { hops: 0 })), /^hops: got 0/)
  assert.match(await message(graph.neighbours('a', { most: 1.5 })), /^most: got 1.5/)
  assert.match(await message(graph.neighbours('a', { limit: -1 })), /^limit: got -1/)
  assert.match(await message(graph.neighbours('a', { types: 'is' as never })), /^types: got "is"/)
  assert.match(await message(graph.neighbours('a', { direction: 'up' as never })), /^direction: got "up"/)
  assert.match(
    await message(graph.neighbours('a', { hop: 2 } as never)),
    /^hop: no such option; did you mean hops/,
  )
  assert.match(await message(graph.shortestPath('a', 'x')), /^to: got "x"/)
  assert.match(await message(graph.shortestPath(3 as never, 'a')), /^from: got 3/)
})

test('an abort ends a search', async () => {
  const { store, ids } = await randomGraph(3, 20, 0.2)
  const signal = AbortSignal.abort(new Error('enough'))
  for (const call of [
    hopsFrom(store, ids[0]!, { hops: 3, signal }),
    shortestPathBetween(store, ids[0]!, ids[9]!, { signal }),
  ])
    await call.then(
      () => assert.unreachable('not aborted'),
      (error: unknown) => assert.is((error as Error).message, 'enough'),
    )
})

test.after(closeStores)
test.run()
