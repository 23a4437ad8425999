import { badArgument, describe, VmmError } from '../../core/errors.ts'
import type { DeviceName } from '../../core/run_options.ts'
import { checkRunOptions } from '../../core/run_options.ts'
import { trustedVectors, type Vectors } from '../../core/vectors.ts'
import type { Program } from '../../graph/program.ts'
import type { TokenBatch } from '../../text/tokenizers/unigram.ts'
import type { TokenGuide } from '../guide.ts'
import { type Batch, type Bucket, packBatches } from './batches.ts'

export type Texts = string | Iterable<string> | AsyncIterable<string>

export interface EncodeOptions {
  /** Ends the encoding within milliseconds; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** At most this many threads. Never changes a bit of the result. */
  readonly threads?: number | undefined
  /** Where to compute, as in RunOptions. */
  readonly device?: DeviceName | undefined
  /** Called as texts are done; `total` is known where the texts come as an array. */
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined
}

export interface EncodeResult {
  /** One vector per text, in order. */
  readonly vectors: Vectors
  /** Indices of texts that were cut to the model's capacity in tokens. */
  readonly truncated: readonly number[]
}

/** A run of consecutive vectors. */
export interface EncodedBlock {
  /** Index of the first text. */
  readonly first: number
  readonly count: number
  /** f32 [count · dims] */
  readonly data: Float32Array
  readonly truncated: readonly number[]
}

/** A model that turns texts into vectors of its embedding space. */
export interface Encoder {
  readonly name: string
  readonly space: string
  readonly dims: number
  /** Tokens of a text beyond this count are not read. */
  readonly capacityTokens: number
  /** Another one wherever the same text may get another vector: the key of what is made from a model's vectors. */
  readonly fingerprint: string
  /** What tells which tokens bring a text nearer to a vector. */
  readonly guide: TokenGuide
  /** Encodes texts; the same text gives the same bits alone or in any batch. Throws VmmError for anything but strings. */
  encode(texts: Texts, options?: EncodeOptions): Promise<EncodeResult>
  /** The same, block by block in order, with bounded memory. */
  encodeBlocks(texts: Texts, options?: EncodeOptions): AsyncGenerator<EncodedBlock>
  /** Frees programs and weights; runs under way finish. */
  dispose(): void
  [Symbol.asyncDispose](): Promise<void>
}

/** What makes one architecture differ from another. */
export interface EncoderParts {
  readonly name: string
  readonly space: string
  readonly dims: number
  readonly capacityTokens: number
  readonly fingerprint: string
  readonly guide: TokenGuide
  tokenize(texts: readonly string[]): TokenBatch
  program(bucket: Bucket): Program
  run(program: Program, batch: Batch, options: EncodeOptions): Promise<Float32Array>
  dispose(): void
}

/** Tokenised at a time, on the event loop: so few that it is not held up for long. */
const textsPerChunk = 256
const charactersPerChunk = 1 << 18
const batchesInFlight = 2

export function makeEncoder(parts: EncoderParts): Encoder {
  let disposed = false
  const dispose = () => {
    if (disposed) return
    disposed = true
    parts.dispose()
  }
  const encodeBlocks = (texts: Texts, options: EncodeOptions = {}) => {
    if (disposed) throw new VmmError('DISPOSED', `${parts.name}: the model was disposed`)
    return blocksOf(parts, texts, options)
  }
  return {
    name: parts.name,
    space: parts.space,
    dims: parts.dims,
    capacityTokens: parts.capacityTokens,
    fingerprint: parts.fingerprint,
    guide: parts.guide,
    encodeBlocks,
    encode: async (texts, options) => {
      const blocks: Float32Array[] = []
      const truncated: number[] = []
      for await (const block of encodeBlocks(texts, options)) {
        blocks.push(block.data)
        truncated.push(...block.truncated)
      }
      const whole = trustedVectors(blocks, parts.dims, parts.space).toFloat32Array()
      return { vectors: trustedVectors([whole], parts.dims, parts.space), truncated }
    },
    dispose,
    [Symbol.asyncDispose]: async () => dispose(),
  }
}

async function* blocksOf(
  parts: EncoderParts,
  texts: Texts,
  options: EncodeOptions,
): AsyncGenerator<EncodedBlock> {
  const total = typeof texts === 'string' ? 1 : Array.isArray(texts) ? texts.length : undefined
  checkRunOptions(options)
  const { signal, onProgress } = options
  const running: {
    readonly first: number
    readonly count: number
    readonly truncated: number[]
    readonly vectors: Promise<Float32Array>
  }[] = []
  const finish = async (): Promise<EncodedBlock> => {
    const { first, count, truncated, vectors } = running.shift()!
    const data = await vectors
    onProgress?.(first + count, total)
    return { first, count, data: data.subarray(0, count * parts.dims), truncated }
  }
  let first = 0
  try {
    for await (const chunk of chunksOf(texts, signal)) {
      signal?.throwIfAborted()
      const tokens = parts.tokenize(chunk)
      const start = first
      for (const batch of packBatches(tokens)) {
        while (running.length >= batchesInFlight) yield await finish()
        const truncated = overCapacity(tokens.counts, start, first, batch.texts, parts.capacityTokens)
        const vectors = parts.run(parts.program(batch.bucket), batch, options)
        // A later batch may fail while an earlier one is awaited; its rejection is read when its turn comes.
        vectors.catch(() => {})
        running.push({ first, count: batch.texts, truncated, vectors })
        first += batch.texts
      }
    }
    while (running.length > 0) yield await finish()
  } finally {
    await Promise.allSettled(running.map((r) => r.vectors))
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

async function* chunksOf(texts: Texts, signal: AbortSignal | undefined): AsyncGenerator<string[]> {
  const source = typeof texts === 'string' ? [texts] : texts
  const iterable = source as unknown
  if (!isIterable(iterable))
    throw badArgument('texts', describe(texts), 'a string, an iterable of strings, or an async one')
  const waits = signal !== undefined && Symbol.asyncIterator in source
  let chunk: string[] = []
  let characters = 0
  let index = 0
  for await (const text of waits ? untilAborted(source, signal) : source) {
    if (typeof text !== 'string') throw badArgument(`texts[${index}]`, describe(text), 'a string')
    index++
    chunk.push(text)
    characters += text.length
    if (chunk.length < textsPerChunk && characters < charactersPerChunk) continue
    yield chunk
    chunk = []
    characters = 0
  }
  if (chunk.length > 0) yield chunk
}

/** The items of a source; an abort also ends waiting for one that does not come. */
async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]()
  let done = false
  try {
    for (;;) {
      const item = await orAborted(iterator.next(), signal)
      done = item.done === true
      if (item.done) return
      yield item.value
    }
  } finally {
    // Not waited for: a source that is stuck in next() would not answer.
    if (!done) iterator.return?.().catch(() => {})
  }
}

async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

function isIterable(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
  )
}
