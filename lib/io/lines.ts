import type { Readable } from 'node:stream'
import { VmmError } from '../core/errors.ts'
import { decodeUtf8 } from './utf8.ts'

/** Longest line in UTF-16 units: a file without line ends must not fill the memory. */
export const MAX_LINE = 1 << 24
/** Longest text, likewise. */
const MAX_TEXT = 1 << 27

/**
 * The lines of a stream, without their ends (LF or CRLF) and without a byte order mark. The last line counts unless
 * it is empty.
 *
 * @param name for messages
 * @throws VmmError NOT_FOUND, BAD_FILE when it cannot be read, is not UTF-8 or has a line that is longer than MAX_LINE
 */
export async function* linesOf(input: Readable, name: string): AsyncGenerator<string> {
  const pieces: string[] = [] // of a line whose end has not come
  let length = 0
  const take = (piece: string): string => {
    const line = pieces.length === 0 ? piece : pieces.join('') + piece
    pieces.length = length = 0
    return line.endsWith('\r') ? line.slice(0, -1) : line
  }
  for await (const text of decodeUtf8(input, name)) {
    let from = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      yield take(text.slice(from, end))
      from = end + 1
    }
    if (from === text.length) continue
    pieces.push(text.slice(from))
    length += text.length - from
    if (length > MAX_LINE) throw tooLong(name, 'a line', MAX_LINE)
  }
  if (length > 0) yield take('')
}

/** The whole text of a stream. Throws VmmError NOT_FOUND, BAD_FILE when it cannot be read, is not UTF-8 or too long. */
export async function textOf(input: Readable, name: string): Promise<string> {
  const texts: string[] = []
  let length = 0
  for await (const text of decodeUtf8(input, name)) {
    texts.push(text)
    length += text.length
    if (length > MAX_TEXT) throw tooLong(name, 'a text', MAX_TEXT)
  }
  return texts.join('')
}

function tooLong(name: string, what: string, most: number): VmmError {
  return new VmmError('BAD_FILE', `${name}: ${what} of more than ${most.toLocaleString('en')} characters`)
}
