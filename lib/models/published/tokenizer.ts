import { VmmError } from '../../core/errors.ts'
import type { TokenBatch, Tokenizer } from '../../core/tokenizer.ts'
import { byStretches, driven, isCharacterStart, STEP, type Steps } from '../../text/tokenizers/steps.ts'

/** How a published model reads a text. */
export interface Reading {
  /** What stands before each text. */
  readonly prompt: string
  readonly lowerCase: boolean
  /** The token of a text that has none of its own. */
  readonly empty: number | undefined
}

/** A tokenizer that reads every text with a prompt before it, and a token where a text has none. */
export function promptedTokenizer(own: Tokenizer, { prompt, lowerCase, empty }: Reading): Tokenizer {
  const filled = (ids: Int32Array) => (ids.length === 0 ? Int32Array.of(emptyOf(empty)) : ids)
  const read = (text: string) => (lowerCase ? inLowerCase(prompt + text) : prompt + text)
  const isAsItIs = prompt === '' && !lowerCase
  function* encodeBatchSteps(
    texts: readonly string[],
    capacity?: number,
    first?: number,
    units: number = STEP,
  ): Steps<TokenBatch> {
    let asRead = texts
    if (!isAsItIs) {
      const some: string[] = []
      for (const text of texts) {
        const isLong = typeof text === 'string' && lowerCase && text.length > units
        if (isLong) some.push(yield* byStretches(prompt + text, units, isCharacterStart, inLowerCase))
        else some.push(typeof text === 'string' ? read(text) : text)
      }
      asRead = some
    }
    return filledBatch(yield* own.encodeBatchSteps(asRead, capacity, first, units), empty)
  }
  return {
    size: own.size,
    encode: (text) => filled(own.encode(read(text))),
    encodeBatch: (texts, capacity, first) =>
      driven(encodeBatchSteps(texts, capacity, first, Number.POSITIVE_INFINITY)),
    encodeBatchSteps,
  }
}

/** By character, as the tokenizers do: a sigma does not become another at the end of a word. */
function inLowerCase(text: string): string {
  return text.replaceAll('Σ', 'σ').toLowerCase()
}

function filledBatch(batch: TokenBatch, empty: number | undefined): TokenBatch {
  const { ids, offsets, counts } = batch
  const texts = counts.length
  const missing = counts.filter((count) => count === 0).length
  if (missing === 0) return batch
  const filled = { ids: new Int32Array(ids.length + missing), offsets: new Int32Array(texts + 1) }
  let at = 0
  for (let i = 0; i < texts; i++) {
    filled.offsets[i] = at
    const own = ids.subarray(offsets[i]!, offsets[i + 1]!)
    if (own.length === 0) filled.ids[at++] = emptyOf(empty)
    filled.ids.set(own, at)
    at += own.length
  }
  filled.offsets[texts] = at
  return { ...filled, counts: counts.map((count) => Math.max(1, count)) }
}

function emptyOf(empty: number | undefined): number {
  if (empty === undefined)
    throw new VmmError(
      'BAD_ARGUMENT',
      'texts: an empty text; this model has no token that could stand for it',
    )
  return empty
}
