import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { centralityAround, communitiesAround, type GraphPackages } from '../../../lib/store/graph/around.ts'
import { openGraph } from '../../../lib/store/graph/graph.ts'
import { closeStores, countedStore } from './counted_store.ts'

const edge = (source: string, target: string, weight = 1) => ({
  source,
  type: 'near',
  target,
  weight,
  domainSpecific: null,
})

/** Two rings of which every two are related, joined by one relation. */
async function twoRooms() {
  const store = await countedStore({ s: 1 })
  const rooms = ['a', 'b'].map((room) => [1, 2, 3, 4, 5].map((n) => `${room}${n}`))
  await store.upsert(rooms.flat().map((id) => ({ id, text: id })))
  for (const room of rooms)
    for (const [i, from] of room.entries())
      for (const to of room.slice(i + 1)) await store.link([edge(from, to)])
  await store.link([edge('a1', 'b1')])
  return openGraph(store)
}

test('communities are what holds together', async () => {
  const graph = await twoRooms()
  const found = await graph.communities('a3')
  assert.equal(
    found.map((ids) => [...ids].sort()),
    [
      ['a1', 'a2', 'a3', 'a4', 'a5'],
      ['b1', 'b2', 'b3', 'b4', 'b5'],
    ],
  )
  assert.equal(await graph.communities('a3', { seed: 5 }), await graph.communities('a3', { seed: 5 }))
})

test('the concepts that join two parts are the most central', async () => {
  const graph = await twoRooms()
  const between = await graph.centrality('a3')
  assert.equal(
    between.slice(0, 2).map(({ id }) => id),
    ['a1', 'b1'],
  )
  // 4 pairs of each side with the 5 of the other: 20 of the 36 pairs that leave one out.
  assert.ok(Math.abs(between[0]!.value - 20 / 36) < 1e-9)
  assert.is(between.at(-1)!.value, 0)
  const degrees = await graph.centrality('a3', { kind: 'degree' })
  assert.equal([degrees[0], degrees.at(-1)!.value], [{ id: 'a1', value: 5 / 9 }, 4 / 9])
  const ranks = await graph.centrality('a3', { kind: 'pagerank' })
  assert.ok(Math.abs(ranks.reduce((sum, { value }) => sum + value, 0) - 1) < 1e-6)
})

test('only the concepts around one are looked at', async () => {
  const graph = await twoRooms()
  assert.is((await graph.centrality('a3', { hops: 1 })).length, 5)
  assert.is((await graph.centrality('a3', { most: 3 })).length, 3)
  assert.equal(
    new Set((await graph.communities('a3', { hops: 1 })).flat()),
    new Set(['a1', 'a2', 'a3', 'a4', 'a5']),
  )
})

test('where a package is missing, the error says what to install', async () => {
  const { store } = await twoRooms()
  const missing = async (): Promise<GraphPackages> => import('no-such-package-of-graphs' as string)
  for (const call of [
    communitiesAround(store, 'a1', {}, missing),
    centralityAround(store, 'a1', {}, missing),
  ])
    await call.then(
      () => assert.unreachable('not refused'),
      (error: unknown) => {
        assert.is((error as { code: string }).code, 'UNSUPPORTED')
        assert.match(
          (error as Error).message,
          /npm install graphology graphology-communities-louvain graphology-metrics$/,
        )
      },
    )
})

test('wrong options are named', async () => {
  const graph = await twoRooms()
  const message = (call: Promise<unknown>) =>
    call.then(
      () => 'nothing',
      (error: unknown) => (error as Error).message,
    )
  assert.match(
    await message(graph.communities('a1', { most: 1 })),
    /^most: got 1; expected a whole number of 2 or more/,
  )
  assert.match(await message(graph.communities('a1', { resolution: 0 })), /^resolution: got 0/)
  assert.match(await message(graph.communities('a1', { seed: 0.5 })), /^seed: got 0.5/)
  assert.match(await message(graph.centrality('a1', { kind: 'eigen' as never })), /^kind: got "eigen"/)
  assert.match(await message(graph.centrality('zz')), /^id: got "zz"/)
})

test.after(closeStores)
test.run()
