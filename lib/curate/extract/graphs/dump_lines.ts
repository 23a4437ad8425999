import { addAbortSignal } from 'node:stream'
import { VmmError } from '../../../core/errors.ts'
import { MAX_LINE } from '../../../io/lines.ts'
import { decodeUtf8 } from '../../../io/utf8.ts'
import { decompressed, readError } from './decompress.ts'

/** Lines of a dump that stand behind each other. */
export interface DumpLines {
  /** The number of the first of them, from 1. */
  readonly first: number
  readonly lines: readonly string[]
}

/**
 * The lines of a large file, some at a time: one by one they would cost more than reading them does. Files that end with .gz
 * or .bz2 are decompressed. What was whole before a file breaks off is given before the error.
 *
 * @throws VmmError NOT_FOUND; BAD_FILE naming file and line; UNSUPPORTED where nothing decompresses bzip2; the signal's reason
 */
export async function* dumpLines(path: string, signal?: AbortSignal): AsyncGenerator<DumpLines> {
  signal?.throwIfAborted()
  const input = decompressed(path)
  if (signal) addAbortSignal(signal, input)
  let [first, rest] = [1, '']
  try {
    for await (const text of decodeUtf8(input, path)) {
      const lines = text.split('\n')
      lines[0] = rest + lines[0]
      rest = lines.pop()!
      if (rest.length > MAX_LINE)
        throw new VmmError(
          'BAD_FILE',
          `${path}: line ${first + lines.length}: longer than ${MAX_LINE} characters`,
        )
      if (lines.length > 0) yield { first, lines }
      first += lines.length
      signal?.throwIfAborted()
    }
    if (rest !== '') yield { first, lines: [rest] }
  } catch (error) {
    signal?.throwIfAborted()
    throw readError(path, `line ${first}`, error)
  } finally {
    input.destroy()
  }
}
