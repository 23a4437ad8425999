import { orAborted } from '../../core/aborts.ts'
import type { Encoder } from '../../core/encoder.ts'
import { lengthOf } from '../../core/rows.ts'
import { makeBatchEncoder, type TextBatch } from '../encoder/batch_encoder.ts'
import type { VectorCache } from './cache.ts'
import type { RemoteSettings } from './options.ts'
import type { EmbeddingService } from './service.ts'

interface SentBatch extends TextBatch {
  readonly first: number
  readonly sent: readonly string[]
}

/** Services bound the tokens of a request as well, OpenAI 300,000; hardly a text has more tokens than characters. */
const CHUNK_CHARACTERS = 1 << 18

/** An encoder of what a service gives. Equal texts of a batch, and those in the cache, are not asked for. */
export function remoteEncoder(
  settings: RemoteSettings,
  service: EmbeddingService,
  cache: VectorCache | null,
): Encoder {
  const { model, space, dims, capacityTokens, fingerprint, batch, concurrency, normalise } = settings
  const rowsOf = async ({ first, sent }: SentBatch, signal: AbortSignal | undefined) => {
    const texts = [...new Set(sent)]
    const known = (await cache?.read(texts, signal)) ?? new Map<string, Float32Array>()
    signal?.throwIfAborted()
    const missing = texts.filter((text) => !known.has(text))
    if (missing.length === 0) return known
    const about = sent.length === 1 ? `texts[${first}]` : `texts[${first} … ${first + sent.length - 1}]`
    const rows = await service.vectors(missing, about, signal)
    const given = new Map(missing.map((text, i) => [text, rows[i]!]))
    await cache?.write(given)
    return new Map([...known, ...given])
  }
  const run = async (texts: SentBatch, signal: AbortSignal | undefined): Promise<Float32Array> => {
    const rows = await rowsOf(texts, signal)
    const all = new Float32Array(texts.sent.length * dims)
    for (const [i, text] of texts.sent.entries()) all.set(rows.get(text)!, i * dims)
    if (normalise) for (let at = 0; at < all.length; at += dims) scale(all.subarray(at, at + dims))
    return all
  }
  return makeBatchEncoder<SentBatch>({
    name: model,
    space,
    dims,
    capacityTokens,
    fingerprint,
    tokens: null,
    guide: null,
    chunk: { texts: batch, characters: CHUNK_CHARACTERS },
    batchesInFlight: concurrency,
    batches: (chunk, first) => [
      { texts: chunk.length, truncated: [], tokens: null, first, sent: chunk.map(sendable) },
    ],
    tokenBatches: null,
    // Vectors that have come are still written to the cache when nobody waits for them.
    run: (texts, { signal }) => orAborted(run(texts, signal), signal!),
    dispose: () => {},
  })
}

/** A text as it is sent: services refuse the empty string, and what is no Unicode. */
function sendable(text: string): string {
  return text === '' ? ' ' : Buffer.from(text).toString()
}

/** To length 1, where it is not 0. */
function scale(row: Float32Array): void {
  const length = lengthOf(row)
  if (length > 0) for (let i = 0; i < row.length; i++) row[i]! /= length
}
