import { type CliContext, Interrupted } from '../context.ts'

/** What the user or the system has ended a command by, if it was so. */
export function interruption({ signal }: Pick<CliContext, 'signal'>): Interrupted | null {
  return signal.aborted && signal.reason instanceof Interrupted ? signal.reason : null
}

/** For what is still to be done after an interruption: it does not end. */
export function lastWords(context: CliContext): CliContext {
  return interruption(context) === null ? context : { ...context, signal: new AbortController().signal }
}

/**
 * Items until the user ends the command, so that what is made of them is whole. Throws the signal's reason where none has
 * been taken by then, and for any other reason.
 */
export async function* untilInterrupted<T>(
  items: AsyncIterable<T>,
  context: Pick<CliContext, 'signal'>,
): AsyncGenerator<T> {
  let taken = 0
  for await (const item of items) {
    if (context.signal.aborted && (taken === 0 || interruption(context) === null)) throw context.signal.reason
    if (context.signal.aborted) return
    yield item
    taken++
  }
}
