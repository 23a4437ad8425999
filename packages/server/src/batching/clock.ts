/** The time as a queue sees it; tests bring one that they move themselves. */
export interface Clock {
  /** Milliseconds since some moment. */
  now(): number
  /** Calls `run` after so many milliseconds, unless what it gives is called before. */
  after(ms: number, run: () => void): () => void
  /** Calls `run` when what has come in by now was looked at. */
  soon(run: () => void): void
}

export const realClock: Clock = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms)
    timer.unref()
    return () => clearTimeout(timer)
  },
  soon: (run) => void setImmediate(run),
}
