import { workingLifetime } from '../../core/disposable.ts'
import type { EncodedBlock, EncodeOptions, Encoder, Texts, TokenGuide } from '../../core/encoder.ts'
import { badArgument, describe } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { joinBlocks } from '../../core/rows.ts'
import { CALL_OPTIONS, checkRunOptions } from '../../core/run_options.ts'
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

const ENCODE_OPTIONS = { ...CALL_OPTIONS, onProgress: true } as const satisfies OptionNames<EncodeOptions>

export function makeEncoder(parts: EncoderParts): Encoder {
  const life = workingLifetime(`${parts.name}: the model was disposed`, () => parts.dispose())
  const blocks = (texts: Texts, options: EncodeOptions = {}, run: EncoderParts['run'] = parts.run) => {
    refuseUnknown(options, ENCODE_OPTIONS)
    return blocksOf({ ...parts, run }, texts, options)
  }
  const { guide } = parts
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
    encode: (texts, options) =>
      life.during(async () => {
        const rows: Float32Array[] = []
        const truncated: number[] = []
        for await (const block of blocks(texts, options)) {
          rows.push(block.data)
          for (const index of block.truncated) truncated.push(index)
        }
        return { vectors: trustedVectors([joinBlocks(rows)], parts.dims, parts.space), truncated }
      }),
    ...life.ends,
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
