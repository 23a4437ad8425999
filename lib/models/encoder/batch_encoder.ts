import { linkedAbort } from '../../core/aborts.ts'
import { workingLifetime } from '../../core/disposable.ts'
import type {
  EncodedBlock,
  EncodeOptions,
  EncodeResult,
  Encoder,
  Texts,
  TokenGuide,
  TokenTexts,
} from '../../core/encoder.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { joinBlocks } from '../../core/rows.ts'
import { CALL_OPTIONS, checkRunOptions } from '../../core/run_options.ts'
import type { Tokens } from '../../core/tokenizer.ts'
import { trustedVectors } from '../../core/vectors.ts'
import { type ChunkSize, chunksOf } from './chunks.ts'

/** Some consecutive texts that are encoded together. */
export interface TextBatch {
  readonly texts: number
  /** Indices of those that are cut. */
  readonly truncated: readonly number[]
  /** i32 [texts]: tokens of each that the model reads; null where that is not known. */
  readonly tokens: Int32Array | null
}

/** What makes one encoder differ from another. */
export interface BatchEncoderParts<B extends TextBatch> {
  readonly name: string
  readonly space: string
  readonly dims: number
  readonly capacityTokens: number
  readonly fingerprint: string
  readonly tokens: Tokens | null
  readonly guide: TokenGuide | null
  /** How much of the texts is taken at a time. */
  readonly chunk: ChunkSize
  /** Batches of one call that run at the same time. */
  readonly batchesInFlight: number
  /** The batches of a chunk, in order; `first` is the index of its first text. Throws the signal's reason. */
  batches(
    chunk: readonly string[],
    first: number,
    signal: AbortSignal | undefined,
  ): Iterable<B> | AsyncIterable<B>
  /** The batches of texts that are token ids; null where the model's tokens are not known. Throws BAD_ARGUMENT. */
  readonly tokenBatches: ((texts: TokenTexts) => Iterable<B>) | null
  /** Vectors of a batch's texts, f32 [texts · dims] or longer. The signal also aborts when nobody waits for them any more. */
  run(batch: B, options: EncodeOptions): Promise<Float32Array>
  /** Called once, when the encoder is disposed and no call is under way. */
  dispose(): void
}

const ENCODE_OPTIONS = { ...CALL_OPTIONS, onProgress: true } as const satisfies OptionNames<EncodeOptions>

/** An encoder that reads texts in chunks and encodes them in batches, some at the same time, in order. */
export function makeBatchEncoder<B extends TextBatch>(parts: BatchEncoderParts<B>): Encoder {
  const life = workingLifetime(`${parts.name}: the model was disposed`, () => parts.dispose())
  const blocks = (
    texts: Texts,
    options: EncodeOptions = {},
    run: BatchEncoderParts<B>['run'] = parts.run,
  ) => {
    refuseUnknown(options, ENCODE_OPTIONS)
    const total = typeof texts === 'string' ? 1 : Array.isArray(texts) ? texts.length : undefined
    return blocksOf({ ...parts, run }, batchesOf(parts, texts, options.signal), total, options)
  }
  const joined = async (all: AsyncIterable<EncodedBlock>): Promise<EncodeResult> => {
    const rows: Float32Array[] = []
    const truncated: number[] = []
    const counts: (Int32Array | null)[] = []
    for await (const block of all) {
      rows.push(block.data)
      for (const index of block.truncated) truncated.push(index)
      counts.push(block.tokens)
    }
    const vectors = trustedVectors([joinBlocks(rows)], parts.dims, parts.space)
    return { vectors, truncated, tokens: joinCounts(counts) }
  }
  const { guide, tokenBatches } = parts
  return {
    name: parts.name,
    space: parts.space,
    dims: parts.dims,
    capacityTokens: parts.capacityTokens,
    fingerprint: parts.fingerprint,
    tokens: parts.tokens,
    guide: guide && {
      lifts: (texts, asked, options) => life.during(() => guide.lifts(texts, asked, options)),
    },
    encodeBlocks: (texts, options) => {
      life.alive()
      // Nobody knows how long a stream is read: each batch of it is a call of its own.
      return blocks(texts, options, (batch, run) => life.during(() => parts.run(batch, run)))
    },
    encode: (texts, options) => life.during(async () => joined(blocks(texts, options))),
    encodeTokens:
      tokenBatches &&
      ((texts, options = {}) =>
        life.during(async () => {
          refuseUnknown(options, ENCODE_OPTIONS)
          return joined(blocksOf(parts, tokenBatches(texts), texts.length, options))
        })),
    ...life.ends,
  }
}

/** Counts of batches one after another; null where those of one are not known. */
function joinCounts(counts: readonly (Int32Array | null)[]): Int32Array | null {
  const known = counts.filter((some) => some !== null)
  return known.length === counts.length ? Int32Array.from(known.flatMap((some) => [...some])) : null
}

async function* batchesOf<B extends TextBatch>(
  parts: BatchEncoderParts<B>,
  texts: Texts,
  signal: AbortSignal | undefined,
): AsyncGenerator<B> {
  let first = 0
  for await (const chunk of chunksOf(texts, parts.chunk, signal)) {
    signal?.throwIfAborted()
    for await (const batch of parts.batches(chunk, first, signal)) {
      first += batch.texts
      yield batch
    }
  }
}

async function* blocksOf<B extends TextBatch>(
  parts: Pick<BatchEncoderParts<B>, 'dims' | 'batchesInFlight' | 'run'>,
  batches: Iterable<B> | AsyncIterable<B>,
  total: number | undefined,
  options: EncodeOptions,
): AsyncGenerator<EncodedBlock> {
  checkRunOptions(options)
  const { signal, onProgress } = options
  const running: {
    readonly first: number
    readonly batch: B
    readonly vectors: Promise<Float32Array>
  }[] = []
  const finish = async (): Promise<EncodedBlock> => {
    const { first, batch, vectors } = running.shift()!
    const count = batch.texts
    const data = (await vectors).subarray(0, count * parts.dims)
    onProgress?.(first + count, total)
    return { first, count, data, truncated: batch.truncated, tokens: batch.tokens }
  }
  const wanted = linkedAbort(signal)
  let first = 0
  try {
    for await (const batch of batches) {
      signal?.throwIfAborted()
      while (running.length >= parts.batchesInFlight) yield await finish()
      const vectors = parts.run(batch, { ...options, signal: wanted.signal })
      // A later batch may fail while an earlier one is awaited; its rejection is read when its turn comes.
      vectors.catch(() => {})
      running.push({ first, batch, vectors })
      first += batch.texts
    }
    while (running.length > 0) yield await finish()
  } finally {
    // Those that a failure, or a caller who has read enough, leaves over.
    if (running.length > 0) wanted.abort()
    wanted.release()
    await Promise.allSettled(running.map((r) => r.vectors))
  }
}
