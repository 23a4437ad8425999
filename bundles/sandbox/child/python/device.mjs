// @ts-check
import { randomBytes } from 'node:crypto'

const KEY_LENGTH = 32

/**
 * The device by which harness.py talks to this process. What is read from it comes in this order: the harness, the key, the
 * prelude; then nothing until the key has been written, which tells that the program has ended; then the token and the tests.
 * What is written is a report where it begins with the token. The program may hold the device too, but neither key nor token.
 *
 * @param {object} stage
 * @param {Uint8Array} stage.harness
 * @param {string} stage.prelude
 * @param {string} stage.tests
 * @param {(json: string) => void} stage.report
 */
export function harnessDevice({ harness, prelude, tests, report }) {
  const key = randomBytes(KEY_LENGTH / 2).toString('hex')
  const token = randomBytes(KEY_LENGTH / 2).toString('hex')
  /** @type {Uint8Array[]} */
  const toRead = [harness, Buffer.from(key), Buffer.from(prelude)]
  let started = false
  /** @type {number | null} */
  let status = null

  /** @param {string} text */
  const take = (text) => {
    if (!started && text === key) {
      started = true
      toRead.splice(0, toRead.length, Buffer.from(token), Buffer.from(tests))
    }
    if (!started || status !== null || !text.startsWith(token)) return
    if (text[KEY_LENGTH] === '.') status = Number(text.slice(KEY_LENGTH + 1))
    else report(text.slice(KEY_LENGTH + 1))
  }
  return {
    /** The exit status that the harness told after the last test; null where it told none. */
    ended: () => status,
    /** @param {any} FS */
    mount(FS) {
      const device = FS.makedev(64, 0)
      FS.registerDevice(device, {
        read(
          /** @type {any} */ _,
          /** @type {Uint8Array} */ buffer,
          /** @type {number} */ offset,
          /** @type {number} */ length,
        ) {
          const next = toRead.shift()
          if (next === undefined) return 0
          if (next.length > length) throw new FS.ErrnoError(28)
          buffer.set(next, offset)
          return next.length
        },
        write(
          /** @type {any} */ _,
          /** @type {Uint8Array} */ buffer,
          /** @type {number} */ offset,
          /** @type {number} */ length,
        ) {
          take(Buffer.from(buffer.subarray(offset, offset + length)).toString())
          return length
        },
      })
      FS.mkdev('/dev/harness', device)
    },
  }
}
