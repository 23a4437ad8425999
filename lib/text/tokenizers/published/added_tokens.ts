import { VmmError } from '../../../core/errors.ts'
import type { Steps } from '../steps.ts'
import { buildTrie, childOf } from '../trie.ts'
import { LONGEST_TOKEN, MOST_CHARACTERS, MOST_TOKENS } from './bounds.ts'
import { isSpace, isWordPart, unitsAt } from './characters.ts'
import { elementsOf, type Field, flagOf, isGiven, member, textOf, wrong } from './fields.ts'
import type { Model, Normalizer } from './parts.ts'

/** A token that is looked for before the text is split, and that the model may not know. */
export interface AddedToken {
  readonly content: string
  readonly id: number
  /** What is looked for, and what it is decoded to. */
  readonly text: string
  readonly isSpecial: boolean
  readonly isNormalized: boolean
  /** Whether letters beside it hide it, and whether it takes the white space before and behind it. */
  readonly isWord: boolean
  readonly takesLeft: boolean
  readonly takesRight: boolean
}

/**
 * The `added_tokens` of a tokenizer.json. Their ids are those of the model's vocabulary, and for others the next ones
 * that are free, as the Rust crate gives them; what the file says of them does not count.
 *
 * @throws VmmError BAD_FILE
 */
export function addedTokensOf(field: Field, model: Model, normalize: Normalizer): AddedToken[] {
  if (!isGiven(field)) return []
  const byContent = new Map<string, AddedToken>()
  const size = model.tokens.reduce<number>((count, token) => (token === undefined ? count : count + 1), 0)
  let free = size
  let characters = 0
  for (const entry of elementsOf(field, MOST_TOKENS)) {
    const content = textOf(member(entry, 'content'))
    if (content === '') continue
    if (content.length > LONGEST_TOKEN)
      throw wrong(member(entry, 'content'), `at most ${LONGEST_TOKEN} characters`)
    const isSpecial = flagOf(member(entry, 'special'), false)
    const isNormalized = flagOf(member(entry, 'normalized'), !isSpecial)
    const text = isNormalized ? normalised(content, normalize, member(entry, 'content')) : content
    characters += text.length
    if (characters > MOST_CHARACTERS) throw wrong(field, `at most ${MOST_CHARACTERS} characters in all`)
    const id = model.idOf(content) ?? byContent.get(content)?.id ?? free
    if (id >= MOST_TOKENS) throw wrong(field, `ids below ${MOST_TOKENS}`)
    free = Math.max(free, id + 1)
    byContent.set(content, {
      content,
      id,
      text,
      isSpecial,
      isNormalized,
      isWord: flagOf(member(entry, 'single_word'), false),
      takesLeft: flagOf(member(entry, 'lstrip'), false),
      takesRight: flagOf(member(entry, 'rstrip'), false),
    })
  }
  return [...byContent.values()]
}

/** What is looked for in normalised text. Throws BAD_FILE where it cannot be normalised. */
function normalised(content: string, normalize: Normalizer, field: Field): string {
  try {
    const text = normalize.whole(content, field.path)
    if (text.length > LONGEST_TOKEN) throw wrong(field, `at most ${LONGEST_TOKEN} characters, normalised`)
    return text
  } catch (cause) {
    if (cause instanceof VmmError && cause.code === 'BAD_ARGUMENT')
      throw new VmmError('BAD_FILE', `${field.file}: ${cause.message}`, { cause })
    throw cause
  }
}

/** The parts of a text in turn: ids of tokens, and what stands between them. */
export type Cut = readonly (number | string)[]

/** Cuts tokens out of a text. */
export interface Cutter {
  whole(text: string): Cut
  inSteps(text: string, units: number): Steps<Cut>
}

/** How far a text is cut. */
interface Cutting {
  readonly parts: (number | string)[]
  at: number
  /** Where the last part ends, and the white space that tokens have taken. */
  done: number
  spacesTo: number
}

/** What cuts tokens out of a text: the first that is found, and of those that begin there the longest. */
export function cutterOf(tokens: readonly AddedToken[]): Cutter {
  const wanted = tokens.filter(({ text }) => text !== '')
  const trie = buildTrie(['', ...wanted.map(({ text }) => text)], 1) // piece 0 is none
  const isFirst = new Uint8Array(0x10000)
  for (const { text } of wanted) isFirst[text.charCodeAt(0)] = 1
  const longestAt = (text: string, begin: number): { token: AddedToken; end: number } | null => {
    let piece = 0
    let end = begin
    let node = 0
    for (let at = begin; at < text.length; ) {
      const point = text.codePointAt(at)!
      node = childOf(trie, node, point)
      if (node === 0) break
      at += point > 0xffff ? 2 : 1
      if (trie.piece[node] === 0) continue
      piece = trie.piece[node]!
      end = at
    }
    return piece === 0 ? null : { token: wanted[piece - 1]!, end }
  }
  /** Reads on to a place at least. */
  const cut = (text: string, cutting: Cutting, to: number): void => {
    let { at, done, spacesTo } = cutting
    while (at < to) {
      const match = isFirst[text.charCodeAt(at)] === 0 ? null : longestAt(text, at)
      if (match === null) {
        at += unitsAt(text, at)
        continue
      }
      const { token } = match
      let [begin, end] = [at, match.end]
      at = match.end
      if (token.isWord && isInWord(text, begin, end)) continue
      if (token.takesLeft) while (begin > done && isSpace(text.charCodeAt(begin - 1))) begin--
      if (token.takesRight) {
        // Tokens of white space may be found in what was taken already: it is not read again.
        if (end < spacesTo) end = spacesTo
        while (end < text.length && isSpace(text.charCodeAt(end))) end++
        spacesTo = end
      }
      if (begin > done) cutting.parts.push(text.slice(done, begin))
      cutting.parts.push(token.id)
      done = end
    }
    if (at >= text.length && done < text.length) cutting.parts.push(text.slice(done))
    cutting.at = at
    cutting.done = done
    cutting.spacesTo = spacesTo
  }
  const begun = (): Cutting => ({ parts: [], at: 0, done: 0, spacesTo: 0 })
  return {
    whole(text) {
      if (wanted.length === 0) return text === '' ? [] : [text]
      const cutting = begun()
      cut(text, cutting, text.length)
      return cutting.parts
    },
    *inSteps(text, units) {
      if (wanted.length === 0) return [text]
      const cutting = begun()
      while (cutting.at < text.length) {
        const { at } = cutting
        cut(text, cutting, Math.min(text.length, at + units))
        yield cutting.at - at
      }
      return cutting.parts
    },
  }
}

/** Whether letters or digits stand beside a part of a text. */
function isInWord(text: string, begin: number, end: number): boolean {
  const low = text.charCodeAt(begin - 1)
  const before = begin > 1 && low >= 0xdc00 && low <= 0xdfff ? begin - 2 : begin - 1
  return (
    (begin > 0 && isWordPart(text.codePointAt(before)!)) ||
    (end < text.length && isWordPart(text.codePointAt(end)!))
  )
}
