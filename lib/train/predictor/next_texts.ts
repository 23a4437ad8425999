import type { TokenBatch } from '../../core/tokenizer.ts'
import type { VectorDocuments } from '../../data/documents/open.ts'
import { packTexts } from '../../models/inverter/inputs.ts'
import { randomNumbers, sampleWithout } from '../../ops/random_numbers.ts'
import type { PredictorBatches } from './batches.ts'
import { decoderInputs, type FrozenDecoder, forDecoder } from './decoder.ts'

/** Batch b draws its texts from stream TEXTS + b. */
const TEXTS = 3 * 2 ** 30

export interface NextTextOptions {
  /** Texts of a batch at most. */
  readonly texts: number
  readonly seed: number
}

/**
 * Batches with the texts of some sentences that follow, for decodedSurprise. They are drawn anew for each batch, by its
 * number, from the rows whose prediction counts and whose next sentence is no longer than what the decoder writes.
 *
 * @param indices the documents that the batches are of
 */
export function withNextTexts(
  batches: PredictorBatches,
  documents: VectorDocuments,
  indices: readonly number[],
  { config, tokenizer }: Pick<FrozenDecoder, 'config' | 'tokenizer'>,
  { texts, seed }: NextTextOptions,
): PredictorBatches {
  const { windows, inputs } = batches
  const size = Math.min(texts, windows.rows)
  const capacity = { rows: size * (config.capacityTokens + 1), texts: size }
  // Documents come again in every epoch; their tokens are few bytes beside their vectors.
  const known = new Map<number, TokenBatch>()
  const tokensOf = async (document: number): Promise<TokenBatch> => {
    const before = known.get(document)
    if (before) return before
    const { texts: read } = await documents.document(indices[document]!)
    const tokens = tokenizer.encodeBatch(read(), config.capacityTokens)
    known.set(document, tokens)
    return tokens
  }
  return {
    windows,
    inputs: { ...inputs, ...decoderInputs(config, capacity) },
    batch: async (number) => {
      const batch = await batches.batch(number)
      const counted = batch.inputs.lossWeights as Float32Array
      const candidates: { readonly row: number; readonly tokens: Int32Array }[] = []
      let row = 0
      for (const { document, begin, end } of windows.batch(number)) {
        const { ids, offsets, counts: lengths } = await tokensOf(document)
        for (let next = begin + 1; next < end; next++, row++)
          if (counted[row]! > 0 && lengths[next]! <= config.capacityTokens)
            candidates.push({ row, tokens: ids.subarray(offsets[next]!, offsets[next + 1]!) })
        row++ // the last one of a window has no next one
      }
      const drawn = sampleWithout(randomNumbers(seed, TEXTS + number), size, candidates.length)
      const some = Array.from(drawn, (i) => candidates[i]!)
      const packed = packTexts(
        config,
        capacity,
        some.map(({ tokens }) => tokens),
      )
      const { rows } = packed.scalars
      const rowOf = new Int32Array(size)
      for (const [i, { row }] of some.entries()) rowOf[i] = row
      const lossWeights = new Float32Array(rows).fill(1 / rows)
      return {
        inputs: { ...batch.inputs, ...forDecoder({ ...packed.inputs, row: rowOf, lossWeights }) },
        scalars: { ...batch.scalars, ...packed.scalars },
        count: batch.count,
      }
    },
  }
}
