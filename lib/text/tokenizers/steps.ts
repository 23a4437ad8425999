import { setImmediate } from 'node:timers/promises'

/** Work in steps: each says how many UTF-16 units, or what costs as much, it has read; the last one gives the result. */
export type Steps<T> = Generator<number, T, undefined>

/** UTF-16 units of a step, where other work of the process has its turn between steps: milliseconds. */
export const STEP = 1 << 12

/** The result of work that is done in one go. */
export function driven<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/**
 * The result of work between whose steps the event loop has its turn, and which ends where a signal aborts.
 *
 * @throws the signal's reason
 */
export async function givingWay<T>(steps: Steps<T>, signal: AbortSignal | undefined): Promise<T> {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
    await setImmediate()
    signal?.throwIfAborted()
  }
}

/** Whether a text may be cut before a place, which is neither its begin nor its end. */
export type IsSeam = (text: string, at: number) => boolean

/** Any place but the middle of a surrogate pair. */
export const isCharacterStart: IsSeam = (text, at) => {
  const unit = text.charCodeAt(at)
  if (unit < 0xdc00 || unit > 0xdfff) return true
  const before = text.charCodeAt(at - 1)
  return !(before >= 0xd800 && before <= 0xdbff)
}

/**
 * What stretches of a text become, joined. They have at most `units` UTF-16 units, where there are places to cut it;
 * else one reaches to the next such place.
 */
export function* byStretches(
  text: string,
  units: number,
  isSeam: IsSeam,
  become: (stretch: string) => string,
): Steps<string> {
  const out: string[] = []
  for (let begin = 0; begin < text.length; ) {
    let end = Math.min(text.length, begin + units)
    while (end < text.length && end > begin && !isSeam(text, end)) end--
    if (end === begin) {
      end = begin + units + 1
      for (let paused = begin; end < text.length && !isSeam(text, end); end++)
        if (end - paused > units) {
          yield end - paused
          paused = end
        }
    }
    const part = become(text.slice(begin, end))
    // Engines put off joining what was replaced until it is read, and then join it all at once.
    part.charCodeAt(0)
    out.push(part)
    yield end - begin
    begin = end
  }
  return out.join('')
}
