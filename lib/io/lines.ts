import type { Readable } from 'node:stream'
import { VmmError } from '../core/errors.ts'
import { fileError } from './files.ts'

/** Longest line in UTF-16 units: a file without line ends must not fill the memory. */
export const MAX_LINE = 1 << 24

/**
 * The lines of a stream, without their ends (LF or CRLF) and without a byte order mark. The last line counts unless
 * it is empty. Bytes that are not UTF-8 become U+FFFD.
 *
 * @param name for messages
 * @throws VmmError NOT_FOUND, BAD_FILE when it cannot be read or a line is longer than MAX_LINE
 */
export async function* linesOf(input: Readable, name: string): AsyncGenerator<string> {
  const pieces: string[] = [] // of a line whose end has not come
  let length = 0
  const take = (piece: string): string => {
    const line = pieces.length === 0 ? piece : pieces.join('') + piece
    pieces.length = length = 0
    return line.endsWith('\r') ? line.slice(0, -1) : line
  }
  for await (const text of decoded(input, name)) {
    let from = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      yield take(text.slice(from, end))
      from = end + 1
    }
    if (from === text.length) continue
    pieces.push(text.slice(from))
    length += text.length - from
    if (length > MAX_LINE)
      throw new VmmError(
        'BAD_FILE',
        `${name}: a line of more than ${MAX_LINE.toLocaleString('en')} characters`,
      )
  }
  if (length > 0) yield take('')
}

/** The whole text of a stream. */
export async function textOf(input: Readable, name: string): Promise<string> {
  const texts: string[] = []
  for await (const text of decoded(input, name)) texts.push(text)
  return texts.join('')
}

async function* decoded(input: Readable, name: string): AsyncGenerator<string> {
  const decoder = new TextDecoder() // removes the byte order mark
  try {
    for await (const chunk of input) yield decoder.decode(chunk as Buffer, { stream: true })
    yield decoder.decode()
  } catch (error) {
    throw fileError(name, 'read', error)
  }
}
