import type { TokenTexts } from '../../core/encoder.ts'
import { badArgument, check, describe } from '../../core/errors.ts'
import type { TokenBatch } from '../../core/tokenizer.ts'

/**
 * Texts that are token ids, cut to a capacity and packed as a tokenizer packs them.
 *
 * @param size ids that there are
 * @throws VmmError BAD_ARGUMENT for what is no array of ids below `size`, naming it
 */
export function packTokenTexts(texts: TokenTexts, size: number, capacity: number): TokenBatch {
  check(Array.isArray(texts), 'texts', texts, 'an array of arrays of token ids')
  const counts = Int32Array.from(texts, (text, i) => lengthOf(text, i))
  const offsets = new Int32Array(texts.length + 1)
  for (const [i, count] of counts.entries()) offsets[i + 1] = offsets[i]! + Math.min(count, capacity)
  const ids = new Int32Array(offsets.at(-1)!)
  for (const [i, text] of texts.entries())
    for (let t = 0; t < text.length; t++) {
      const id = text[t]!
      const isKnown = Number.isInteger(id) && id >= 0 && id < size
      if (!isKnown)
        throw badArgument(
          `texts[${i}][${t}]`,
          describe(id),
          `a token id, a whole number from 0 to ${size - 1}`,
        )
      if (t < capacity) ids[offsets[i]! + t] = id
    }
  return { ids, offsets, counts }
}

function lengthOf(text: unknown, index: number): number {
  const isList = Array.isArray(text) || (ArrayBuffer.isView(text) && !(text instanceof DataView))
  check(isList, `texts[${index}]`, text, 'an array of token ids')
  return (text as ArrayLike<unknown>).length
}
