import { check } from '../../../core/errors.ts'
import type { Tokenizer } from '../../../core/tokenizer.ts'
import { type AddedToken, cutterOf } from './added_tokens.ts'
import { checkLength } from './bounds.ts'
import { wellFormed } from './characters.ts'
import type { Decoder, Model, Normalizer, PreTokenizer, Specials } from './parts.ts'

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

  /** The ids of a text without those around it. */
  const tokenize = (text: string, argument: string): number[] => {
    check(typeof text === 'string', argument, text, 'a string')
    checkLength(text.length, argument)
    const out: number[] = []
    let length = 0
    const word = (piece: string) => {
      for (const id of model.encode(piece)) out.push(id)
    }
    cutRaw(wellFormed(text), (part, at) => {
      if (typeof part === 'number') return out.push(part)
      const normal = normalize(part, argument)
      length += normal.length
      checkLength(length, argument)
      return cutNormalised(normal, (piece, begin) => {
        if (typeof piece === 'number') out.push(piece)
        else preTokenize(piece, at === 0 && begin === 0, word)
      })
    })
    return out
  }

  return {
    size,
    padId,
    unkId: model.unkId,
    encode: (text) => Int32Array.from([...before, ...tokenize(text, 'text'), ...after]),
    encodeBatch(texts, capacity = maxTokens, first = 0) {
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
      for (let i = 0; i < texts.length; i++) {
        const own = tokenize(texts[i]!, `texts[${first + i}]`)
        counts[i] = own.length + around
        const kept = Math.min(own.length, capacity - around)
        if (used + kept + around > ids.length) {
          const larger = new Int32Array(Math.max(used + kept + around, 2 * ids.length))
          larger.set(ids)
          ids = larger
        }
        for (const id of before) ids[used++] = id
        for (let at = 0; at < kept; at++) ids[used++] = own[at]!
        for (const id of after) ids[used++] = id
        offsets[i + 1] = used
      }
      return { ids: ids.slice(0, used), offsets, counts }
    },
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
