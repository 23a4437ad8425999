import { cancelled, deadlinePassed, queueFull } from '../errors.ts'
import { type Clock, realClock } from './clock.ts'

/** What a batch was, for those who count. */
export interface BatchFacts {
  readonly rows: number
  /** Milliseconds that its requests have waited for their first row, where this was it. */
  readonly waits: readonly number[]
  /** Milliseconds that the call took. */
  readonly took: number
}

export interface BatchQueueOptions<I, O> {
  /** For messages: 'encode', 'search', … */
  readonly name: string
  /** Gives one result per row, in order. `signal` is aborted when nobody waits for any of them any more. */
  run(rows: readonly I[], signal: AbortSignal): Promise<readonly O[]>
  /** Rows that one request may have in a batch. */
  readonly slice: number
  /** Rows of a batch at most. */
  readonly mostRows: number
  /** What rows of a batch may weigh together, by `weigh`; one row always may. */
  readonly mostWeight?: number
  readonly weigh?: (row: I) => number
  /** Batches that run at the same time. */
  readonly atOnce: number
  /** Rows that may wait; what is more is refused. */
  readonly limit: number
  /** Milliseconds after which a request is given up. */
  readonly deadline: number
  readonly onBatch?: (facts: BatchFacts) => void
  readonly clock?: Clock
}

/** Rows of many requests, run together. */
export interface BatchQueue<I, O> {
  /** Rows that wait. */
  readonly length: number
  /**
   * The results of some rows, in order. Rejects with a ServerError where the queue is full or the deadline has passed, with the
   * signal's reason, and with what `run` throws.
   */
  submit(rows: readonly I[], signal?: AbortSignal): Promise<O[]>
  /** Rejects all that waits and runs, and all that comes. */
  stop(reason: unknown): void
}

interface Request<I, O> {
  readonly rows: readonly I[]
  readonly results: O[]
  readonly since: number
  /** The first row that was not begun. */
  next: number
  /** Rows without a result. */
  left: number
  settled: boolean
  settle(finish: () => void): void
  resolve(results: O[]): void
  reject(reason: unknown): void
  /** The batches that some of its rows are in. */
  readonly batches: Set<Batch<I, O>>
}

interface Batch<I, O> {
  readonly parts: readonly {
    readonly request: Request<I, O>
    readonly first: number
    readonly count: number
  }[]
  readonly abort: AbortController
}

/**
 * A queue whose batches form when the executor is free, without waiting for more. A request with many rows takes turns with
 * others, slice by slice, so that small ones are not kept behind it. What nobody waits for is dropped before it begins, and a
 * batch is cancelled when all who wait for it have left.
 */
export function batchQueue<I, O>(options: BatchQueueOptions<I, O>): BatchQueue<I, O> {
  const { name, run, slice, mostRows, mostWeight = Number.POSITIVE_INFINITY, weigh = () => 0 } = options
  const { atOnce, limit, deadline, onBatch, clock = realClock } = options
  /** Those with rows that were not begun, in the order of their turns. */
  const waiting: Request<I, O>[] = []
  const requests = new Set<Request<I, O>>()
  let length = 0
  let running = 0
  let pumping = false
  let stopped: { readonly reason: unknown } | null = null

  const pump = () => {
    pumping = false
    while (running < atOnce && waiting.length > 0) void start(nextBatch())
  }
  const pumpSoon = () => {
    if (pumping || running >= atOnce) return
    pumping = true
    clock.soon(pump)
  }

  /** One slice of each request at most, as long as there is room. */
  const nextBatch = (): Batch<I, O> => {
    const parts: { request: Request<I, O>; first: number; count: number }[] = []
    let rows = 0
    let weight = 0
    for (let turns = waiting.length; turns > 0 && rows < mostRows; turns--) {
      const request = waiting[0]!
      const first = request.next
      const most = Math.min(first + slice, request.rows.length, first + mostRows - rows)
      while (request.next < most) {
        const heavier = weight + weigh(request.rows[request.next]!)
        if (rows > 0 && heavier > mostWeight) break
        weight = heavier
        request.next++
        rows++
      }
      const count = request.next - first
      if (count === 0) break
      parts.push({ request, first, count })
      waiting.shift()
      if (request.next < request.rows.length) waiting.push(request)
    }
    length -= rows
    return { parts, abort: new AbortController() }
  }

  const start = async (batch: Batch<I, O>) => {
    running++
    const begun = clock.now()
    const { parts, abort } = batch
    for (const { request } of parts) request.batches.add(batch)
    const rows = parts.flatMap(({ request, first, count }) => request.rows.slice(first, first + count))
    const waits = parts.flatMap(({ request, first }) => (first === 0 ? [begun - request.since] : []))
    const leave = () => {
      for (const { request } of parts) request.batches.delete(batch)
    }
    try {
      const results = await run(rows, abort.signal)
      leave()
      let at = 0
      for (const { request, first, count } of parts) {
        for (let i = 0; i < count; i++) request.results[first + i] = results[at++]!
        request.left -= count
        if (request.left === 0) request.settle(() => request.resolve(request.results))
      }
    } catch (error) {
      leave()
      for (const { request } of parts) request.settle(() => request.reject(error))
    } finally {
      onBatch?.({ rows: rows.length, waits, took: clock.now() - begun })
      running--
      pumpSoon()
    }
  }

  /** Takes out what was not begun, and cancels what runs for nobody. */
  const forget = (request: Request<I, O>) => {
    const place = waiting.indexOf(request)
    if (place >= 0) {
      waiting.splice(place, 1)
      length -= request.rows.length - request.next
    }
    for (const { parts, abort } of request.batches)
      if (parts.every((part) => part.request.settled)) abort.abort(cancelled())
  }

  return {
    get length() {
      return length
    },
    submit: (rows, signal) =>
      new Promise((resolve, reject) => {
        if (stopped !== null) throw stopped.reason
        signal?.throwIfAborted()
        if (rows.length === 0) return resolve([])
        if (length > 0 && length + rows.length > limit) throw queueFull(name, length)
        const onAbort = () => request.settle(() => reject(signal!.reason))
        const cancelDeadline = clock.after(deadline, () =>
          request.settle(() => reject(deadlinePassed(name, deadline))),
        )
        const request: Request<I, O> = {
          ...{ rows, since: clock.now(), next: 0, left: rows.length, settled: false },
          ...{ results: new Array<O>(rows.length), resolve, reject, batches: new Set() },
          settle: (finish) => {
            if (request.settled) return
            request.settled = true
            cancelDeadline()
            signal?.removeEventListener('abort', onAbort)
            requests.delete(request)
            forget(request)
            finish()
          },
        }
        signal?.addEventListener('abort', onAbort)
        requests.add(request)
        waiting.push(request)
        length += rows.length
        pumpSoon()
      }),
    stop: (reason) => {
      stopped ??= { reason }
      for (const request of requests) request.settle(() => request.reject(reason))
    },
  }
}
