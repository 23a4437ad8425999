import { join } from 'node:path'
import { USE_LITE, useLiteBundle } from '../../bundle/use_lite.ts'
import { createUnigramTokenizer, type UnigramTokenizer } from '../../text/unigram.ts'
import { readVocabulary } from '../vocabulary.ts'

/** The tokens that inverters write. */
export interface Tokens {
  readonly tokenizer: UnigramTokenizer
  /** Ids that no text has. */
  readonly start: number
  readonly end: number
}

/** The tokens of Universal Sentence Encoder Lite: 8,000 unigram pieces. */
export async function loadTokens(
  options: { readonly cacheDir?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<Tokens> {
  const folder = await useLiteBundle({
    ...(options.cacheDir === undefined ? {} : { cache: options.cacheDir }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
  const tokenizer = createUnigramTokenizer(await readVocabulary(join(folder, USE_LITE.vocabulary)))
  return { tokenizer, start: 1, end: 2 }
}
