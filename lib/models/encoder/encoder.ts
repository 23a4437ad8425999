import type { EncodeOptions, Encoder } from '../../core/encoder.ts'
import type { TokenBatch, Tokenizer } from '../../core/tokenizer.ts'
import { givingWay } from '../../text/tokenizers/steps.ts'
import { type BatchEncoderParts, makeBatchEncoder, type TextBatch } from './batch_encoder.ts'
import { type Batch, packBatches } from './batches.ts'
import { packTokenTexts } from './token_texts.ts'

/** What makes one encoder that runs here differ from another. */
export interface EncoderParts
  extends Omit<
    BatchEncoderParts<Batch & TextBatch>,
    'chunk' | 'batchesInFlight' | 'batches' | 'tokenBatches' | 'run'
  > {
  readonly tokenizer: Tokenizer
  /** Vectors of a batch's texts, f32 [sequences of its bucket · dims]. */
  run(batch: Batch, options: EncodeOptions): Promise<Float32Array>
}

/** Tokenised before the first of them is encoded. */
const CHUNK = { texts: 256, characters: 1 << 14 }

/** An encoder that tokenises texts and packs their tokens into batches. */
export function makeEncoder(parts: EncoderParts): Encoder {
  const { tokenizer, capacityTokens } = parts
  return makeBatchEncoder<Batch & TextBatch>({
    ...parts,
    chunk: CHUNK,
    batchesInFlight: 2,
    async *batches(chunk, start, signal) {
      const packed = await givingWay(tokenizer.encodeBatchSteps(chunk, capacityTokens, start), signal)
      yield* batchesOf(packed, start, capacityTokens)
    },
    tokenBatches:
      parts.tokens &&
      ((texts) => batchesOf(packTokenTexts(texts, tokenizer.size, capacityTokens), 0, capacityTokens)),
  })
}

/** @param start the index of the first text */
function* batchesOf(packed: TokenBatch, start: number, capacity: number): Generator<Batch & TextBatch> {
  let first = start
  for (const batch of packBatches(packed)) {
    const truncated = overCapacity(packed.counts, start, first, batch.texts, capacity)
    const tokens = Int32Array.from(
      { length: batch.texts },
      (_, i) => batch.offsets[i + 1]! - batch.offsets[i]!,
    )
    yield { ...batch, truncated, tokens }
    first += batch.texts
  }
}

function overCapacity(
  counts: Int32Array,
  start: number,
  first: number,
  texts: number,
  capacity: number,
): number[] {
  const indices: number[] = []
  for (let i = first; i < first + texts; i++) if (counts[i - start]! > capacity) indices.push(i)
  return indices
}
