import { VmmError } from '../../../../core/errors.ts'
import type { Steps } from '../../steps.ts'
import { buildTrie, childOf } from '../../trie.ts'
import { LONGEST_TEXT } from '../bounds.ts'
import { unitsAt } from '../characters.ts'
import { countOf, type Field, member, placeOf, textOf } from '../fields.ts'
import type { Model } from '../parts.ts'
import { remembered } from './remembered.ts'
import { vocabularyOf } from './vocabulary.ts'

/**
 * A model of type WordPiece: a word is its longest known beginning, then the longest known continuation, and so on; a
 * word with a part that is not known is unknown.
 *
 * Source: Devlin et al. 2018, "BERT" (arXiv 1810.04805), section 3.
 *
 * @throws VmmError BAD_FILE
 */
export function wordPieceOf(field: Field): Model {
  const { ids, tokens } = vocabularyOf(member(field, 'vocab'))
  const unknown = textOf(member(field, 'unk_token'), '[UNK]')
  const prefix = textOf(member(field, 'continuing_subword_prefix'), '##')
  const most = countOf(member(field, 'max_input_chars_per_word'), LONGEST_TEXT, 100)
  const unkId = ids.get(unknown)
  if (unkId === undefined)
    throw new VmmError(
      'BAD_FILE',
      `${placeOf(field)}.unk_token: the vocabulary has no ${JSON.stringify(unknown)}`,
    )
  const idOfPiece = Int32Array.from([-1, ...ids.values()])
  const trie = buildTrie(['', ...ids.keys()], 1) // piece 0 is none
  let inner = 0
  let hasInner = true
  for (const character of prefix) {
    inner = childOf(trie, inner, character.codePointAt(0)!)
    hasInner &&= inner !== 0
  }

  /** Adds the pieces of a word from a place on to another at least; returns where they end, or -1. */
  const piecesFrom = (word: string, from: number, to: number, out: number[]): number => {
    let at = from
    while (at < word.length && at < to) {
      if (at > 0 && !hasInner) return -1
      let node = at === 0 ? 0 : inner
      let piece = 0
      let end = at
      for (let next = at; next < word.length; ) {
        const point = word.codePointAt(next)!
        node = childOf(trie, node, point)
        if (node === 0) break
        next += point > 0xffff ? 2 : 1
        if (trie.piece[node] === 0) continue
        piece = trie.piece[node]!
        end = next
      }
      if (piece === 0) return -1
      out.push(idOfPiece[piece]!)
      at = end
    }
    return at
  }
  const encode = (word: string): readonly number[] => {
    const out: number[] = []
    return isLonger(word, most) || piecesFrom(word, 0, word.length, out) < 0 ? [unkId] : out
  }
  const encodeInSteps = function* (word: string, units: number): Steps<readonly number[]> {
    if (isLonger(word, most)) return [unkId]
    const out: number[] = []
    for (let at = 0; at < word.length; ) {
      const end = piecesFrom(word, at, at + units, out)
      if (end < 0) return [unkId]
      yield end - at
      at = end
    }
    return out
  }
  return { tokens, unkId, idOf: (token) => ids.get(token), encode: remembered(encode), encodeInSteps }
}

/** Whether a text has more characters than so many. */
function isLonger(text: string, most: number): boolean {
  if (text.length <= most) return false
  let at = 0
  for (let count = 0; count < most && at < text.length; count++) at += unitsAt(text, at)
  return at < text.length
}
