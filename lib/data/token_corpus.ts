import { setImmediate } from 'node:timers/promises'
import type { Tokenizer } from '../core/tokenizer.ts'

/** Documents as tokens, one after another: a place is an index into `ids`. */
export interface TokenCorpus {
  /** The tokens of all sentences, each with its end behind it, i32. */
  readonly ids: Int32Array
  /** The place where each sentence begins, and that behind the last one. */
  readonly sentences: Int32Array
  /** The first sentence of each document, and the number of sentences. */
  readonly documents: Int32Array
}

export interface TokenCorpusOptions {
  /** The token behind each sentence. */
  readonly end: number
  readonly signal?: AbortSignal | undefined
  /** Called with the sentences done so far. */
  readonly onProgress?: ((sentences: number) => void) | undefined
}

/** Sentences between two looks at the signal. */
const PAUSE = 4096

/** Tokens of documents. Sentences without tokens are left out, and documents without sentences. */
export async function tokenCorpus(
  texts: Iterable<{ readonly sentences: readonly string[] }>,
  tokenizer: Tokenizer,
  { end, signal, onProgress }: TokenCorpusOptions,
): Promise<TokenCorpus> {
  const parts: Int32Array[] = []
  const sentences = [0]
  const documents = [0]
  let used = 0
  let paused = 0
  for (const { sentences: own } of texts) {
    const { ids, offsets } = tokenizer.encodeBatch(own)
    const part = new Int32Array(ids.length + own.length)
    let at = 0
    for (let i = 0; i < own.length; i++) {
      const tokens = ids.subarray(offsets[i]!, offsets[i + 1]!)
      if (tokens.length === 0) continue
      part.set(tokens, at)
      at += tokens.length
      part[at++] = end
      sentences.push(used + at)
    }
    if (at === 0) continue
    used += at
    parts.push(part.subarray(0, at))
    documents.push(sentences.length - 1)
    if (sentences.length - paused < PAUSE) continue
    paused = sentences.length
    onProgress?.(paused - 1)
    await setImmediate()
    signal?.throwIfAborted()
  }
  onProgress?.(sentences.length - 1)
  const ids = new Int32Array(used)
  let place = 0
  for (const part of parts) {
    ids.set(part, place)
    place += part.length
  }
  return { ids, sentences: Int32Array.from(sentences), documents: Int32Array.from(documents) }
}
