import { componentOf, type Field, isGiven, member, objectOf } from '../fields.ts'
import type { Model } from '../parts.ts'
import { bpeOf } from './bpe.ts'
import { unigramOf } from './unigram.ts'
import { wordPieceOf } from './word_piece.ts'

/**
 * The `model` of a tokenizer.json. Older files do not say its type: what they hold does.
 *
 * @throws VmmError UNSUPPORTED naming an unknown type; BAD_FILE
 */
export function modelOf(field: Field): Model {
  if (isGiven(member(field, 'type'))) return componentOf(field, makers, 'model')
  const type = isGiven(member(field, 'merges'))
    ? 'BPE'
    : Array.isArray(member(field, 'vocab').value)
      ? 'Unigram'
      : 'WordPiece'
  return componentOf({ ...field, value: { ...objectOf(field), type } }, makers, 'model')
}

const makers: Readonly<Record<string, (field: Field) => Model>> = {
  WordPiece: wordPieceOf,
  Unigram: unigramOf,
  BPE: bpeOf,
}
