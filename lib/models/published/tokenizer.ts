import { VmmError } from '../../core/errors.ts'
import type { TokenBatch, Tokenizer } from '../../core/tokenizer.ts'

/** A tokenizer that reads every text with a prompt before it, and `empty` where a text has no token at all. */
export function promptedTokenizer(own: Tokenizer, prompt: string, empty: number | undefined): Tokenizer {
  const filled = (ids: Int32Array) => (ids.length === 0 ? Int32Array.of(emptyOf(empty)) : ids)
  return {
    size: own.size,
    encode: (text) => filled(own.encode(prompt + text)),
    encodeBatch: (texts, capacity, first) => {
      const prompted =
        prompt === '' ? texts : texts.map((text) => (typeof text === 'string' ? prompt + text : text))
      return filledBatch(own.encodeBatch(prompted, capacity, first), empty)
    },
  }
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
