import type { Encoder } from '../../core/encoder.ts'

/** Characters of a token in the mean: of Latin letters, of other alphabets, of scripts that write words or syllables. */
const LATIN = 3.5
const OTHER = 2
const SYLLABIC = 1

/** How many tokens a model reads a text as. It is guessed by the characters where the model does not tell. */
export function tokenCounter({ tokens }: Pick<Encoder, 'tokens'>): (text: string) => number {
  return tokens === null ? guessTokens : (text) => tokens.tokenizer.encode(text).length
}

function guessTokens(text: string): number {
  let sum = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    sum += 1 / (unit < 0x370 ? LATIN : unit < 0x2e80 ? OTHER : SYLLABIC)
  }
  return Math.ceil(sum)
}
