import { type ConceptHit, type Encoder, nearestConcepts, vectorsFrom } from 'vector-mamba'
import { type BatchFacts, type BatchQueue, batchQueue } from './batching/batch_queue.ts'
import type { LoadedParts } from './loader.ts'
import type { CheckedOptions } from './options.ts'

/** Rows that one request may have in a batch of texts: a request with a thousand lets others in between. */
const SLICE = 16
/** What a batch has at most: more gains little, and is waited for longer. */
const MOST_ROWS = 64
const MOST_TOKENS = 1024
/** Characters of a token, more or less. */
const TOKEN_CHARACTERS = 4

/** A text's vector and what it cost. */
export interface EncodedText {
  /** f32 [dims] */
  readonly vector: Float32Array
  /** Tokens that were read; 0 where the model, a service, does not tell. */
  readonly tokens: number
  readonly truncated: boolean
}

/** A vector to search for, and how many concepts are wanted. */
export interface SearchRow {
  /** f32 [dims] */
  readonly vector: Float32Array
  readonly k: number
}

/** Work that is not done in batches: its signal is aborted when nobody waits for it any more. */
export type Job = (signal: AbortSignal) => Promise<unknown>

export interface Work {
  readonly encode: BatchQueue<string, EncodedText>
  readonly search: BatchQueue<SearchRow, readonly ConceptHit[]>
  readonly predict: BatchQueue<Job, unknown>
  readonly invert: BatchQueue<Job, unknown>
  readonly generate: BatchQueue<Job, unknown>
}

export type QueueName = keyof Work

/** Inversions and predictions that run at the same time. */
const JOBS = 2

/** The queues of all that takes time. */
export function workOf(
  parts: LoadedParts,
  { threads, timeouts, queues }: CheckedOptions,
  onBatch: (queue: QueueName, facts: BatchFacts) => void,
): Work {
  const named = (name: QueueName) => ({
    name,
    limit: queues[name],
    onBatch: (facts: BatchFacts) => onBatch(name, facts),
  })
  const jobs = (name: QueueName, atOnce: number): BatchQueue<Job, unknown> =>
    batchQueue({
      ...named(name),
      run: async ([job], signal) => [await job!(signal)],
      ...{ slice: 1, mostRows: 1, atOnce, deadline: timeouts.long },
    })
  return {
    encode: batchQueue({
      ...named('encode'),
      run: (texts, signal) => encodeTexts(parts.get('encoder'), texts, { signal, threads }),
      ...{ slice: SLICE, mostRows: MOST_ROWS, atOnce: 1, deadline: timeouts.answer },
      mostWeight: MOST_TOKENS,
      weigh: (text) => Math.min(text.length / TOKEN_CHARACTERS, parts.get('encoder').capacityTokens),
    }),
    search: batchQueue({
      ...named('search'),
      run: async (rows, signal) => {
        const { dims, space } = parts.get('encoder')
        const vectors = vectorsFrom(
          rows.map(({ vector }) => vector),
          dims,
          space,
        )
        const most = rows.reduce((k, row) => Math.max(k, row.k), 1)
        const hits = await nearestConcepts(parts.get('concepts'), vectors, most, { signal, threads })
        return hits.map((found, i) => found.slice(0, rows[i]!.k))
      },
      ...{ slice: SLICE, mostRows: MOST_ROWS, atOnce: 1, deadline: timeouts.answer },
    }),
    predict: jobs('predict', JOBS),
    invert: jobs('invert', JOBS),
    generate: jobs('generate', 1),
  }
}

/** Runs one job in its turn. */
export async function runJob<T>(
  queue: BatchQueue<Job, unknown>,
  signal: AbortSignal,
  job: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const [result] = await queue.submit([job], signal)
  return result as T
}

async function encodeTexts(
  encoder: Encoder,
  texts: readonly string[],
  options: { readonly signal: AbortSignal; readonly threads: number | undefined },
): Promise<EncodedText[]> {
  const { vectors, truncated, tokens } = await encoder.encode(texts, options)
  const cut = new Set(truncated)
  return texts.map((_, i) => ({ vector: vectors.row(i), tokens: tokens?.[i] ?? 0, truncated: cut.has(i) }))
}
