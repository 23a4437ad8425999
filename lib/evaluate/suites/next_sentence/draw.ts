import { randomNumbers, sampleWithout } from '../../../ops/random_numbers.ts'
import type { DocumentVectors } from '../../documents.ts'
import { streamOf } from '../../metrics/contrast.ts'

/**
 * Draws sentences of a document that have `context` others before them and fit, `most` of them at most, ascending. The draw
 * depends on the seed and the document's id alone.
 */
export function drawSentences(
  { id, count }: DocumentVectors,
  fits: (row: number) => boolean,
  { context, most, seed }: { readonly context: number; readonly most: number; readonly seed: number },
): Int32Array {
  const rows = Array.from({ length: Math.max(0, count - context) }, (_, i) => context + i).filter(fits)
  const drawn = sampleWithout(randomNumbers(seed, streamOf(id)), most, rows.length)
  return Int32Array.from(drawn, (i) => rows[i]!).sort()
}
