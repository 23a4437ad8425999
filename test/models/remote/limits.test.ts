import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { makePace, makePlaces } from '../../../lib/models/remote/limits.ts'
import { virtualClock } from '../../support/virtual_clock.ts'

const soon = () => new Promise<void>((resolve) => setImmediate(resolve))
const messageOf = (call: Promise<unknown>) => call.catch((error: Error) => error.message)

test('as many works as there are places run at a time, in order, also after failures', async () => {
  const places = makePlaces(3)
  const begun: number[] = []
  let [running, most] = [0, 0]
  const works = Array.from({ length: 20 }, (_, i) =>
    places(undefined, async () => {
      begun.push(i)
      most = Math.max(most, ++running)
      await soon()
      running--
      if (i % 4 === 0) throw new Error(`work ${i}`)
      return i
    }),
  )
  const ends = await Promise.allSettled(works)
  assert.is(most, 3)
  assert.equal(begun, [...begun.keys()])
  assert.equal(
    ends.map(({ status }) => status === 'rejected'),
    begun.map((i) => i % 4 === 0),
  )
  assert.is(running, 0)
  most = 0
  const later = Array.from({ length: 8 }, async (_, i) => {
    for (let turn = 0; turn < 5; turn++) {
      await places(undefined, async () => {
        most = Math.max(most, ++running)
        await soon()
        running--
      })
      if (i % 2 === 0) await soon()
    }
  })
  await Promise.all(later)
  assert.is(most, 3)
})

test('who waits for a place can be aborted, and takes none from the others', async () => {
  const places = makePlaces(1)
  let end = () => {}
  const first = places(
    undefined,
    () =>
      new Promise<void>((resolve) => {
        end = resolve
      }),
  )
  const stop = new AbortController()
  const second = messageOf(places(stop.signal, async () => 'second'))
  const third = places(stop.signal, async () => 'third').catch((error: Error) => error.message)
  const fourth = places(undefined, async () => 'fourth')
  stop.abort(new Error('enough'))
  assert.equal([await second, await third], ['enough', 'enough'])
  end()
  await first
  assert.is(await fourth, 'fourth')
  assert.is(await messageOf(places(stop.signal, async () => 'fifth')), 'enough')
  assert.is(await places(undefined, async () => 'sixth'), 'sixth')
})

test('turns are evenly spread, for those who come at once and for those who come later', async () => {
  const clock = virtualClock()
  const pace = makePace(120, clock)
  const at: number[] = []
  await Promise.all(
    Array.from({ length: 7 }, async () => {
      await pace(undefined)
      at.push(clock.now())
    }),
  )
  assert.equal(at, [0, 500, 1000, 1500, 2000, 2500, 3000])
  await clock.sleep(10_000, undefined)
  const waited = clock.waits.length
  await pace(undefined)
  assert.is(clock.waits.length, waited)
  await pace(undefined)
  assert.is(clock.now(), 13_500)
})

test('turns may be further apart than timers reach', async () => {
  const clock = virtualClock()
  const pace = makePace(0.01, clock)
  await pace(undefined)
  await pace(undefined)
  assert.is(clock.now(), 6_000_000)
  assert.ok(Math.max(...clock.waits) <= 60_000)
})

test('a turn that is aborted is none, and without a limit there is no waiting', async () => {
  const clock = virtualClock()
  const pace = makePace(60, clock)
  await pace(undefined)
  const stop = new AbortController()
  const second = messageOf(pace(stop.signal))
  stop.abort(new Error('enough'))
  assert.is(await second, 'enough')
  await pace(undefined)
  assert.is(clock.now(), 1000)
  const free = makePace(null, clock)
  for (let i = 0; i < 100; i++) await free(undefined)
  assert.is(clock.now(), 1000)
})

test.run()
