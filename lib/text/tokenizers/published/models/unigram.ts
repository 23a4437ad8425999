import { describe, VmmError } from '../../../../core/errors.ts'
import { isCharacterStart, type Steps } from '../../steps.ts'
import { buildTrie, childOf } from '../../trie.ts'
import { LONGEST_TOKEN, MOST_CHARACTERS, MOST_TOKENS } from '../bounds.ts'
import { byteTokensOf } from '../byte_tokens.ts'
import { countOf, type Field, flagOf, listOf, member, placeOf, wrong } from '../fields.ts'
import type { Model } from '../parts.ts'
import { remembered } from './remembered.ts'

/** How much less likely than the least likely piece a character is that no piece has. */
const PENALTY = 10
/** Symbols that arrays are kept for. */
const KEPT = 1 << 16
/** Where no way is known to end. */
const NONE = -1

/**
 * A model of type Unigram: of all ways to make a word of pieces the one with the highest sum of scores; between equal
 * sums the first that is found, which has the longest last piece. Unknown characters in a row are one.
 *
 * Source: Kudo 2018, "Subword Regularization" (arXiv 1804.10959), section 3.2; the rules for what is equal or unknown
 * are those of the Rust crate and differ from lib/text/tokenizers/unigram.ts.
 *
 * @throws VmmError BAD_FILE
 */
export function unigramOf(field: Field): Model {
  const vocabulary = member(field, 'vocab')
  const { pieces, scores } = piecesOf(vocabulary)
  if (pieces.length === 0) throw wrong(vocabulary, 'pieces')
  const unkId = countOf(member(field, 'unk_id'), pieces.length - 1)
  const ids = new Map<string, number>()
  for (let id = 0; id < pieces.length; id++) ids.set(pieces[id]!, id)
  const bytes = flagOf(member(field, 'byte_fallback'), false) ? byteTokensOf(ids) : null
  const unknown = scores.reduce((least, score) => Math.min(least, score)) - PENALTY
  const trie = buildTrie(['', ...pieces], 1) // piece 0 is none
  let scratch = makeScratch(64)

  /** Viterbi: the best ways that go on from some of the symbols. */
  const search = ({ symbols, best, from, token }: Scratch, first: number, to: number, count: number) => {
    const reach = (begin: number, end: number, score: number, id: number) => {
      if (from[end]! >= 0 && score <= best[end]!) return
      best[end] = score
      from[end] = begin
      token[end] = id
    }
    for (let begin = first; begin < to; begin++) {
      const base = best[begin]!
      let hasSingle = false
      let node = 0
      for (let at = begin; at < count; at++) {
        node = childOf(trie, node, symbols[at]!)
        if (node === 0) break
        const piece = trie.piece[node]!
        if (piece === 0) continue
        hasSingle ||= at === begin
        reach(begin, at + 1, base + scores[piece - 1]!, piece - 1)
      }
      if (!hasSingle) reach(begin, begin + 1, base + unknown, unkId)
    }
  }
  const encode = (word: string): readonly number[] => {
    if (word.length > scratch.symbols.length) scratch = makeScratch(2 * word.length)
    const count = readSymbols(word, 0, word.length, scratch, 0)
    search(scratch, 0, count, count)
    const out: number[] = []
    traceBack(scratch, count, 0, out)
    if (scratch.symbols.length > KEPT) scratch = makeScratch(64)
    return out.reverse()
  }
  /** In memory of its own: other words may be read between the steps. */
  function* encodeInSteps(word: string, units: number): Steps<readonly number[]> {
    const own = makeScratch(word.length)
    let count = 0
    for (let at = 0; at < word.length; at += units) {
      count = readSymbols(word, at, Math.min(word.length, at + units), own, count)
      yield units
    }
    for (let begin = 0; begin < count; begin += units) {
      search(own, begin, Math.min(count, begin + units), count)
      yield units
    }
    const out: number[] = []
    for (let end = count; end > 0; ) {
      const next = traceBack(own, end, Math.max(0, end - units), out)
      yield end - next
      end = next
    }
    return out.reverse()
  }

  /** Lists the tokens of the best way to a place, the last one first, back to another place at least; returns where. */
  const traceBack = ({ symbols, from, token }: Scratch, last: number, to: number, out: number[]): number => {
    let end = last
    while (end > to) {
      let begin = from[end]!
      if (token[end] !== unkId) out.push(token[end]!)
      else {
        while (begin > 0 && token[begin] === unkId) begin = from[begin]!
        const own = bytes?.(
          Array.from(symbols.subarray(begin, end), (point) => String.fromCodePoint(point)).join(''),
        )
        if (own) for (let i = own.length; i-- > 0; ) out.push(own[i]!)
        else out.push(unkId)
      }
      end = begin
    }
    return end
  }
  return { tokens: pieces, unkId, idOf: (piece) => ids.get(piece), encode: remembered(encode), encodeInSteps }
}

/** Writes the code points that begin in a part of a text behind those before; returns how many there are. */
function readSymbols(
  text: string,
  from: number,
  to: number,
  { symbols, from: ways }: Scratch,
  before: number,
): number {
  let count = before
  for (let at = isCharacterStart(text, from) ? from : from + 1; at < to; at++) {
    const point = text.codePointAt(at)!
    if (point > 0xffff) at++
    symbols[count++] = point
    ways[count] = NONE
  }
  return count
}

function piecesOf(field: Field): { readonly pieces: string[]; readonly scores: Float64Array } {
  const list = listOf(field, MOST_TOKENS)
  const pieces: string[] = []
  const scores = new Float64Array(list.length)
  let characters = 0
  for (let id = 0; id < list.length; id++) {
    const entry = list[id]
    const [piece, score]: readonly unknown[] = Array.isArray(entry) ? entry : []
    if (typeof piece !== 'string' || typeof score !== 'number' || !Number.isFinite(score))
      throw brokenPiece(field, id, `got ${describe(entry)}; expected [piece, score]`)
    if (piece.length > LONGEST_TOKEN) throw brokenPiece(field, id, `more than ${LONGEST_TOKEN} characters`)
    characters += piece.length
    pieces.push(piece)
    scores[id] = score
  }
  if (characters > MOST_CHARACTERS)
    throw new VmmError('BAD_FILE', `${placeOf(field)}: more than ${MOST_CHARACTERS} characters in all`)
  return { pieces, scores }
}

function brokenPiece(field: Field, id: number, problem: string): VmmError {
  return new VmmError('BAD_FILE', `${placeOf(field)}[${id}]: ${problem}`)
}

interface Scratch {
  readonly symbols: Int32Array
  readonly best: Float64Array
  readonly from: Int32Array
  readonly token: Int32Array
}

function makeScratch(symbols: number): Scratch {
  return {
    symbols: new Int32Array(symbols),
    best: new Float64Array(symbols + 1),
    from: new Int32Array(symbols + 1),
    token: new Int32Array(symbols + 1),
  }
}
