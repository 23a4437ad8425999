import { check, VmmError } from '../../core/errors.ts'
import { grown } from '../../core/grown.ts'
import type { TokenBatch, Tokenizer } from '../../core/tokenizer.ts'
import { nfkc, nfkcSteps } from './nfkc.ts'
import { driven, isCharacterStart, STEP, type Steps } from './steps.ts'
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
    const { symbols, best, token } = scratch
    const count = readSymbols(normal, 0, normal.length, symbols, begun(symbols))
    best.fill(0, 0, count + 1)
    token.fill(UNKNOWN, 0, count + 1)
    search(trie, scores, scratch, 0, count, count)
    const path = { at: count, write: count + 1, unknownBefore: false }
    traceBack(token, lengths, path, 0)
    return { begin: path.write, end: count + 1 }
  }
  const release = () => {
    if (scratch.symbols.length > KEPT_SYMBOLS) scratch = kept
  }

  /** The ids of a long text, in memory of its own: other texts may be read between the steps. */
  function* tokenizeSteps(text: string, argument: string, units: number): Steps<Int32Array> {
    const normal = yield* nfkcSteps(text, argument, units)
    const own = makeScratch(normal.length + 2)
    let count = begun(own.symbols)
    for (let at = 0; at < normal.length; at += units) {
      count = readSymbols(normal, at, Math.min(normal.length, at + units), own.symbols, count)
      yield units
    }
    for (let start = 0; start < count; start += units) {
      search(trie, scores, own, start, Math.min(count, start + units), count)
      yield units
    }
    const path = { at: count, write: count + 1, unknownBefore: false }
    while (path.at > 0) {
      traceBack(own.token, lengths, path, Math.max(0, path.at - units))
      yield units
    }
    return own.token.subarray(path.write, count + 1)
  }

  function* encodeBatchSteps(
    texts: readonly string[],
    capacity: number = Number.POSITIVE_INFINITY,
    first = 0,
    units: number = STEP,
  ): Steps<TokenBatch> {
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
    const add = (i: number, from: Int32Array, begin: number, end: number) => {
      counts[i] = end - begin
      const stop = Math.min(end, begin + capacity)
      ids = grown(ids, used + stop - begin, (n) => new Int32Array(n))
      for (let at = begin; at < stop; at++) ids[used++] = from[at]!
      offsets[i + 1] = used
    }
    let read = 0
    for (let i = 0; i < texts.length; i++) {
      const text = texts[i]!
      const argument = `texts[${first + i}]`
      if (read >= units) {
        yield read
        read = 0
      }
      if (typeof text === 'string' && text.length > units) {
        const own = yield* tokenizeSteps(text, argument, units)
        add(i, own, 0, own.length)
        continue
      }
      const { begin, end } = tokenize(text, argument)
      add(i, scratch.token, begin, end)
      release()
      read += text.length
    }
    return { ids: ids.slice(0, used), offsets, counts }
  }

  return {
    size: vocabulary.length,
    encode(text) {
      const { begin, end } = tokenize(text, 'text')
      const ids = scratch.token.slice(begin, end)
      release()
      return ids
    },
    encodeBatch: (texts, capacity, first) =>
      driven(encodeBatchSteps(texts, capacity, first, Number.POSITIVE_INFINITY)),
    encodeBatchSteps,
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

/** Writes the "▁" that every text begins with; returns how many symbols there are. */
function begun(symbols: Int32Array): number {
  symbols[0] = SEPARATOR
  return 1
}

/** Writes the code points that begin in a part of `text`, "▁" for spaces, behind `before` symbols; returns how many. */
function readSymbols(text: string, from: number, to: number, symbols: Int32Array, before: number): number {
  let count = before
  for (let at = isCharacterStart(text, from) ? from : from + 1; at < to; at++) {
    const point = text.codePointAt(at)!
    if (point > 0xffff) at++
    symbols[count++] = point === SPACE ? SEPARATOR : point
  }
  return count
}

/**
 * Viterbi from some starts on: `token[end]` becomes the last piece of the best path to `end`. Starts ascend, so the later
 * of two equal sums is the shorter piece. A `best` of zero means "not reached yet", as in the published tokenizer: a
 * position that no piece ends at keeps score 0 and the unknown token.
 */
function search(
  trie: Trie,
  scores: Float64Array,
  { symbols, best, token }: Scratch,
  from: number,
  to: number,
  count: number,
): void {
  for (let start = from; start < to; start++) {
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

/** How far the best path has been followed back: its tokens are packed where `write` is, behind which it ends. */
interface Path {
  at: number
  write: number
  unknownBefore: boolean
}

/** Packs the best path into the tail of `token`, back to `to` or before. */
function traceBack(token: Int32Array, lengths: Int32Array, path: Path, to: number): void {
  let { at, write, unknownBefore } = path
  while (at > to) {
    const id = token[at]!
    at -= lengths[id]!
    if (id !== UNKNOWN || !unknownBefore) token[--write] = id
    unknownBefore = id === UNKNOWN
  }
  path.at = at
  path.write = write
  path.unknownBefore = unknownBefore
}
