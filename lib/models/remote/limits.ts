import type { Clock } from './clock.ts'

/** Runs work when there is a place for it; rejects with the signal's reason where that aborts while it waits. */
export type Places = <T>(signal: AbortSignal | undefined, work: () => Promise<T>) => Promise<T>

/** Lets at most `count` works run at a time, the others in the order in which they came. */
export function makePlaces(count: number): Places {
  let free = count
  const waiting = new Set<() => void>()
  const place = (signal: AbortSignal | undefined) =>
    new Promise<void>((resolve, reject) => {
      const go = () => {
        waiting.delete(go)
        signal?.removeEventListener('abort', stop)
        resolve()
      }
      const stop = () => {
        waiting.delete(go)
        reject(signal!.reason)
      }
      waiting.add(go)
      signal?.addEventListener('abort', stop, { once: true })
    })
  return async (signal, work) => {
    signal?.throwIfAborted()
    if (free > 0) free--
    else await place(signal)
    try {
      return await work()
    } finally {
      const [next] = waiting
      if (next) next()
      else free++
    }
  }
}

/** Timers end at once where they are to last for months. */
const LONGEST_SLEEP = 60_000

/** Waits for its turn; rejects with the signal's reason. */
export type Pace = (signal: AbortSignal | undefined) => Promise<void>

/** Turns that are evenly spread, so that no minute has more than `perMinute`; at once where there is no limit. */
export function makePace(perMinute: number | null, clock: Clock): Pace {
  if (perMinute === null) return async () => {}
  const apart = 60_000 / perMinute
  let next = Number.NEGATIVE_INFINITY
  return async (signal) => {
    for (let wait = next - clock.now(); wait > 0; wait = next - clock.now())
      await clock.sleep(Math.min(wait, LONGEST_SLEEP), signal)
    next = clock.now() + apart
  }
}
