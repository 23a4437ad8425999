import { lifetime, type Resource } from '../../core/disposable.ts'
import { badArgument, check, checkCount } from '../../core/errors.ts'
import { unitLength } from '../../core/rows.ts'
import type { CallOptions } from '../../core/run_options.ts'
import { requireSameSpace, type Space } from '../../core/space.ts'
import { isVectors, notVectors, type Vectors } from '../../core/vectors.ts'
import { searchRows } from '../../store/search_rows.ts'
import { createTensor } from '../../tensor/device_tensor.ts'

/** A known sentence, and the cosine of the angle between its vector and what was asked for. */
export interface BankHit {
  readonly text: string
  readonly cosine: number
}

/** Known sentences that can be searched by vectors of their space, as a ConceptStore can: see storeBank. */
export interface SentenceBank<H extends BankHit = BankHit> {
  readonly space: Space
  readonly dims: number
  /** The `k` nearest sentences of each vector, best first; all of them when there are fewer than `k`. */
  nearest(vectors: Vectors, k: number, options?: CallOptions): Promise<readonly (readonly H[])[]>
}

/**
 * A bank of sentences whose vectors are there already.
 *
 * @param texts   one for each vector
 * @param vectors of any length; a vector of zeros has cosine 0 to all others
 * @throws VmmError BAD_ARGUMENT for another number of texts than of vectors, and for none; `nearest` throws
 *   SPACE_MISMATCH, BAD_ARGUMENT and DISPOSED
 * @example
 * ```js
 * import { sentenceBank, vectorsFrom } from 'vector-mamba'
 *
 * const vectors = vectorsFrom(Float32Array.from([1, 0, 0, 1]), 2, 'example-2')
 * const bank = sentenceBank(['To the right.', 'Up.'], vectors)
 * const [[hit]] = await bank.nearest(vectorsFrom(Float32Array.from([3, 4]), 2, 'example-2'), 1)
 * console.log(hit.text, hit.cosine.toFixed(1)) // Up. 0.8
 * bank.dispose()
 * ```
 */
export function sentenceBank(texts: readonly string[], vectors: Vectors): SentenceBank & Resource {
  if (!isVectors(vectors)) throw notVectors('vectors', vectors)
  const { space, dims, count } = vectors
  const areTexts = Array.isArray(texts) && texts.every((text) => typeof text === 'string')
  check(
    areTexts && texts.length === count && count > 0,
    'texts',
    texts,
    `a text for each of ${count} vectors`,
  )
  const rows = new Float32Array(count * dims)
  let at = 0
  for (const row of vectors) {
    rows.set(unitLength(row), at)
    at += dims
  }
  const tensor = createTensor('f32', [count, dims], rows)
  const { ends, alive } = lifetime('the bank of sentences was disposed', () => tensor.dispose())
  return {
    space,
    dims,
    nearest: async (queries, k, options = {}) => {
      alive()
      checkQueries('vectors', queries, { space, dims })
      checkCount('k', k)
      const units = Array.from(queries, unitLength)
      const asked = new Float32Array(queries.count * dims)
      for (const [i, unit] of units.entries()) asked.set(unit, i * dims)
      const { indices, scores, k: found } = await searchRows(asked, tensor, k, options)
      return units.map((_, query) =>
        Array.from({ length: found }, (_, place) => {
          const hit = query * found + place
          return { text: texts[indices[hit]!]!, cosine: scores[hit]! }
        }),
      )
    },
    ...ends,
  }
}

/** Throws VmmError for what is no vectors of a bank's space. */
export function checkQueries(
  argument: string,
  queries: Vectors,
  { space, dims }: Pick<SentenceBank, 'space' | 'dims'>,
): void {
  if (!isVectors(queries)) throw notVectors(argument, queries)
  requireSameSpace(queries, { space })
  if (queries.dims !== dims) throw badArgument(argument, `${queries.dims} dimensions`, `${dims} dimensions`)
}
