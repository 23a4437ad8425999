import type { NounLexicon } from './noun_lexicon.ts'
import type { Token } from './tagger.ts'

/** A noun phrase of a sentence, without articles: "mutual exclusion locks". */
export interface NounPhrase {
  /** Its tokens: from the first, up to but not with `end`. */
  readonly start: number
  readonly end: number
  /** Its name in the singular, and without the capital of a sentence's beginning: "mutual exclusion lock". */
  readonly form: string
  /** What phrases of one name have in common: the form in lower case. */
  readonly key: string
  /** What its capitals say: a word of the language, a name, or nothing, as at the beginning of a sentence. */
  readonly writtenAs: 'word' | 'name' | 'unsure'
  /** Its words but the last are nouns or tell what it belongs to. */
  readonly isCompound: boolean
}

/** Words of a phrase at most. */
const LONGEST = 4
/** Adjectives that say which one or how many are meant, or what somebody thinks of it. */
const POINTING = new Set(
  (
    'such other same many more most few several own new old good great better best bad worse worst large small big little long short ' +
    'high low first last next previous current following above below former latter certain different various particular specific ' +
    'general main only whole entire full similar additional further another much less least able unable possible impossible likely ' +
    'necessary important useful helpful available existing given real true false right wrong sure clear simple easy hard difficult ' +
    'common usual normal typical single double early late recent modern ancient young future past present actual original initial ' +
    'final basic key major minor special proper appropriate relevant related corresponding respective mere very poor fine nice dear ' +
    'happy sad beautiful ugly strange interesting surprising obvious explicit implicit exact correct incorrect valid invalid ' +
    'optional required desired expected intended proposed suggested complete incomplete separate individual total overall broad ' +
    'wide narrow deep strong weak heavy light dark bright hot cold warm cool fast slow quick rapid sudden constant free busy empty ' +
    'ready open closed alone alive dead sick ill rich famous unknown known second third fourth fifth sixth ' +
    'greater larger smaller higher lower longer shorter older newer younger earlier later easier harder simpler stronger weaker ' +
    'greatest largest smallest highest lowest longest biggest oldest newest latest fewer non popular ideal perfect significant ' +
    'considerable substantial enormous huge tiny vast extensive multiple numerous countless sufficient enough adequate extra'
  ).split(' '),
)
const WORD = /^[\p{L}][\p{L}\p{M}'’-]*$/u
const ACRONYM = /^\p{Lu}[\p{Lu}\p{N}]+s?$/u

/** The noun phrases of a sentence, in order; they do not overlap. */
export function nounPhrases(tokens: readonly Token[], lexicon: NounLexicon): NounPhrase[] {
  const phrases: NounPhrase[] = []
  for (let at = 0; at < tokens.length; ) {
    const end = endOfRun(tokens, at)
    const phrase = end > at ? phraseOf(tokens, at, end, lexicon) : null
    if (phrase !== null) phrases.push(phrase)
    at = Math.max(end, at + 1)
  }
  return phrases
}

const isNoun = ({ tag }: Token) => tag === 'NOUN' || tag === 'PROPN'
const isPart = (token: Token) => (isNoun(token) || token.tag === 'ADJ') && WORD.test(token.text)

function endOfRun(tokens: readonly Token[], from: number): number {
  let end = from
  while (end < tokens.length && isPart(tokens[end]!)) end++
  return end
}

/** The phrase in a run of nouns and adjectives; null where none is sure. */
function phraseOf(
  tokens: readonly Token[],
  from: number,
  to: number,
  lexicon: NounLexicon,
): NounPhrase | null {
  let end = to
  while (end > from && !isNoun(tokens[end - 1]!)) end--
  let start = from
  while (start < end && isPointing(tokens[start]!)) start++
  if (start >= end || end - start > LONGEST) return null
  // The end of an address, as in "example.org".
  if (tokens[start - 1]?.text === '.' && tokens[start - 1]!.end === tokens[start]!.start) return null
  const words = tokens.slice(start, end)
  if (words.some((word) => word.tag === 'ADJ' && isPointing(word))) return null
  const texts = words.map((word, i) => wordOf(word, start + i === 0, lexicon))
  const written = texts.join(' ')
  const form = /\p{Lu}\p{Ll}/u.test(texts.at(-1)!) ? written : lexicon.singular(written)
  const key = form.toLowerCase()
  // The beginning of "Form a group" is a verb that the tagger took for a noun.
  if (start === 0 && words.length === 1 && /^(?:DET|PRON)$/.test(tokens[end]?.tag ?? '')) return null
  const writtenAs = writing(words, start === 0)
  return { start, end, form, key, writtenAs, isCompound: isCompound(words, lexicon) }
}

/** Plurals before the last word are mostly subjects of a verb that was taken for a noun: "incomes rise". */
function isCompound(words: readonly Token[], lexicon: NounLexicon): boolean {
  return words.slice(0, -1).every((word) => {
    const text = word.text.toLowerCase()
    return isNoun(word) ? (lexicon.noun(text) ?? text) === text : lexicon.isRelational(text)
  })
}

/** Capitals inside a sentence make a name; acronyms before the last word do not. */
function writing(words: readonly Token[], isFirst: boolean): NounPhrase['writtenAs'] {
  const isCapital = ({ text }: Token, i: number) =>
    text !== text.toLowerCase() && !(ACRONYM.test(text) && i < words.length - 1)
  if (words.some((word, i) => (i > 0 || !isFirst) && isCapital(word, i))) return 'name'
  return isFirst && isCapital(words[0]!, 0) ? 'unsure' : 'word'
}

const isPointing = ({ text }: Token) => POINTING.has(text.toLowerCase())

/** A word without the capital that a sentence's beginning, or a title, gives it. */
function wordOf({ text, tag }: Token, isFirst: boolean, lexicon: NounLexicon): string {
  if (ACRONYM.test(text) || text === text.toLowerCase()) return text
  const noun = lexicon.noun(text)
  const isName = tag === 'PROPN' && !isFirst
  return !isName && (tag === 'ADJ' || (noun !== null && lexicon.isKind(noun))) ? text.toLowerCase() : text
}
