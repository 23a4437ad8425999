import type { EncodedBlock, EncodeOptions, Encoder, Texts, TokenGuide } from '../../core/encoder.ts'
import { badArgument, describe, VmmError } from '../../core/errors.ts'
import { checkRunOptions } from '../../core/run_options.ts'
import type { Tokens } from '../../core/tokenizer.ts'
import { trustedVectors } from '../../core/vectors.ts'
import { type Batch, packBatches } from './batches.ts'

/** What makes one encoder differ from another. */
export interface EncoderParts {
  readonly name: string
  readonly space: string
  readonly dims: number
  readonly capacityTokens: number
  readonly fingerprint: string
  readonly tokens: Tokens
  readonly guide: TokenGuide | null
  /** Vectors of a batch's texts, f32 [sequences of its bucket · dims]. */
  run(batch: Batch, options: EncodeOptions): Promise<Float32Array>
  /** Called once, when the encoder is disposed. */
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
    tokens: parts.tokens,
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
      const tokens = parts.tokens.tokenizer.encodeBatch(chunk, parts.capacityTokens, first)
      const start = first
      for (const batch of packBatches(tokens)) {
        while (running.length >= batchesInFlight) yield await finish()
        const truncated = overCapacity(tokens.counts, start, first, batch.texts, parts.capacityTokens)
        const vectors = parts.run(batch, options)
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
