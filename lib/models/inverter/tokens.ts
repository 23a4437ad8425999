import { join } from 'node:path'
import { createPieces, type Pieces } from '../../text/tokenizers/pieces.ts'
import {
  createUnigramTokenizer,
  type UnigramTokenizer,
  type UnigramVocabulary,
} from '../../text/tokenizers/unigram.ts'
import { readVocabulary } from '../../text/tokenizers/vocabulary.ts'
import { USE_LITE, useLiteBundle } from '../families/use_lite/convert.ts'

/** The tokens that an inverter writes. */
export interface Tokens {
  readonly tokenizer: UnigramTokenizer
  readonly pieces: Pieces
  readonly vocabulary: UnigramVocabulary
}

/** Ids of the vocabulary that no text has. `START` and `END` are its control symbols <s> and </s>. */
export const RESERVED = 6
export const START = 1
export const END = 2

/** Tokens of a vocabulary whose first RESERVED ids are control symbols. */
export function tokensOf(vocabulary: UnigramVocabulary): Tokens {
  return {
    vocabulary,
    tokenizer: createUnigramTokenizer(vocabulary, RESERVED),
    pieces: createPieces(vocabulary, RESERVED),
  }
}

/** The tokens of Universal Sentence Encoder Lite: 8,000 unigram pieces. Throws as useLiteBundle does. */
export async function useLiteTokens(
  options: { readonly cacheDir?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<Tokens> {
  const folder = await useLiteBundle({
    ...(options.cacheDir === undefined ? {} : { cache: options.cacheDir }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
  return tokensOf(await readVocabulary(join(folder, USE_LITE.vocabulary)))
}
