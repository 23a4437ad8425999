import { linkedAbort } from '../../core/aborts.ts'

/** Works on all items at the same time; where one fails the others are aborted. */
export async function allTogether<T, R>(
  items: readonly T[],
  signal: AbortSignal | undefined,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const own = linkedAbort(signal)
  try {
    return await Promise.all(items.map((item) => work(item, own.signal)))
  } finally {
    own.release()
    own.abort()
  }
}
