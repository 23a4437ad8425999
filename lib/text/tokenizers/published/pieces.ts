import type { Pieces } from '../../../core/tokenizer.ts'
import { composablePairs } from '../pieces.ts'
import type { PublishedTokenizer } from './tokenizer.ts'

/**
 * What a tokenizer's tokens spell, for one that puts a space before words, as SentencePiece does.
 *
 * @param size of a model's vocabulary, which may be larger
 */
export function spacedPieces(tokenizer: PublishedTokenizer, size: number): Pieces {
  const [before] = tokenizer.encode('a')
  const begun = tokenizer.decode([before!])
  const spelled = Array.from({ length: size }, (_, id) =>
    // Behind another token, so that its space is told.
    tokenizer.decode([before!, id]).slice(begun.length),
  )
  const characters = new Set(spelled.join(''))
  return piecesOf(spelled, (ids) => tokenizer.decode(ids), composablePairs(characters))
}

/**
 * Pieces of what tokens spell, by id; of two equal ones the first is found.
 *
 * @param text of token ids
 * @param composable see Pieces
 */
export function piecesOf(
  spelled: readonly string[],
  text: Pieces['text'],
  composable: readonly string[] = [],
): Pieces {
  const ids = new Map<string, number>()
  for (const [id, piece] of spelled.entries()) if (piece !== '' && !ids.has(piece)) ids.set(piece, id)
  return {
    size: spelled.length,
    text,
    piece: (id) => spelled[id]!,
    find: (characters) => ids.get(characters),
    composable,
  }
}
