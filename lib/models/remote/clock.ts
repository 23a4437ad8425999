import { setTimeout as after } from 'node:timers/promises'

/** Time, and chance, as waiting needs them; tests have their own. */
export interface Clock {
  /** Milliseconds that never go back. */
  now(): number
  /** Waits; rejects with the signal's reason when that aborts. */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>
  /** 0 … 1 */
  random(): number
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: async (ms, signal) => {
    try {
      await after(ms, undefined, { signal })
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  },
  random: Math.random,
}
