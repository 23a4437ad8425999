// @ts-check
import { writeSync } from 'node:fs'

/** @typedef {ReturnType<typeof outputOf>} Output */

/** Thrown through a program that has written too much: no code of its own can catch it. */
export class TooMuchOutput extends Error {}

/** What is held back at most before the host hears of it. */
const FLUSH_BYTES = 32768
const FLUSH_MS = 50

/** Tells the host something: a line of JSON. @param {object} message */
export function tell(message) {
  let rest = Buffer.from(`${JSON.stringify(message)}\n`)
  while (rest.length > 0)
    try {
      rest = rest.subarray(writeSync(1, rest))
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EAGAIN') throw error
    }
}

/**
 * Where a program writes: counted, and told to the host while it runs, so that little is lost when it is killed.
 *
 * @param {number} bytes of its two streams and its reports together, at most
 */
export function outputOf(bytes) {
  let left = bytes
  let held = 0
  let toldAt = performance.now()
  /** @type {Record<'stdout' | 'stderr', Buffer[]>} */
  const waiting = { stdout: [], stderr: [] }

  const flush = () => {
    for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
      if (waiting[name].length > 0) tell({ [name]: Buffer.concat(waiting[name]).toString('base64') })
      waiting[name] = []
    }
    held = 0
    toldAt = performance.now()
  }
  return {
    flush,
    /** @param {'stdout' | 'stderr'} name @param {Uint8Array} chunk */
    write(name, chunk) {
      const taken = Buffer.from(chunk.subarray(0, left))
      waiting[name].push(taken)
      left -= taken.length
      held += taken.length
      if (taken.length < chunk.length) throw new TooMuchOutput()
      if (held > FLUSH_BYTES || performance.now() - toldAt > FLUSH_MS) flush()
    },
    /** @param {string} json what the tests report */
    report(json) {
      left -= json.length
      if (left < 0) throw new TooMuchOutput()
      flush()
      tell({ report: json })
    },
  }
}
