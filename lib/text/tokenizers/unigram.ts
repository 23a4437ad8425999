import { check, VmmError } from '../../core/errors.ts'
import type { Tokenizer } from '../../core/tokenizer.ts'
import { nfkc } from './nfkc.ts'
import { buildTrie, childOf, type Trie } from './trie.ts'

/** A SentencePiece unigram vocabulary: id -> [piece, natural log of its probability]. */
export type UnigramVocabulary = readonly (readonly [piece: string, score: number])[]

const SPACE = 0x20
const SEPARATOR = 0x2581 // SentencePiece writes a space as "▁"
const UNKNOWN = 0
/** Pieces of a vocabulary, and UTF-16 units of a piece: several times what any published one has. */
const MOST_PIECES = 1 << 20
const LONGEST_PIECE = 1024
/** Texts longer than this get arrays of their own, so that one huge text does not stay in memory. */
const KEPT_SYMBOLS = 1 << 16

type Scratch = { symbols: Int32Array; best: Float64Array; token: Int32Array }

/**
 * Makes a tokenizer that returns the same ids as the tokenizer published with Universal Sentence Encoder Lite.
 *
 * A text is NFKC-normalised, prefixed by "▁", its spaces become "▁" (other white space stays), and the pieces
 * with the highest sum of scores win; between equal sums the shorter last piece wins. A symbol that begins no
 * piece is unknown (id 0, score 0); consecutive unknowns count as one. Ids below `reserved` are never matched.
 * Work and memory are linear in the length of the text: at most `longest piece` steps per symbol.
 *
 * Source: Kudo 2018, "Subword Regularization" (arXiv 1804.10959), section 3.2.
 *
 * @param vocabulary pieces and scores in the order of their ids; `parseVocabulary` reads one
 * @param reserved   how many ids at the start are control symbols
 * @throws VmmError BAD_ARGUMENT when `reserved` does not leave a piece
 */
export function createUnigramTokenizer(vocabulary: UnigramVocabulary, reserved: number): Tokenizer {
  check(
    Number.isInteger(reserved) && reserved >= 1 && reserved < vocabulary.length,
    'reserved',
    reserved,
    `an integer from 1 to ${vocabulary.length - 1}`,
  )
  const pieces = vocabulary.map(([piece]) => piece)
  const scores = Float64Array.from(vocabulary, ([, score]) => score)
  const lengths = Int32Array.from(pieces, (piece, id) => (id < reserved ? 1 : [...piece].length))
  const trie = buildTrie(pieces, reserved)
  const kept = makeScratch(256)
  let scratch = kept

  /** Leaves the ids of `text` at the end of `scratch.token` and returns where they start and end. */
  const tokenize = (text: string, argument: string): { begin: number; end: number } => {
    check(typeof text === 'string', argument, text, 'a string')
    const normal = nfkc(text, argument)
    if (normal.length === 0) return { begin: 0, end: 0 }
    const needed = normal.length + 2
    if (needed > scratch.symbols.length) scratch = makeScratch(Math.max(needed, 2 * scratch.symbols.length))
    const count = readSymbols(normal, scratch.symbols)
    search(trie, scores, scratch, count)
    return { begin: traceBack(scratch.token, lengths, count), end: count + 1 }
  }
  const release = () => {
    if (scratch.symbols.length > KEPT_SYMBOLS) scratch = kept
  }

  return {
    size: vocabulary.length,
    encode(text) {
      const { begin, end } = tokenize(text, 'text')
      const ids = scratch.token.slice(begin, end)
      release()
      return ids
    },
    encodeBatch(texts, capacity = Number.POSITIVE_INFINITY, first = 0) {
      check(Array.isArray(texts), 'texts', texts, 'an array of strings')
      check(
        capacity === Number.POSITIVE_INFINITY || (Number.isInteger(capacity) && capacity > 0),
        'capacity',
        capacity,
        'a positive integer',
      )
      let ids = new Int32Array(32 * texts.length)
      const offsets = new Int32Array(texts.length + 1)
      const counts = new Int32Array(texts.length)
      let used = 0
      for (let i = 0; i < texts.length; i++) {
        const { begin, end } = tokenize(texts[i]!, `texts[${first + i}]`)
        counts[i] = end - begin
        const stop = Math.min(end, begin + capacity)
        if (used + stop - begin > ids.length) ids = grown(ids, used + stop - begin)
        for (let at = begin; at < stop; at++) ids[used++] = scratch.token[at]!
        offsets[i + 1] = used
        release()
      }
      return { ids: ids.slice(0, used), offsets, counts }
    },
  }
}

/**
 * Checks a parsed vocabulary file: a JSON array of [piece, score] pairs. The published vocabulary of USE Lite
 * lost the scores of seven pieces with a colon; its tokenizer adds their `null` as 0, and so it is read here.
 *
 * @param value  what JSON.parse returned
 * @param source the file's name, for messages
 * @throws VmmError BAD_FILE naming the first entry that is not [string, finite number or null], or for more than 2^20
 *   pieces and pieces of more than 1024 UTF-16 units
 */
export function parseVocabulary(value: unknown, source: string): UnigramVocabulary {
  if (!Array.isArray(value)) throw new VmmError('BAD_FILE', `${source}: expected an array of [piece, score]`)
  if (value.length > MOST_PIECES)
    throw new VmmError('BAD_FILE', `${source}: ${value.length} pieces; at most ${MOST_PIECES} are read`)
  return value.map((entry: unknown, id) => {
    const [piece, score] = Array.isArray(entry) ? (entry as unknown[]) : []
    if (typeof piece !== 'string' || (score !== null && !Number.isFinite(score)))
      throw new VmmError('BAD_FILE', `${source}: entry ${id} is not [piece, score]`)
    if (piece.length > LONGEST_PIECE)
      throw new VmmError('BAD_FILE', `${source}: entry ${id} has more than ${LONGEST_PIECE} characters`)
    return [piece, score === null ? 0 : (score as number)] as const
  })
}

function makeScratch(size: number): Scratch {
  return { symbols: new Int32Array(size), best: new Float64Array(size), token: new Int32Array(size) }
}

function grown(ids: Int32Array, needed: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(needed, 2 * ids.length))
  larger.set(ids)
  return larger
}

/** Writes "▁" and the code points of `text` with "▁" for spaces; returns how many. */
function readSymbols(text: string, symbols: Int32Array): number {
  let count = 0
  symbols[count++] = SEPARATOR
  for (let at = 0; at < text.length; at++) {
    const point = text.codePointAt(at)!
    if (point > 0xffff) at++
    symbols[count++] = point === SPACE ? SEPARATOR : point
  }
  return count
}

/**
 * Viterbi: `token[end]` becomes the last piece of the best path to `end`. Starts ascend, so the later of two
 * equal sums is the shorter piece. A `best` of zero means "not reached yet", as in the published tokenizer: a
 * position that no piece ends at keeps score 0 and the unknown token.
 */
function search(trie: Trie, scores: Float64Array, { symbols, best, token }: Scratch, count: number): void {
  best.fill(0, 0, count + 1)
  token.fill(UNKNOWN, 0, count + 1)
  for (let start = 0; start < count; start++) {
    const base = best[start]!
    let matched = false
    let node = 0
    for (let at = start; at < count; at++) {
      node = childOf(trie, node, symbols[at]!)
      if (node === 0) break
      const id = trie.piece[node]!
      if (id === UNKNOWN) continue
      matched = true
      relax(best, token, at + 1, base + scores[id]!, id)
    }
    if (!matched) relax(best, token, start + 1, base, UNKNOWN)
  }
}

function relax(best: Float64Array, token: Int32Array, end: number, score: number, id: number): void {
  if (best[end] === 0 || score >= best[end]!) {
    best[end] = score
    token[end] = id
  }
}

/** Packs the best path into the tail of `token` (ending at index `count`); returns where it starts. */
function traceBack(token: Int32Array, lengths: Int32Array, count: number): number {
  let write = count + 1
  let unknownBefore = false
  for (let at = count; at > 0; ) {
    const id = token[at]!
    at -= lengths[id]!
    if (id !== UNKNOWN || !unknownBefore) token[--write] = id
    unknownBefore = id === UNKNOWN
  }
  return write
}
