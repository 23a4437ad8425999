import { VmmError } from './errors.ts'

/** Something to be given back: by `dispose()`, by `using`, or by `await using`. `R` is what `dispose` returns. */
export interface Resource<R = void> extends Disposable, AsyncDisposable {
  /** Frees what it holds; what is under way finishes. Calling it again does nothing. */
  dispose(): R
  [Symbol.asyncDispose](): Promise<void>
}

/** The end of a resource. */
export interface Lifetime<R> {
  /** To be spread into the object that the caller gets. */
  readonly ends: Resource<R>
  /** Throws VmmError DISPOSED when it is over. */
  alive(): void
}

/**
 * All ways to dispose of something, by one function that runs once.
 *
 * @param over what the error says afterwards: `the documents were disposed`
 */
export function lifetime<R = void>(over: string, free: () => R): Lifetime<R> {
  let ended = false
  let freed: R | undefined
  const dispose = (): R => {
    if (!ended) {
      ended = true
      freed = free()
    }
    return freed as R
  }
  return {
    ends: {
      dispose,
      [Symbol.dispose]: () => {
        // `using` does not wait, so nobody is there to hear of a failure that comes later.
        Promise.resolve(dispose()).catch(() => {})
      },
      [Symbol.asyncDispose]: async () => {
        await dispose()
      },
    },
    alive: () => {
      if (ended) throw new VmmError('DISPOSED', over)
    },
  }
}

/** The end of something whose calls take a while. */
export interface WorkingLifetime extends Lifetime<void> {
  /** Runs a call that is let finish if its owner is disposed meanwhile. Throws VmmError DISPOSED when it is over. */
  during<T>(call: () => Promise<T>): Promise<T>
}

/** A lifetime that frees when it is disposed and no call is under way. What `free` returns is waited for. */
export function workingLifetime(over: string, free: () => unknown): WorkingLifetime {
  let underWay = 0
  let idle: (() => void) | null = null
  const { ends, alive } = lifetime<Promise<void>>(over, async () => {
    if (underWay > 0)
      await new Promise<void>((resolve) => {
        idle = resolve
      })
    await free()
  })
  return {
    ends: { ...ends, dispose: () => ends[Symbol.dispose]() },
    alive,
    during: async (call) => {
      alive()
      underWay++
      try {
        return await call()
      } finally {
        if (--underWay === 0) idle?.()
      }
    },
  }
}
