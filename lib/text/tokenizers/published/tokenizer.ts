import { check } from '../../../core/errors.ts'
import { grown } from '../../../core/grown.ts'
import type { TokenBatch, Tokenizer } from '../../../core/tokenizer.ts'
import { byStretches, driven, isCharacterStart, STEP, type Steps } from '../steps.ts'
import { type AddedToken, type Cut, cutterOf } from './added_tokens.ts'
import { checkLength } from './bounds.ts'
import { wellFormed } from './characters.ts'
import type { Decoder, Model, Normalizer, PieceSink, PreTokenizer, Specials } from './parts.ts'

/** The tokenizer of a published model. Every text has the ids that its template puts around it. */
export interface PublishedTokenizer extends Tokenizer {
  /**
   * The text of token ids, without special tokens and ids that no token has.
   *
   * @throws VmmError BAD_ARGUMENT for what is no whole number from 0
   */
  decode(ids: ArrayLike<number>): string
  idOf(token: string): number | undefined
  /** The id that stands where a text has ended, as far as the files say it. */
  readonly padId: number | undefined
  /** The id of what the vocabulary cannot spell; byte-level vocabularies have none. */
  readonly unkId: number | undefined
}

/** What a tokenizer is put together from. */
export interface TokenizerParts {
  readonly normalize: Normalizer
  readonly preTokenize: PreTokenizer
  readonly model: Model
  readonly added: readonly AddedToken[]
  readonly specials: Specials
  readonly decoder: Decoder
  readonly padId: number | undefined
  /** Tokens of a text at most where encodeBatch is not told. */
  readonly maxTokens: number
}

/** Ids that are listed before they are packed. */
const MOST_LISTED = 1 << 15

/**
 * Puts a tokenizer together: added tokens are cut out of the text, then of what is normalised; the rest is split, and
 * the model gives the ids of each word.
 */
export function createPublishedTokenizer(parts: TokenizerParts): PublishedTokenizer {
  const { normalize, preTokenize, model, added, specials, decoder, padId, maxTokens } = parts
  const cutRaw = cutterOf(added.filter(({ isNormalized }) => !isNormalized))
  const cutNormalised = cutterOf(added.filter(({ isNormalized }) => isNormalized))
  const addedIds = new Map(added.map(({ content, id }) => [content, id]))
  const addedById = new Map(added.map((token) => [token.id, token]))
  const special = new Set(added.flatMap(({ isSpecial, content }) => (isSpecial ? [content] : [])))
  const { before, after } = specials
  const around = before.length + after.length
  const size = [...before, ...after, ...addedById.keys()].reduce(
    (most, id) => Math.max(most, id + 1),
    model.tokens.length,
  )

  const wordsInto = (out: number[]) => (piece: string) => {
    for (const id of model.encode(piece)) out.push(id)
  }

  /** The ids of a text without those around it. */
  const tokenize = (text: string, argument: string): number[] => {
    check(typeof text === 'string', argument, text, 'a string')
    checkLength(text.length, argument)
    const out: number[] = []
    const word = wordsInto(out)
    let length = 0
    const parts = cutRaw.whole(wellFormed(text))
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!
      if (typeof part === 'number') {
        out.push(part)
        continue
      }
      const normal = normalize.whole(part, argument)
      length += normal.length
      checkLength(length, argument)
      const pieces = cutNormalised.whole(normal)
      for (let j = 0; j < pieces.length; j++) {
        const piece = pieces[j]!
        if (typeof piece === 'number') out.push(piece)
        else preTokenize.whole(piece, i === 0 && j === 0, word)
      }
    }
    return out
  }

  /** The same of a text that is longer than a step. */
  function* tokenizeInSteps(text: string, argument: string, units: number): Steps<Int32Array> {
    checkLength(text.length, argument)
    const parts: Int32Array[] = []
    const out: number[] = []
    // One list of all would be copied whole as it grows.
    const put = () => {
      parts.push(new Int32Array(out))
      out.length = 0
    }
    const word = wordsInto(out)
    const sink: PieceSink = {
      short(piece) {
        word(piece)
        if (out.length >= MOST_LISTED) put()
      },
      *long(piece) {
        const ids = yield* model.encodeInSteps(piece, units)
        put()
        for (let at = 0; at < ids.length; at += units) {
          parts.push(new Int32Array(ids.slice(at, at + units)))
          yield units
        }
      },
    }
    let length = 0
    let read = 0
    const formed = yield* byStretches(text, units, isCharacterStart, wellFormed)
    for (const [i, part] of (yield* cutRaw.inSteps(formed, units)).entries()) {
      let pieces: Cut = [part]
      if (typeof part === 'string') {
        const isLong = part.length > units
        const normal = isLong
          ? yield* normalize.inSteps(part, argument, units)
          : normalize.whole(part, argument)
        length += normal.length
        checkLength(length, argument)
        pieces =
          normal.length > units ? yield* cutNormalised.inSteps(normal, units) : cutNormalised.whole(normal)
      }
      for (const [j, piece] of pieces.entries()) {
        const isFirst = i === 0 && j === 0
        if (typeof piece === 'string' && piece.length > units) {
          yield* preTokenize.inSteps(piece, isFirst, sink, units)
          continue
        }
        if (typeof piece === 'number') out.push(piece)
        else preTokenize.whole(piece, isFirst, sink.short)
        read += typeof piece === 'number' ? 1 : piece.length
        if (read < units) continue
        yield read
        read = 0
      }
    }
    put()
    return joined(parts)
  }

  function* encodeBatchSteps(
    texts: readonly string[],
    capacity: number = maxTokens,
    first = 0,
    units: number = STEP,
  ): Steps<TokenBatch> {
    check(Array.isArray(texts), 'texts', texts, 'an array of strings')
    check(
      capacity === Number.POSITIVE_INFINITY ||
        (Number.isInteger(capacity) && capacity >= Math.max(1, around)),
      'capacity',
      capacity,
      around < 2 ? 'a positive integer' : `an integer from ${around} on, the special tokens of every text`,
    )
    let ids = new Int32Array(32 * texts.length)
    const offsets = new Int32Array(texts.length + 1)
    const counts = new Int32Array(texts.length)
    let used = 0
    let read = 0
    for (let i = 0; i < texts.length; i++) {
      const text = texts[i]!
      const argument = `texts[${first + i}]`
      if (read >= units) {
        yield read
        read = 0
      }
      const isLong = typeof text === 'string' && text.length > units
      const own = isLong ? yield* tokenizeInSteps(text, argument, units) : tokenize(text, argument)
      if (!isLong) read += text.length
      counts[i] = own.length + around
      const kept = Math.min(own.length, capacity - around)
      ids = grown(ids, used + kept + around, (n) => new Int32Array(n))
      for (const id of before) ids[used++] = id
      for (let at = 0; at < kept; at++) ids[used++] = own[at]!
      for (const id of after) ids[used++] = id
      offsets[i + 1] = used
    }
    return { ids: ids.slice(0, used), offsets, counts }
  }

  return {
    size,
    padId,
    unkId: model.unkId,
    encode: (text) => Int32Array.from([...before, ...tokenize(text, 'text'), ...after]),
    encodeBatch: (texts, capacity, first) =>
      driven(encodeBatchSteps(texts, capacity, first, Number.POSITIVE_INFINITY)),
    encodeBatchSteps,
    decode(ids) {
      const tokens: string[] = []
      for (let i = 0; i < ids.length; i++) {
        const id = ids[i]!
        check(Number.isInteger(id) && id >= 0, `ids[${i}]`, id, 'a whole number from 0')
        const token = addedById.get(id)?.text ?? model.tokens[id]
        if (token !== undefined && !special.has(token)) tokens.push(token)
      }
      return tokens.length === 0 ? '' : decoder(tokens).join('')
    },
    idOf: (token) => addedIds.get(token) ?? model.idOf(token),
  }
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
