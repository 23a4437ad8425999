import { byStretches, isCharacterStart } from '../../steps.ts'
import { byteCharacters } from '../byte_characters.ts'
import { isPunctuation, membersOf, WHITE_SPACE } from '../characters.ts'
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
import type { PieceSink, PreTokenizer } from '../parts.ts'
import { patternOf, translate } from '../patterns.ts'
import { characterSpans, patternSpans } from '../spans.ts'
import { behaviorOf, splitting } from './split.ts'
import { words } from './words.ts'

/**
 * The `pre_tokenizer` of a tokenizer.json; that of a file without one leaves a text whole.
 *
 * @throws VmmError UNSUPPORTED naming an unknown type; BAD_FILE
 */
export function preTokenizerOf(field: Field): PreTokenizer {
  if (!isGiven(field)) return UNSPLIT
  // Bytes of bytes would double a text each time.
  if (typesIn(field, 'pretokenizers').filter((type) => type === 'ByteLevel').length > 1)
    throw unsupported(field, 'ByteLevel twice', 'once')
  return stepOf(field)
}

const stepOf = (field: Field): PreTokenizer => componentOf(field, makers, 'pre-tokenizer')

const makers: Readonly<Record<string, (field: Field) => PreTokenizer>> = {
  Sequence: (field) => stepsOf(field, 'pretokenizers', stepOf).reduceRight(before, UNSPLIT),
  BertPreTokenizer: () => words(isPunctuation),
  Whitespace: whitespace,
  WhitespaceSplit: () => words(null),
  Metaspace: metaspace,
  ByteLevel: byteLevel,
  Split: (field) => {
    const pattern = patternOf(member(field, 'pattern'))
    const behavior = behaviorOf(member(field, 'behavior'))
    const isInverted = flagOf(member(field, 'invert'), false)
    return splitting(patternSpans(pattern, isInverted), behavior)
  },
  Punctuation: (field) =>
    splitting(characterSpans(isPunctuation), behaviorOf(member(field, 'behavior'), 'Isolated')),
  Digits: (field) => {
    const behavior = flagOf(member(field, 'individual_digits'), false) ? 'Isolated' : 'Contiguous'
    return splitting(characterSpans(isNumeric), behavior)
  },
}

const isNumeric = membersOf(/\p{N}/u)
const UNSPLIT: PreTokenizer = {
  whole: (text, atStart, emit) => emit(text, atStart),
  inSteps: (text, atStart, sink) => sink.long(text, atStart),
}

function before(next: PreTokenizer, step: PreTokenizer): PreTokenizer {
  if (next === UNSPLIT) return step
  return {
    whole: (text, atStart, emit) =>
      step.whole(text, atStart, (piece, isFirst) => {
        next.whole(piece, isFirst, emit)
      }),
    inSteps(text, atStart, sink, units) {
      const between: PieceSink = {
        short: (piece, isFirst) => next.whole(piece, isFirst, sink.short),
        long: (piece, isFirst) => next.inSteps(piece, isFirst, sink, units),
      }
      return step.inSteps(text, atStart, between, units)
    },
  }
}

function whitespace(): PreTokenizer {
  const word = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}'
  const pattern = new RegExp(`[${word}]+|[^${word}${WHITE_SPACE}]+`, 'gu')
  return splitting(patternSpans(pattern, true), 'Removed')
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
  const pieces = isSplit ? splitting(characterSpans(isMark), 'MergedWithNext') : UNSPLIT
  const withMarks = (text: string) => text.replaceAll(' ', mark)
  const prefixed = (marked: string, atStart: boolean) =>
    (scheme === 'always' || (scheme === 'first' && atStart)) && !marked.startsWith(mark)
      ? mark + marked
      : marked
  return {
    whole: (text, atStart, emit) => pieces.whole(prefixed(withMarks(text), atStart), atStart, emit),
    *inSteps(text, atStart, sink, units) {
      const marked = yield* byStretches(text, units, isCharacterStart, withMarks)
      yield* pieces.inSteps(prefixed(marked, atStart), atStart, sink, units)
    },
  }
}

/** That of GPT-2. */
const WORDS = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"

function byteLevel(field: Field): PreTokenizer {
  const isPrefixed = flagOf(member(field, 'add_prefix_space'), true)
  const isSplit = flagOf(member(field, 'use_regex'), true)
  const pieces = isSplit
    ? splitting(patternSpans(translate({ ...field, value: WORDS }), false), 'Isolated')
    : UNSPLIT
  const spaced = (text: string) => (isPrefixed && !text.startsWith(' ') ? ` ${text}` : text)
  return {
    // Behind another pre-tokenizer it is called with each word.
    whole: isSplit
      ? (text, atStart, emit) =>
          pieces.whole(spaced(text), atStart, (piece, isFirst) => emit(byteCharacters(piece), isFirst))
      : (text, atStart, emit) => emit(byteCharacters(spaced(text)), atStart),
    inSteps(text, atStart, sink, units) {
      const ofBytes: PieceSink = {
        short: (piece, isFirst) => sink.short(byteCharacters(piece), isFirst),
        *long(piece, isFirst) {
          yield* sink.long(yield* byStretches(piece, units, isCharacterStart, byteCharacters), isFirst)
        },
      }
      return pieces.inSteps(spaced(text), atStart, ofBytes, units)
    },
  }
}
