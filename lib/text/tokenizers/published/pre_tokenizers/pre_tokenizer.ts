import { byteCharacters } from '../byte_characters.ts'
import { isPunctuation, isSpace, membersOf, WHITE_SPACE } from '../characters.ts'
import {
  componentOf,
  type Field,
  flagOf,
  isGiven,
  member,
  stepsOf,
  textOf,
  typesIn,
  unsupported,
  wrong,
} from '../fields.ts'
import type { Emit, PreTokenizer } from '../parts.ts'
import { patternOf, translate } from '../patterns.ts'
import { behaviorOf, characterSpans, spansOf, split } from './split.ts'

/**
 * The `pre_tokenizer` of a tokenizer.json; that of a file without one leaves a text whole.
 *
 * @throws VmmError UNSUPPORTED naming an unknown type; BAD_FILE
 */
export function preTokenizerOf(field: Field): PreTokenizer {
  if (!isGiven(field)) return (text, atStart, emit) => emit(text, atStart)
  // Bytes of bytes would double a text each time.
  if (typesIn(field, 'pretokenizers').filter((type) => type === 'ByteLevel').length > 1)
    throw unsupported(field, 'ByteLevel twice', 'once')
  return stepOf(field)
}

const stepOf = (field: Field): PreTokenizer => componentOf(field, makers, 'pre-tokenizer')

const makers: Readonly<Record<string, (field: Field) => PreTokenizer>> = {
  Sequence: (field) => stepsOf(field, 'pretokenizers', stepOf).reduceRight(before, whole),
  BertPreTokenizer: () => (text, atStart, emit) => words(text, isPunctuation, atStart, emit),
  Whitespace: whitespace,
  WhitespaceSplit: () => (text, atStart, emit) => words(text, null, atStart, emit),
  Metaspace: metaspace,
  ByteLevel: byteLevel,
  Split: (field) => {
    const pattern = patternOf(member(field, 'pattern'))
    const behavior = behaviorOf(member(field, 'behavior'))
    const isInverted = flagOf(member(field, 'invert'), false)
    return (text, atStart, emit) => split(text, spansOf(text, pattern, isInverted), behavior, atStart, emit)
  },
  Punctuation: (field) => {
    const behavior = behaviorOf(member(field, 'behavior'), 'Isolated')
    return (text, atStart, emit) => split(text, characterSpans(text, isPunctuation), behavior, atStart, emit)
  },
  Digits: (field) => {
    const behavior = flagOf(member(field, 'individual_digits'), false) ? 'Isolated' : 'Contiguous'
    return (text, atStart, emit) => split(text, characterSpans(text, isNumeric), behavior, atStart, emit)
  },
}

const isNumeric = membersOf(/\p{N}/u)
const whole: PreTokenizer = (text, atStart, emit) => emit(text, atStart)

function before(next: PreTokenizer, step: PreTokenizer): PreTokenizer {
  if (next === whole) return step
  return (text, atStart, emit) =>
    step(text, atStart, (piece, isFirst) => {
      next(piece, isFirst, emit)
    })
}

/** Emits what stands between white space, and some characters of it on their own. */
function words(
  text: string,
  isAlone: ((point: number) => boolean) | null,
  atStart: boolean,
  emit: Emit,
): void {
  let begin = 0
  const end = (at: number, next: number) => {
    if (at > begin) emit(text.slice(begin, at), atStart && begin === 0)
    begin = next
  }
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (isSpace(unit)) end(at, at + 1)
    else if (isAlone !== null) {
      const point = unit >= 0xd800 && unit <= 0xdbff ? text.codePointAt(at)! : unit
      const next = at + (point > 0xffff ? 2 : 1)
      if (isAlone(point)) {
        end(at, at)
        end(next, next)
      }
      at = next - 1
    }
  }
  end(text.length, text.length)
}

function whitespace(): PreTokenizer {
  const word = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}'
  const pattern = new RegExp(`[${word}]+|[^${word}${WHITE_SPACE}]+`, 'gu')
  return (text, atStart, emit) => split(text, spansOf(text, pattern, true), 'Removed', atStart, emit)
}

function metaspace(field: Field): PreTokenizer {
  const mark = textOf(member(field, 'replacement'), '▁')
  if (Array.from(mark).length !== 1) throw wrong(member(field, 'replacement'), 'one character')
  const isPrefixed = flagOf(member(field, 'add_prefix_space'), true)
  const scheme = textOf(member(field, 'prepend_scheme'), isPrefixed ? 'always' : 'never')
  if (!['always', 'first', 'never'].includes(scheme))
    throw wrong(member(field, 'prepend_scheme'), 'always, first or never')
  if (!isPrefixed && scheme !== 'never')
    throw wrong(member(field, 'prepend_scheme'), 'never, since add_prefix_space is false')
  const isSplit = flagOf(member(field, 'split'), true)
  const isMark = (point: number) => point === mark.codePointAt(0)
  return (text, atStart, emit) => {
    let marked = text.replaceAll(' ', mark)
    if ((scheme === 'always' || (scheme === 'first' && atStart)) && !marked.startsWith(mark))
      marked = mark + marked
    if (isSplit) split(marked, characterSpans(marked, isMark), 'MergedWithNext', atStart, emit)
    else emit(marked, atStart)
  }
}

/** That of GPT-2. */
const WORDS = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"

function byteLevel(field: Field): PreTokenizer {
  const isPrefixed = flagOf(member(field, 'add_prefix_space'), true)
  const pattern = flagOf(member(field, 'use_regex'), true) ? translate({ ...field, value: WORDS }) : null
  return (text, atStart, emit) => {
    const spaced = isPrefixed && !text.startsWith(' ') ? ` ${text}` : text
    const encoded: Emit = (piece, isFirst) => emit(byteCharacters(piece), isFirst)
    if (pattern === null) encoded(spaced, atStart)
    else split(spaced, spansOf(spaced, pattern, false), 'Isolated', atStart, encoded)
  }
}
