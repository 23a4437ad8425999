import { type Encoder, splitSentences, type Vectors, vectorsFrom } from 'vector-mamba'
import { badRequest } from './errors.ts'
import { textsOf } from './texts.ts'
import type { EncodedText, Work } from './work.ts'

/** Sentences, or vectors, of a text that is read as a whole. */
const MOST_SENTENCES = 512

/** A vector of a request, whose numbers a schema has checked. Throws ServerError for other dims, and beyond f32. */
export function vectorOf(
  numbers: readonly number[],
  param: string,
  { dims, name }: Pick<Encoder, 'dims' | 'name'>,
): Float32Array {
  if (numbers.length !== dims)
    throw badRequest(
      `${param}: got ${numbers.length} numbers; expected ${dims}, as vectors of ${name} have`,
      param,
    )
  const vector = Float32Array.from(numbers)
  const bad = vector.findIndex((x) => !Number.isFinite(x))
  if (bad >= 0) throw badRequest(`${param}[${bad}]: got ${numbers[bad]}; expected a number of 32 bits`, param)
  return vector
}

/** The one of some fields that a request has. Throws ServerError where it has none, or several. */
export function oneOf<K extends string>(body: Partial<Record<K, unknown>>, fields: readonly K[]): K {
  const given = fields.filter((field) => body[field] !== undefined)
  if (given.length === 1) return given[0]!
  const what = given.length === 0 ? 'none of them' : given.join(' and ')
  throw badRequest(`${fields.join(', ')}: got ${what}; expected one`, given[1] ?? fields[0]!)
}

/** A text of several sentences, as /predict and /route take it. */
export interface SequenceBody {
  readonly text?: string
  readonly sentences?: readonly string[]
  readonly vectors?: readonly (readonly number[])[]
}

/** What is known of it. */
export interface Sequence {
  /** Null where vectors were given. */
  readonly sentences: readonly string[] | null
  /** A row for each sentence. */
  readonly vectors: Vectors
  /** Tokens that were read. */
  readonly tokens: number
}

/** The sentences of a request, encoded where they are texts. */
export async function sequenceOf(
  body: SequenceBody,
  encoder: Encoder,
  work: Pick<Work, 'encode'>,
  signal: AbortSignal,
): Promise<Sequence> {
  const given = oneOf(body, ['text', 'sentences', 'vectors'] as const)
  if (given === 'vectors') {
    const rows = body.vectors!.map((row, i) => vectorOf(row, `vectors[${i}]`, encoder))
    checkCount(rows.length, 'vectors')
    return { sentences: null, vectors: vectorsFrom(rows, encoder.dims, encoder.space), tokens: 0 }
  }
  const sentences =
    given === 'text'
      ? splitSentences(textsOf(body.text, 'text')[0]!).map(({ text }) => text)
      : body.sentences!
  checkCount(sentences.length, given)
  const encoded = await work.encode.submit(textsOf(sentences, given), signal)
  return { sentences, vectors: rowsOf(encoded, encoder), tokens: tokensOf(encoded) }
}

function checkCount(count: number, param: string): void {
  if (count >= 1 && count <= MOST_SENTENCES) return
  throw badRequest(`${param}: got ${count} sentences; expected 1 to ${MOST_SENTENCES}`, param)
}

export function rowsOf(
  encoded: readonly EncodedText[],
  { dims, space }: Pick<Encoder, 'dims' | 'space'>,
): Vectors {
  return vectorsFrom(
    encoded.map(({ vector }) => vector),
    dims,
    space,
  )
}

export function tokensOf(encoded: readonly EncodedText[]): number {
  return encoded.reduce((sum, { tokens }) => sum + tokens, 0)
}
