import { parseJson } from '../../io/json.ts'
import type { Failure, Outcome } from './retry.ts'

/** What is left of an answer that cannot be used. */
type Flaw = Pick<Failure, 'message' | 'again'> & Partial<Pick<Failure, 'code' | 'argument'>>

const ROOM = 1 << 16
/** Bytes of a number in JSON with its comma and the spaces of a pretty printer, and of all around a vector. */
const NUMBER_BYTES = 48
const VECTOR_BYTES = 1024
/** Below the longest string that there is. */
const MOST_BYTES = 400_000_000

/** Bytes of an answer with so many vectors at most. */
export function answerBytes(count: number, dims: number): number {
  return Math.min(ROOM + count * (VECTOR_BYTES + NUMBER_BYTES * dims), MOST_BYTES)
}

/**
 * The vectors of an answer, f32 [dims] each, in the order of the texts. Each comes as base64 of little-endian f32, or as
 * an array of numbers. The answer may have them in another order, told by `index`.
 *
 * @param about for messages: the service and the texts
 */
export function vectorsOf(text: string, count: number, dims: number, about: string): Outcome<Float32Array[]> {
  const flawed = ({ code = 'SERVICE', ...flaw }: Flaw) => ({
    failure: { ...flaw, code, message: `${about}: ${flaw.message}` },
  })
  const data = dataOf(text)
  if (!Array.isArray(data)) return flawed({ message: 'the answer is no list of embeddings', again: true })
  if (data.length !== count)
    return flawed({ message: `the answer has ${data.length} embeddings for ${count} texts`, again: false })
  const rows = new Array<Float32Array | undefined>(count).fill(undefined)
  for (const [at, item] of data.entries()) {
    const { index = at, embedding } = (item ?? {}) as {
      readonly index?: unknown
      readonly embedding?: unknown
    }
    if (typeof index !== 'number' || !(index in rows) || rows[index] !== undefined)
      return flawed({
        message: `the indices of the embeddings are not 0 … ${count - 1}, each once`,
        again: false,
      })
    const row = typeof embedding === 'string' ? fromBase64(embedding) : fromNumbers(embedding)
    if (row === null) return flawed({ message: `embedding ${index} has no finite numbers`, again: false })
    if (row.length !== dims) {
      const message = `dims: got ${dims}; the service gives ${row.length}`
      return flawed({ message, again: false, code: 'BAD_ARGUMENT', argument: 'dims' })
    }
    rows[index] = row
  }
  return { value: rows as Float32Array[] }
}

/** The list of an answer; what is cut off, or no JSON, has none. */
function dataOf(text: string): unknown {
  try {
    return (parseJson(text, 'answer') as { readonly data?: unknown } | null)?.data
  } catch {
    return undefined
  }
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

function fromBase64(text: string): Float32Array | null {
  const bytes = BASE64.test(text) ? Buffer.from(text, 'base64') : null
  if (bytes === null || bytes.length % 4 !== 0) return null
  const row = new Float32Array(bytes.length / 4)
  new Uint8Array(row.buffer).set(bytes)
  return row.every(Number.isFinite) ? row : null
}

function fromNumbers(numbers: unknown): Float32Array | null {
  if (!Array.isArray(numbers) || !numbers.every((x) => typeof x === 'number')) return null
  const row = Float32Array.from(numbers)
  return row.every(Number.isFinite) ? row : null
}
