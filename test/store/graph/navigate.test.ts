import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { unitLength } from '../../../lib/core/rows.ts'
import { randomNumbers } from '../../../lib/ops/random_numbers.ts'
import { openGraph } from '../../../lib/store/graph/graph.ts'
import { greatCircle } from '../../../lib/store/graph/great_circle.ts'
import { smoothest } from '../../../lib/store/graph/smoothest.ts'
import { closeStores, countedStore } from './counted_store.ts'

const SPACE = 'example-8'
const DIMS = 8

/** A seeded direction; the numbers are sums of four, so that no axis is preferred by much. */
function directionsOf(seed: number, count: number, dims = DIMS): Float32Array[] {
  const numbers = randomNumbers(seed)
  const number = () => numbers.next() + numbers.next() + numbers.next() + numbers.next() - 2
  return Array.from({ length: count }, () => unitLength(Float32Array.from({ length: dims }, number)))
}

async function storeOf(vectors: readonly Float32Array[]) {
  const store = await countedStore({ [SPACE]: DIMS })
  await store.upsert(
    vectors.map((vector, i) => ({
      id: `c${i}`,
      text: `c${i}`,
      type: i % 2 === 0 ? 'even' : 'odd',
      vectors: { [SPACE]: vector },
    })),
  )
  return store
}
const angle = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    ab += a[i]! * b[i]!
    aa += a[i]! ** 2
    bb += b[i]! ** 2
  }
  return Math.acos(Math.max(-1, Math.min(1, ab / Math.sqrt(aa * bb))))
}

test('points of a great circle lie as far from both ends as they should', () => {
  for (const seed of [1, 2, 3]) {
    const [a, b, c] = directionsOf(seed, 3) as [Float32Array, Float32Array, Float32Array]
    const circle = greatCircle(
      a.map((x) => 3 * x),
      b.map((x) => x / 7),
      'b',
    )
    assert.ok(Math.abs(circle.angle - angle(a, b)) < 1e-6)
    for (const theta of [0, 0.1, circle.angle / 2, circle.angle]) {
      const point = circle.at(theta)
      assert.ok(Math.abs(Math.hypot(...point) - 1) < 1e-6)
      assert.ok(Math.abs(angle(a, point) - theta) < 1e-3)
      assert.ok(Math.abs(angle(b, point) - (circle.angle - theta)) < 1e-3)
      assert.ok(Math.abs(circle.alongOf(point) - theta) < 1e-5)
    }
    // No point of the circle is nearer to a vector than the one it is told to lie at.
    const along = circle.alongOf(c)
    for (let theta = -3.1; theta < 3.1; theta += 0.05)
      assert.ok(angle(c, circle.at(theta)) >= angle(c, circle.at(along)) - 1e-6)
  }
})

test('directions that do not say where to go are refused', () => {
  const [a] = directionsOf(1, 1) as [Float32Array]
  assert.throws(
    () =>
      greatCircle(
        a,
        a.map((x) => 2 * x),
        'towards',
      ),
    /towards: got the direction of from/,
  )
  assert.throws(
    () =>
      greatCircle(
        a,
        a.map((x) => -x),
        'towards',
      ),
    /towards: got the opposite of from/,
  )
  assert.throws(() => greatCircle(a, new Float32Array(DIMS), 'towards'), /towards: got a vector of zeros/)
  assert.throws(() => greatCircle(new Float32Array(DIMS), a, 'towards'), /from: got a vector of zeros/)
})

test('the way is the best of all that there are', () => {
  const cost = (a: Float32Array, b: Float32Array) => Math.max(0, 1 - Math.cos(angle(a, b))) ** 4
  for (const seed of [1, 2, 3, 4]) {
    const vectors = directionsOf(seed, 11, 3)
    const [from, to] = [vectors[9]!, vectors[10]!]
    const circle = greatCircle(from, to, 'to')
    const points = [0.25, 0.5, 0.75].map((share) => circle.at(share * circle.angle))
    const layers = points.map((point, layer) =>
      [0, 1, 2, 3].map((i) => {
        const vector = vectors[(2 * layer + i) % 9]!
        const id = `c${(2 * layer + i) % 9}`
        return { id, along: circle.alongOf(vector), cosine: Math.cos(angle(vector, point)) }
      }),
    )
    const byId = new Map(vectors.map((vector, i) => [`c${i}`, vector]))
    const way = smoothest(layers, byId, [from, to], circle.angle)
    let least = Number.POSITIVE_INFINITY
    for (const a of [null, ...layers[0]!])
      for (const b of [null, ...layers[1]!])
        for (const c of [null, ...layers[2]!]) {
          const stops = [a, b, c].filter((stop) => stop !== null)
          const alongs = [0, ...stops.map(({ along }) => along), circle.angle]
          if (alongs.some((along, i) => i > 0 && along <= alongs[i - 1]!)) continue
          const all = [from, ...stops.map(({ id }) => byId.get(id)!), to]
          const steps = all.slice(1).reduce((sum, vector, i) => sum + cost(all[i]!, vector), 0)
          least = Math.min(least, steps + stops.reduce((sum, stop) => sum + 0.25 * (1 - stop.cosine) ** 4, 0))
        }
    const all = [from, ...way.map(({ id }) => byId.get(id)!), to]
    const steps = all.slice(1).reduce((sum, vector, i) => sum + cost(all[i]!, vector), 0)
    const total = steps + way.reduce((sum, stop) => sum + 0.25 * (1 - stop.cosine) ** 4, 0)
    assert.ok(Math.abs(total - least) < 1e-5, `${seed}: ${total} is not ${least}`)
  }
})

test('a way leads to its goal, over other concepts, no one twice, each further on than the last', async () => {
  const vectors = directionsOf(5, 300)
  const store = await storeOf(vectors)
  const graph = openGraph(store)
  for (const [a, b] of [
    [0, 1],
    [2, 3],
    [4, 5],
    [6, 7],
  ] as const) {
    store.calls.clear()
    const { stops, arrived, angle: whole } = await graph.navigate(`c${a}`, { towards: `c${b}` })
    assert.ok(arrived)
    assert.ok(Math.abs(whole - angle(vectors[a]!, vectors[b]!)) < 1e-5)
    assert.is(stops[0]!.id, `c${a}`)
    assert.is(stops.at(-1)!.id, `c${b}`)
    assert.ok(stops.length > 2)
    assert.is(new Set(stops.map(({ id }) => id)).size, stops.length)
    for (const [i, stop] of stops.entries()) {
      if (i > 0) assert.ok(stop.angle > stops[i - 1]!.angle)
      assert.ok(stop.cosine <= 1 + 1e-6 && stop.cosine > 0)
    }
    // No step turns by more than the whole way does.
    for (const [i, stop] of stops.slice(1).entries())
      assert.ok(angle(vectors[Number(stop.id.slice(1))]!, vectors[Number(stops[i]!.id.slice(1))]!) < whole)
    assert.is(store.calls.get('nearest'), 1, 'all points in one batch')
  }
})

test('fewer steps end before the goal, and none are taken beyond it', async () => {
  const graph = openGraph(await storeOf(directionsOf(6, 300)))
  const part = await graph.navigate('c0', { towards: 'c1' }, { steps: 3 })
  assert.not(part.arrived)
  assert.ok(Math.abs(part.angle - 0.3) < 1e-9)
  assert.ok(part.stops.length >= 2 && part.stops.length <= 4, 'a stop for each step at most')
  assert.ok(!part.stops.some(({ id }) => id === 'c1'))
  const whole = await graph.navigate('c0', { towards: 'c1' })
  assert.equal(await graph.navigate('c0', { towards: 'c1' }, { steps: 900 }), whole)
  const wide = await graph.navigate('c0', { towards: 'c1' }, { stepSize: 3 })
  assert.equal([wide.stops.length, wide.arrived], [2, true])
})

test('a step along a direction never stays where it is', async () => {
  const vectors = directionsOf(7, 200)
  const graph = openGraph(await storeOf(vectors))
  for (let i = 0; i < 40; i++) {
    const { stops, arrived } = await graph.navigate(
      `c${i}`,
      { along: directionsOf(100 + i, 1)[0]! },
      { steps: 1 },
    )
    assert.is(stops.length, 2)
    assert.is(stops[0]!.id, `c${i}`)
    assert.ok(stops[1]!.angle > 0)
    assert.not(arrived)
  }
  const { stops } = await graph.navigate(vectors[0]!, { along: directionsOf(99, 1)[0]! })
  assert.ok(
    stops.length > 0 && stops.every(({ angle }) => angle > 0),
    'from a vector there is no first concept',
  )
})

test('a difference is the direction from one concept to another', async () => {
  const vectors = directionsOf(8, 100)
  const graph = openGraph(await storeOf(vectors))
  const along = vectors[2]!.map((x, i) => x - vectors[1]![i]!)
  const journey = await graph.navigate('c0', { difference: ['c1', 'c2'] }, { steps: 5 })
  const same = await graph.navigate('c0', { along }, { steps: 5 })
  assert.equal(
    journey.stops.map(({ id }) => id),
    same.stops.map(({ id }) => id),
  )
})

test('stops keep to a filter', async () => {
  const graph = openGraph(await storeOf(directionsOf(9, 200)))
  const { stops } = await graph.navigate('c1', { towards: 'c3' }, { filter: { types: ['even'] } })
  assert.ok(stops.length > 2)
  for (const { id } of stops.slice(1, -1)) assert.is(Number(id.slice(1)) % 2, 0)
})

test('wrong headings and options are named', async () => {
  const graph = openGraph(await storeOf(directionsOf(1, 5)))
  const refused = async (call: Promise<unknown>, message: RegExp) =>
    call.then(
      () => assert.unreachable('not refused'),
      (error: unknown) => assert.match((error as Error).message, message),
    )
  await refused(graph.navigate('x', { towards: 'c1' }), /^from: got "x"; expected the id of a concept/)
  await refused(graph.navigate('c1', { towards: 'x' }), /^towards: got "x"/)
  await refused(graph.navigate('c1', { towards: 'c1' }), /^towards: got the direction of from/)
  await refused(
    graph.navigate('c1', { along: new Float32Array(3) }),
    /^along: got 3 numbers; expected 8 numbers/,
  )
  await refused(graph.navigate('c1', { along: 'c2' as never }), /^along: got "c2"; expected a Float32Array/)
  await refused(graph.navigate('c1', { along: new Float32Array(8).fill(Number.NaN) }), /^along: got .*NaN/)
  await refused(graph.navigate('c1', {} as never), /^heading: got an object/)
  await refused(graph.navigate('c1', { towards: 'c2', along: new Float32Array(8) } as never), /^heading/)
  await refused(graph.navigate('c1', { towards: 'c2' }, { steps: 0 }), /^steps: got 0; expected 1 … 1000/)
  await refused(graph.navigate('c1', { towards: 'c2' }, { stepSize: -1 }), /^stepSize: got -1/)
  await refused(
    graph.navigate('c1', { towards: 'c2' }, { stepSize: 1e-9 }),
    /^stepSize: got 1e-9; expected 1000 steps/,
  )
  await refused(graph.navigate('c1', { towards: 'c2' }, { candidates: 0 }), /^candidates: got 0/)
  await refused(graph.navigate('c1', { towards: 'c2' }, { step: 1 } as never), /did you mean steps/)
})

test.after(closeStores)
test.run()
