import { describe, VmmError } from '../../../../core/errors.ts'
import { driven, type Steps } from '../../steps.ts'
import { MOST_TOKENS } from '../bounds.ts'
import { byteTokensOf } from '../byte_tokens.ts'
import { type Field, flagOf, isGiven, listOf, member, placeOf, textOf, unsupported } from '../fields.ts'
import type { Model } from '../parts.ts'
import { mergeAll } from './merge.ts'
import { buildMerges, type Merges } from './merges.ts'
import { remembered } from './remembered.ts'
import { vocabularyOf } from './vocabulary.ts'

/**
 * A model of type BPE: the characters of a word, of which the pair that was learned first becomes one token, as long as
 * there are such pairs.
 *
 * Source: Sennrich et al. 2016, "Neural Machine Translation of Rare Words with Subword Units" (arXiv 1508.07909).
 *
 * @throws VmmError UNSUPPORTED where merges are left out by chance; BAD_FILE
 */
export function bpeOf(field: Field): Model {
  const { ids, tokens } = vocabularyOf(member(field, 'vocab'))
  const dropout = member(field, 'dropout')
  if (isGiven(dropout) && dropout.value !== 0)
    throw unsupported(dropout, `a dropout of ${describe(dropout.value)}`, 'none')
  const prefix = textOf(member(field, 'continuing_subword_prefix'), '')
  const suffix = textOf(member(field, 'end_of_word_suffix'), '')
  const isFused = flagOf(member(field, 'fuse_unk'), false)
  const isWholeFirst = flagOf(member(field, 'ignore_merges'), false)
  const bytes = flagOf(member(field, 'byte_fallback'), false) ? byteTokensOf(ids) : null
  const unkToken = textOf(member(field, 'unk_token'), '')
  const unkId = ids.get(unkToken)
  if (unkId === undefined && unkToken !== '')
    throw new VmmError('BAD_FILE', `${placeOf(field)}.unk_token: the vocabulary has no ${describe(unkToken)}`)
  const merges = mergesOf(member(field, 'merges'), ids, prefix)

  /** The ids of characters, unknown ones among them, as merging begins with them: those of each step. */
  function* symbolsOf(word: string, units: number): Steps<number[][]> {
    let symbols: number[] = []
    const parts = [symbols]
    let isAfterUnknown = false
    let paused = 0
    for (let at = 0; at < word.length; ) {
      const next = at + (word.codePointAt(at)! > 0xffff ? 2 : 1)
      const character = word.slice(at, next)
      const symbol = (at > 0 ? prefix : '') + character + (next === word.length ? suffix : '')
      const id = ids.get(symbol)
      const spelled = id === undefined ? bytes?.(symbol) : null
      if (id !== undefined) symbols.push(id)
      else if (spelled) symbols.push(...spelled)
      else if (unkId !== undefined && !(isFused && isAfterUnknown)) symbols.push(unkId)
      isAfterUnknown = id === undefined && !spelled
      at = next
      if (at - paused < units) continue
      yield at - paused
      paused = at
      // One list of all would be copied whole as it grows.
      symbols = []
      parts.push(symbols)
    }
    return parts
  }
  function* encodeInSteps(word: string, units: number): Steps<readonly number[]> {
    const id = isWholeFirst ? ids.get(word) : undefined
    return id === undefined ? yield* mergeAll(yield* symbolsOf(word, units), merges, units) : [id]
  }
  const encode = (word: string) => driven(encodeInSteps(word, Number.POSITIVE_INFINITY))
  return { tokens, unkId, idOf: (token) => ids.get(token), encode: remembered(encode), encodeInSteps }
}

/** @param prefix what continuing tokens begin with, which merging drops */
function mergesOf(field: Field, ids: ReadonlyMap<string, number>, prefix: string): Merges {
  const list = listOf(field, MOST_TOKENS)
  const merges = buildMerges(list.length)
  const idOf = (rank: number, token: string): number => {
    const id = ids.get(token)
    if (id === undefined) throw brokenMerge(field, rank, `the vocabulary has no ${describe(token)}`)
    return id
  }
  for (let rank = 0; rank < list.length; rank++) {
    const entry = list[rank]
    const pair: unknown = typeof entry === 'string' ? entry.split(' ') : entry
    if (!isPair(pair)) throw brokenMerge(field, rank, 'it is no pair of tokens')
    const [left, right] = pair
    const merged = left + (prefix === '' ? right : right.slice(prefix.length))
    merges.add(idOf(rank, left), idOf(rank, right), rank, idOf(rank, merged))
  }
  return merges
}

function isPair(value: unknown): value is readonly [string, string] {
  return (
    Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && typeof value[1] === 'string'
  )
}

function brokenMerge(field: Field, rank: number, problem: string): VmmError {
  const entry = (field.value as unknown[])[rank]
  return new VmmError('BAD_FILE', `${placeOf(field)}[${rank}]: got ${describe(entry)}: ${problem}`)
}
