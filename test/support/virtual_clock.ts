import type { Clock } from '../../lib/models/remote/clock.ts'

export interface VirtualClock extends Clock {
  /** What was waited for, in milliseconds. */
  readonly waits: readonly number[]
}

/** A clock that no one waits for: sleeping moves it. */
export function virtualClock(random: () => number = () => 0): VirtualClock {
  const waits: number[] = []
  let now = 0
  return {
    waits,
    random,
    now: () => now,
    sleep: async (ms, signal) => {
      const until = now + ms
      waits.push(ms)
      await Promise.resolve()
      signal?.throwIfAborted()
      now = Math.max(now, until)
    },
  }
}
