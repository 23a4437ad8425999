import { setMaxListeners } from 'node:events'

/** A promise, or the reason of a signal where that aborts before. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** A signal that can be aborted by itself, and is when another one is. */
export interface LinkedAbort {
  readonly signal: AbortSignal
  abort(reason?: unknown): void
  /** Lets go of the other signal. */
  release(): void
}

/** A signal below another one, for a part of what that one can end. */
export function linkedAbort(above: AbortSignal | undefined): LinkedAbort {
  const own = new AbortController()
  // As many listen as there are parts at work; Node would take them for a leak.
  setMaxListeners(0, own.signal)
  const follow = () => own.abort(above!.reason)
  above?.addEventListener('abort', follow)
  if (above?.aborted) follow()
  return {
    signal: own.signal,
    abort: (reason) => own.abort(reason),
    release: () => above?.removeEventListener('abort', follow),
  }
}
