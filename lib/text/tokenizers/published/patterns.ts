import { describe } from '../../../core/errors.ts'
import { WHITE_SPACE } from './characters.ts'
import { type Field, isGiven, member, textOf, unsupported, wrong } from './fields.ts'

/** UTF-16 units of a pattern at most. */
const LONGEST = 4096

/**
 * A pattern of a tokenizer.json, `{"String": …}` or `{"Regex": …}`, as a global regular expression.
 *
 * @throws VmmError UNSUPPORTED for what translate does not know; BAD_FILE
 */
export function patternOf(field: Field): RegExp {
  const regex = member(field, 'Regex')
  if (isGiven(regex)) return translate(regex)
  const plain = member(field, 'String')
  const text = textOf(plain)
  if (text === '' || text.length > LONGEST) throw wrong(plain, `1 to ${LONGEST} characters`)
  return new RegExp(Array.from(text, literal).join(''), 'gu')
}

/**
 * A regular expression in Oniguruma's syntax as one of JavaScript's that finds the same: what published tokenizers use
 * of it. White space, words and letters that differ in case are those of Oniguruma. No pattern takes a time that grows
 * exponentially with the text: only single characters repeat without end, two of them in each alternative, and
 * choices are few.
 *
 * @throws VmmError UNSUPPORTED for other syntax and for patterns that could take long; BAD_FILE
 */
export function translate(field: Field): RegExp {
  const source = textOf(field)
  if (source === '' || source.length > LONGEST) throw wrong(field, `1 to ${LONGEST} characters`)
  const state: State = { field, source, at: 0, out: '', choices: 0, endless: 0, depth: 0 }
  alternatives(state, false, true)
  if (state.at < source.length) throw refused(state, 'a closing parenthesis')
  try {
    return new RegExp(state.out, 'gu')
  } catch {
    throw unsupported(field, `the pattern ${describe(source)}`, 'what published tokenizers use')
  }
}

/** Places of one alternative of the whole pattern that can match in several ways, and those that can in any number. */
const MOST_CHOICES = 16
const MOST_ENDLESS = 2
/** Bounded repetitions that are a choice each; more are like those without end. */
const FEW = 3
const DEEPEST = 16

interface State {
  readonly field: Field
  readonly source: string
  at: number
  out: string
  choices: number
  endless: number
  /** Groups that are open. */
  depth: number
}

function alternatives(state: State, ignoreCase: boolean, isTop: boolean): void {
  while (state.at < state.source.length && state.source[state.at] !== ')') {
    if (state.source[state.at] === '|') {
      state.at++
      state.out += '|'
      if (isTop) state.choices = state.endless = 0
      else choose(state, 1)
    } else repeated(state, ignoreCase)
  }
}

/** An atom and what it says of its repetition. */
function repeated(state: State, ignoreCase: boolean): void {
  const { source } = state
  const isGroup = source[state.at] === '('
  if (isGroup) group(state, ignoreCase)
  else single(state, ignoreCase)
  const [quantifier] = /^(?:[*+?]|\{\d{0,4},?\d{0,4}\})/.exec(source.slice(state.at, state.at + 12)) ?? []
  if (quantifier === undefined) return
  const [, least, comma, most] = /^\{(\d*)(,?)(\d*)\}$/.exec(quantifier) ?? []
  if (least === '') throw refused(state, `the quantifier ${quantifier}`)
  if (isGroup && quantifier !== '?') throw refused(state, 'a group that repeats')
  const isOpen = quantifier === '*' || quantifier === '+' || (comma === ',' && most === '')
  const choices = isOpen
    ? Number.POSITIVE_INFINITY
    : least === undefined
      ? 1
      : Number(most || least) - Number(least)
  if (choices <= FEW) choose(state, choices)
  else if (++state.endless > MOST_ENDLESS) throw refused(state, 'so many repetitions in a row')
  state.at += quantifier.length
  state.out += quantifier
  const after = source[state.at]
  if (after === '+') throw refused(state, 'a possessive quantifier')
  if (after === '*' || after === '{' || (after === '?' && least !== undefined))
    throw refused(state, 'a quantifier of a quantifier')
  if (after !== '?') return
  state.at++
  state.out += '?'
}

function choose(state: State, choices: number): void {
  state.choices += choices
  if (state.choices > MOST_CHOICES) throw refused(state, 'so many choices in a row')
}

function group(state: State, ignoreCase: boolean): void {
  const { source } = state
  const [opening] = /^\((?:\?(?:i:|:|=|!|<=|<!))?(?!\?)/.exec(source.slice(state.at, state.at + 6)) ?? []
  if (opening === undefined) throw refused(state, `a group ${source.slice(state.at, state.at + 4)}`)
  state.at += opening.length
  if (++state.depth > DEEPEST) throw refused(state, 'so many groups in one another')
  const isCaseless = opening === '(?i:'
  state.out += isCaseless || opening === '(' ? '(?:' : opening
  alternatives(state, ignoreCase || isCaseless, false)
  if (source[state.at] !== ')') throw refused(state, 'a group without an end')
  state.at++
  state.depth--
  state.out += ')'
}

function single(state: State, ignoreCase: boolean): void {
  const { source } = state
  const character = String.fromCodePoint(source.codePointAt(state.at)!)
  if ('*+?{}])^$.'.includes(character)) throw refused(state, `${character} at this place`)
  if (character === '[') characterClass(state, ignoreCase)
  else state.out += `[${charactersOf(state, ignoreCase).text}]`
}

function characterClass(state: State, ignoreCase: boolean): void {
  const { source } = state
  let out = '['
  state.at++
  if (source[state.at] === '^') {
    out += '^'
    state.at++
  }
  const begin = state.at
  while (source[state.at] !== ']') {
    if (state.at >= source.length) throw refused(state, 'a class without an end')
    if (source[state.at] === '[' || source.startsWith('&&', state.at))
      throw refused(state, 'a class in a class')
    const isRange = source[state.at + 1] === '-' && source[state.at + 2] !== ']'
    if (isRange && ignoreCase) throw refused(state, 'a range without case')
    const first = charactersOf(state, ignoreCase)
    out += first.text
    if (source[state.at] !== '-' || source[state.at + 1] === ']') continue
    state.at++
    const last = charactersOf(state, false)
    if (first.isSet || last.isSet || ignoreCase) throw refused(state, 'a range of sets')
    out += `-${last.text}`
  }
  if (state.at === begin) throw refused(state, 'an empty class')
  state.at++
  state.out += `${out}]`
}

const SETS: Readonly<Record<string, string>> = {
  s: WHITE_SPACE,
  d: '\\p{Nd}',
  w: '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}²³¹¼½¾', // of numbers that are no digits those of Latin-1 alone
  D: '\\P{Nd}',
}
const CONTROLS: Readonly<Record<string, string>> = { r: '\\r', n: '\\n', t: '\\t', f: '\\f', v: '\\v' }
/** Letters outside of ASCII that Oniguruma takes for the same in another case. */
const FOLDED: Readonly<Record<string, string>> = { s: '\\u{17f}', k: '\\u{212a}' }

/** One character or a set of them, as it is written inside of a class. */
function charactersOf(state: State, ignoreCase: boolean): { readonly text: string; readonly isSet: boolean } {
  const { source } = state
  const character = String.fromCodePoint(source.codePointAt(state.at)!)
  state.at += character.length
  if (character !== '\\') return { text: literals(character, ignoreCase), isSet: false }
  const escaped = source[state.at] ?? ''
  state.at++
  if (Object.hasOwn(SETS, escaped)) return { text: SETS[escaped]!, isSet: true }
  if (escaped === 'S') return { text: NOT_SPACE, isSet: true }
  if (Object.hasOwn(CONTROLS, escaped)) return { text: CONTROLS[escaped]!, isSet: false }
  if (escaped === 'p' || escaped === 'P') return { text: property(state, escaped), isSet: true }
  if (!/^[ -/:-@[-`{-~]$/.test(escaped)) throw refused(state, `\\${escaped}`)
  return { text: literal(escaped), isSet: false }
}

/** What is not white space, as ranges: a class cannot have the complement of another. */
const NOT_SPACE =
  '\\0-\\x08\\x0e-\\x1f!-\\x84\\x86-\\x9f\\xa1-\\u167f\\u1681-\\u1fff\\u200b-\\u2027\\u202a-\\u202e\\u2030-\\u205e\\u2060-\\u2fff\\u3001-\\u{10ffff}'

function property(state: State, letter: 'p' | 'P'): string {
  const [whole, name] = /^\{([A-Z][A-Za-z_]{0,40})\}/.exec(state.source.slice(state.at, state.at + 48)) ?? []
  if (whole === undefined) throw refused(state, `\\${letter} at this place`)
  state.at += whole.length
  for (const text of [`\\${letter}{${name}}`, `\\${letter}{Script=${name}}`]) if (isPattern(text)) return text
  throw refused(state, `\\${letter}${whole}`)
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u') !== null
  } catch {
    return false
  }
}

function literals(character: string, ignoreCase: boolean): string {
  if (!ignoreCase || !/^[A-Za-z]$/.test(character)) return literal(character)
  const lower = character.toLowerCase()
  return lower + character.toUpperCase() + (FOLDED[lower] ?? '')
}

function literal(character: string): string {
  if (/^[A-Za-z0-9]$/.test(character)) return character
  return `\\u{${character.codePointAt(0)!.toString(16)}}`
}

function refused(state: State, what: string) {
  return unsupported(
    state.field,
    `${what}, in the pattern ${describe(state.source)}`,
    'what published tokenizers use',
  )
}
