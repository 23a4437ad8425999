import type { EncodeResult, Encoder } from 'vector-mamba'
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
  /** Tokens that were read. */
  readonly tokens: number
  readonly truncated: boolean
}

export interface Work {
  readonly encode: BatchQueue<string, EncodedText>
}

export type QueueName = keyof Work

/** The queues of all that takes time. */
export function workOf(
  parts: LoadedParts,
  { threads, timeouts, queues }: CheckedOptions,
  onBatch: (queue: QueueName, facts: BatchFacts) => void,
): Work {
  return {
    encode: batchQueue({
      name: 'encode',
      run: (texts, signal) => encodeTexts(parts.get('encoder'), texts, { signal, threads }),
      ...{ slice: SLICE, mostRows: MOST_ROWS, atOnce: 1 },
      mostWeight: MOST_TOKENS,
      weigh: (text) => Math.min(text.length / TOKEN_CHARACTERS, parts.get('encoder').capacityTokens),
      ...{ limit: queues.encode, deadline: timeouts.answer },
      onBatch: (facts) => onBatch('encode', facts),
    }),
  }
}

async function encodeTexts(
  encoder: Encoder,
  texts: readonly string[],
  options: { readonly signal: AbortSignal; readonly threads: number | undefined },
): Promise<EncodedText[]> {
  const result = await encoder.encode(texts, options)
  const cut = new Set(result.truncated)
  const counts = tokensOf(result, encoder, texts)
  return texts.map((_, i) => ({
    vector: result.vectors.row(i),
    tokens: counts[i]!,
    truncated: cut.has(i),
  }))
}

function tokensOf(
  { tokens }: EncodeResult & { readonly tokens?: ArrayLike<number> },
  { tokens: reader, capacityTokens }: Encoder,
  texts: readonly string[],
): ArrayLike<number> {
  const count = (text: string) => Math.min(reader?.tokenizer.encode(text).length ?? 0, capacityTokens)
  return tokens ?? texts.map(count)
}
