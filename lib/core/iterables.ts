import { orAborted } from './aborts.ts'

/** Whether something can be iterated over, at once or as it comes; texts count as one thing. */
export function isIterable(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
  )
}

/** The items of a source; an abort also ends waiting for one of an async source. */
export function itemsOf<T>(
  source: Iterable<T> | AsyncIterable<T>,
  signal: AbortSignal | undefined,
): Iterable<T> | AsyncIterable<T> {
  return signal !== undefined && Symbol.asyncIterator in source ? untilAborted(source, signal) : source
}

async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]()
  let done = false
  try {
    for (;;) {
      const item = await orAborted(iterator.next(), signal)
      done = item.done === true
      if (item.done) return
      yield item.value
    }
  } finally {
    // Not waited for: a source that is stuck in next() would not answer.
    if (!done) iterator.return?.().catch(() => {})
  }
}
