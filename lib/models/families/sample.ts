import type { TokenizerAbout, Tokens } from '../../core/tokenizer.ts'
import { makeTokens } from '../../text/tokenizers/tokens.ts'

/** Of the samples of families whose published tokens are of other kinds. */
export const SAMPLE_TOKENIZER: TokenizerAbout = {
  kind: 'unigram',
  file: 'vocabulary.json',
  reserved: 3,
  start: 1,
  end: 2,
}

/** Tokens for the sample of a family: control symbols, the separator, the letters, and some pieces of two letters. */
export function sampleTokens(about: TokenizerAbout, size: number): Tokens {
  const letters = [...'▁abcdefghijklmnopqrstuvwxyz', ...['th', 'he', 'in', 'er', 'an', 're', 'on']]
  const pieces = [...Array.from({ length: about.reserved }, (_, i) => `<${i}>`), ...letters]
  return makeTokens(about, JSON.stringify(pieces.slice(0, size).map((piece, i) => [piece, -1 - i / size])))
}
