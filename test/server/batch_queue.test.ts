// Batches that form when the executor is free.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type BatchFacts,
  type BatchQueueOptions,
  batchQueue,
} from '../../packages/server/src/batching/batch_queue.ts'

/** An executor that is released by hand, and a clock that is moved by hand. */
function bench(options: Partial<BatchQueueOptions<number, number>> = {}) {
  let now = 0
  const timers = new Set<{ readonly at: number; readonly run: () => void }>()
  const calls: {
    readonly rows: readonly number[]
    readonly signal: AbortSignal
    end(error?: Error): void
  }[] = []
  const facts: BatchFacts[] = []
  const queue = batchQueue<number, number>({
    ...{ name: 'double', slice: 4, mostRows: 8, atOnce: 1, limit: 100, deadline: 1000 },
    run: (rows, signal) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => (error ? reject(error) : resolve(rows.map((row) => 2 * row)))
        calls.push({ rows, signal, end })
      }),
    onBatch: (one) => facts.push(one),
    clock: {
      now: () => now,
      after: (ms, run) => {
        const timer = { at: now + ms, run }
        timers.add(timer)
        return () => timers.delete(timer)
      },
      soon: (run) => void Promise.resolve().then(run),
    },
    ...options,
  })
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve))
  return {
    ...{ queue, calls, facts, timers, settle },
    /** The rows of the batch that runs, which is ended. */
    end: async (error?: Error) => {
      await settle()
      const call = calls.at(-1)!
      call.end(error)
      await settle()
      return call.rows
    },
    pass: async (ms: number) => {
      now += ms
      for (const timer of [...timers]) if (timer.at <= now && timers.delete(timer)) timer.run()
      await settle()
    },
  }
}

/** The message that a promise rejects with. */
const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: Error) => error.message,
  )
const upTo = (count: number, first = 0) => Array.from({ length: count }, (_, i) => first + i)

test('what waits while the executor works is its next batch, and each gets its own results', async () => {
  const { queue, calls, end, settle, facts, pass } = bench()
  const first = queue.submit([1])
  await settle()
  const others = [queue.submit([2, 3]), queue.submit([4])]
  assert.is(queue.length, 3)
  await pass(7)
  assert.equal(await end(), [1])
  assert.equal(await end(), [2, 3, 4])
  assert.equal(await first, [2])
  assert.equal(await Promise.all(others), [[4, 6], [8]])
  assert.equal(calls.length, 2)
  assert.equal(facts, [
    { rows: 1, waits: [0], took: 7 },
    { rows: 3, waits: [7, 7], took: 0 },
  ])
})

test('a large request takes turns with small ones, and its results are in order', async () => {
  const { queue, end, settle } = bench()
  const large = queue.submit(upTo(10))
  await settle()
  const small = queue.submit([100])
  const later = queue.submit(upTo(3, 200))
  assert.equal(await end(), [0, 1, 2, 3])
  assert.equal(await end(), [4, 5, 6, 7, 100, 200, 201, 202])
  assert.equal(await small, [200])
  assert.equal(await later, [400, 402, 404])
  assert.equal(await end(), [8, 9])
  assert.equal(
    await large,
    upTo(10).map((row) => 2 * row),
  )
})

test('a batch has no more rows than it may, nor more weight, but one row always', async () => {
  const { queue, end } = bench({ mostRows: 5, weigh: (row) => row, mostWeight: 10 })
  const all = [[30], [1, 1, 1], [1, 1], [9], [1]].map((rows) => queue.submit(rows))
  const batches = [await end(), await end(), await end()]
  assert.equal(batches, [[30], [1, 1, 1, 1, 1], [9, 1]])
  assert.equal(await Promise.all(all), [[60], [2, 2, 2], [2, 2], [18], [2]])
})

test('any mix of requests is answered whole, whatever the sizes of slices and batches', async () => {
  let seed = 1
  const random = (below: number) => {
    seed = (seed * 48271) % 2147483647
    return seed % below
  }
  for (let round = 0; round < 50; round++) {
    const sizes = { slice: 1 + random(5), mostRows: 1 + random(9), atOnce: 1 + random(3), limit: 1e6 }
    const { queue } = bench({ ...sizes, run: async (rows) => rows.map((row) => 2 * row) })
    const requests = upTo(1 + random(12)).map((i) => upTo(random(20), 1000 * i))
    const results = await Promise.all(requests.map((rows) => queue.submit(rows)))
    assert.equal(
      results,
      requests.map((rows) => rows.map((row) => 2 * row)),
    )
    assert.is(queue.length, 0)
  }
})

test('as many batches run at once as may', async () => {
  const { queue, calls, settle } = bench({ atOnce: 2, mostRows: 1, slice: 1 })
  const all = [1, 2, 3].map((row) => queue.submit([row]))
  await settle()
  assert.equal(
    calls.map(({ rows }) => rows),
    [[1], [2]],
  )
  calls[0]!.end()
  await settle()
  assert.equal(calls.at(-1)!.rows, [3])
  for (const call of calls) call.end()
  assert.equal(await Promise.all(all), [[2], [4], [6]])
})

test('what is more than may wait is refused with 429, and what waits stays', async () => {
  const { queue, end, settle } = bench({ limit: 3 })
  const running = queue.submit([1])
  await settle()
  const waiting = queue.submit([2, 3])
  const { status, code, retryAfter } = await queue.submit([4, 5]).catch((error) => error)
  assert.equal([status, code, retryAfter], [429, 'queue_full', 1])
  const fits = queue.submit([6])
  await end()
  await end()
  assert.equal(await Promise.all([running, waiting, fits]), [[2], [4, 6], [12]])
  // One alone may be longer than the queue.
  const long = queue.submit(upTo(5))
  await end()
  await end()
  assert.is((await long).length, 5)
})

test('who leaves is dropped before the batch begins, and a batch for nobody is cancelled', async () => {
  const { queue, calls, end, settle } = bench()
  const clients = upTo(4).map(() => new AbortController())
  const gone = new Error('gone')
  const requests = clients.map(({ signal }, i) => queue.submit([i], signal))
  for (const request of requests) request.catch(() => {})
  clients[0]!.abort(gone)
  await settle()
  assert.equal(calls[0]!.rows, [1, 2, 3])
  assert.is(await failure(requests[0]!), 'gone')
  clients[1]!.abort(gone)
  assert.not(calls[0]!.signal.aborted)
  clients[2]!.abort(gone)
  clients[3]!.abort(gone)
  assert.ok(calls[0]!.signal.aborted)
  await end(new Error('cancelled'))
  assert.is(queue.length, 0)
  const next = queue.submit([7])
  assert.equal(await end(), [7])
  assert.equal(await next, [14])
  assert.is(await failure(queue.submit([8], AbortSignal.abort(gone))), 'gone')
})

test('of a large request that was left, nothing more is begun', async () => {
  const { queue, calls, end, settle } = bench()
  const client = new AbortController()
  const large = queue.submit(upTo(20), client.signal)
  large.catch(() => {})
  await settle()
  assert.is(queue.length, 16)
  client.abort(new Error('gone'))
  assert.is(queue.length, 0)
  await end()
  assert.is(calls.length, 1)
})

test('what is not answered in time is given up with 503, and leaves no timer behind', async () => {
  const { queue, calls, end, pass, settle, timers } = bench({ deadline: 50 })
  const running = queue.submit([1]).catch((error) => error)
  await settle()
  await pass(30)
  const later = queue.submit([2])
  await pass(20)
  const { status, code, retryAfter } = (await running) as { status: number; code: string; retryAfter: number }
  assert.equal([status, code, retryAfter], [503, 'deadline_passed', 2])
  assert.ok(calls[0]!.signal.aborted)
  await end()
  await end()
  assert.equal(await later, [4])
  assert.is(timers.size, 0)
})

test('an error is that of all in its batch, and of nobody else', async () => {
  const { queue, end, settle } = bench()
  const first = queue.submit([1])
  await settle()
  const others = [queue.submit([2]), queue.submit([3])]
  for (const one of others) one.catch(() => {})
  await end()
  await end(new Error('broken'))
  assert.equal(await first, [2])
  for (const one of others) assert.is(await failure(one), 'broken')
  const last = queue.submit([4])
  await end()
  assert.equal(await last, [8])
})

test('a queue that is stopped rejects what waits, what runs, and what comes', async () => {
  const { queue, calls, settle } = bench()
  const all = [queue.submit([1]), queue.submit([2])]
  for (const one of all) one.catch(() => {})
  await settle()
  all.push(queue.submit([3]))
  all[2]!.catch(() => {})
  queue.stop(new Error('stopping'))
  for (const one of all) assert.is(await failure(one), 'stopping')
  assert.ok(calls[0]!.signal.aborted)
  assert.is(await failure(queue.submit([4])), 'stopping')
})

test.run()
