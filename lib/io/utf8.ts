import { isUtf8 } from 'node:buffer'
import type { Readable } from 'node:stream'
import { VmmError } from '../core/errors.ts'
import { fileError } from './files.ts'

const LINE_END = 0x0a
const BYTE_ORDER_MARK = '\ufeff'
/** Bytes that are decoded at a time: strings of more than 128 KiB are no young objects, and take 50 times as long to make. */
const PIECE = 1 << 15
/** Bytes that tell an encoding at the start of a text. */
const HEAD = 4
/** Bytes there that are looked at where none tells it. */
const LOOK = 256

/**
 * The text of a stream of UTF-8, in pieces, without a byte order mark. Nothing is guessed and nothing is replaced:
 * what is not UTF-8, or has NUL bytes, as UTF-16 and binary files do, is refused.
 *
 * @param name for messages
 * @throws VmmError NOT_FOUND; BAD_FILE when it cannot be read, and, naming the line and what was found there, for
 *   bytes that are no UTF-8 text
 */
export async function* decodeUtf8(input: Readable, name: string): AsyncGenerator<string> {
  const rest = { bytes: Buffer.alloc(0) as Buffer, line: 1, isHead: true }
  const take = (whole: Buffer): string => {
    if (rest.isHead) refuseWide(whole, name)
    if (!isUtf8(whole) || whole.includes(0)) throw notText(whole, rest.line, name)
    rest.line += countOf(LINE_END, whole)
    const text = whole.toString()
    const isMarked = rest.isHead && text.startsWith(BYTE_ORDER_MARK)
    rest.isHead = false
    return isMarked ? text.slice(1) : text
  }
  try {
    for await (const chunk of input) {
      const bytes = rest.bytes.length === 0 ? (chunk as Buffer) : Buffer.concat([rest.bytes, chunk as Buffer])
      let from = 0
      while (from < bytes.length) {
        const piece = bytes.subarray(from, from + PIECE)
        const end = rest.isHead && piece.length < HEAD ? 0 : wholeCharacters(piece)
        if (end === 0) break
        from += end
        yield take(piece.subarray(0, end))
      }
      rest.bytes = bytes.subarray(from)
    }
    if (rest.bytes.length > 0) yield take(rest.bytes)
  } catch (error) {
    throw fileError(name, 'read', error)
  }
}

/** Where the last whole character of a piece ends: what follows may go on in the next piece. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!
    if (byte < 0x80) return bytes.length
    if (byte < 0xc0) continue // goes on a character
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
    return length > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}

function countOf(wanted: number, bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1)) count++
  return count
}

/** Throws for the start of a text in UTF-16 or UTF-32. */
function refuseWide(head: Buffer, name: string): void {
  const mark = head.toString('latin1', 0, HEAD)
  if (mark.startsWith('\xff\xfe\0\0')) throw refused(name, 1, 'the byte order mark of UTF-32', 'UTF-32')
  if (mark.startsWith('\xff\xfe') || mark.startsWith('\xfe\xff'))
    throw refused(name, 1, 'the byte order mark of UTF-16', 'UTF-16')
  const wide = unmarkedUtf16(head.subarray(0, LOOK))
  if (wide !== null) throw refused(name, 1, `NUL bytes as in ${wide}`, wide)
}

/** UTF-16 without a byte order mark, as far as its NUL bytes tell. */
function unmarkedUtf16(bytes: Buffer): 'UTF-16LE' | 'UTF-16BE' | null {
  const zeros = [0, 0]
  for (const [i, byte] of bytes.entries()) if (byte === 0) zeros[i % 2]!++
  const [even, odd] = zeros as [number, number]
  const most = bytes.length / 4
  if (odd > most && even === 0) return 'UTF-16LE'
  return even > most && odd === 0 ? 'UTF-16BE' : null
}

function notText(bytes: Buffer, line: number, name: string): VmmError {
  const zero = bytes.indexOf(0)
  const at = zero < 0 ? firstInvalid(bytes) : zero
  const there = line + countOf(LINE_END, bytes.subarray(0, at))
  if (zero < 0) return refused(name, there, `byte 0x${hex(bytes[at]!)} is not UTF-8`, 'WINDOWS-1252')
  return new VmmError(
    'BAD_FILE',
    `${name}: line ${there}: a NUL byte, which no text has; expected text in UTF-8`,
  )
}

/** The first byte that begins no character, where there is one: decoding puts a U+FFFD for it. */
function firstInvalid(bytes: Buffer): number {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  for (let [from, there] = [0, 0]; ; from++, there += 3) {
    const at = text.indexOf('\ufffd', from)
    there += Buffer.byteLength(text.slice(from, at))
    if (bytes.toString('latin1', there, there + 3) !== '\xef\xbf\xbd') return there
    from = at
  }
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0').toUpperCase()
}

/** @param encoding what it probably is, as iconv calls it */
function refused(name: string, line: number, found: string, encoding: string): VmmError {
  const advice = `convert it, such as by iconv -f ${encoding} -t UTF-8`
  return new VmmError('BAD_FILE', `${name}: line ${line}: ${found}; expected text in UTF-8: ${advice}`)
}
