import { checkLength } from '../bounds.ts'
import { isSpace, WHITE_SPACE } from '../characters.ts'
import { componentOf, type Field, flagOf, isGiven, member, shortText, stepsOf, typesIn } from '../fields.ts'
import type { Normalizer } from '../parts.ts'
import { patternOf } from '../patterns.ts'
import { charsmapOf } from './charsmap.ts'
import { type NormalForm, normalForm } from './normal_forms.ts'

/**
 * The `normalizer` of a tokenizer.json; that of a file without one changes nothing.
 *
 * @throws VmmError UNSUPPORTED naming an unknown type; BAD_FILE
 */
export function normalizerOf(field: Field): Normalizer {
  if (!isGiven(field)) return (text) => text
  typesIn(field, 'normalizers')
  return stepOf(field)
}

const stepOf = (field: Field): Normalizer => componentOf(field, makers, 'normalizer')

const form = (name: NormalForm) => (): Normalizer => (text, argument) => normalForm(text, name, argument)

const makers: Readonly<Record<string, (field: Field) => Normalizer>> = {
  Sequence: (field) => inTurn(stepsOf(field, 'normalizers', stepOf)),
  BertNormalizer: bert,
  Lowercase: () => lowercase,
  NFC: form('NFC'),
  NFD: form('NFD'),
  NFKC: form('NFKC'),
  NFKD: form('NFKD'),
  StripAccents: () => (text) => text.replace(/\p{M}/gu, ''),
  Strip: strip,
  Replace: replace,
  Prepend: prepend,
  Precompiled: (field) => charsmapOf(member(field, 'precompiled_charsmap')),
}

function inTurn(steps: readonly Normalizer[]): Normalizer {
  return (text, argument) => {
    let now = text
    for (const step of steps) {
      now = step(now, argument)
      checkLength(now.length, argument)
    }
    return now
  }
}

const REMOVED = /[\0\ufffd]|(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu
const SPACES = new RegExp(`[${WHITE_SPACE}]`, 'g')
// As BERT's own tokenizer lists them, without those that Unicode has got since.
const CHINESE =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu
const PRINTABLE = /^[ -~]*$/

function bert(field: Field): Normalizer {
  const clean = flagOf(member(field, 'clean_text'), true)
  const chinese = flagOf(member(field, 'handle_chinese_chars'), true)
  const lower = flagOf(member(field, 'lowercase'), true)
  const accents = flagOf(member(field, 'strip_accents'), lower)
  return (text, argument) => {
    if (PRINTABLE.test(text)) return lower ? text.toLowerCase() : text
    let now = text
    if (clean) now = now.replace(REMOVED, '').replace(SPACES, ' ')
    if (chinese) now = now.replace(CHINESE, ' $& ')
    checkLength(now.length, argument)
    if (accents) now = normalForm(now, 'NFD', argument).replace(/\p{Mn}/gu, '')
    return lower ? lowercase(now) : now
  }
}

/** By character: a sigma does not become another at the end of a word. */
function lowercase(text: string): string {
  return text.replaceAll('Σ', 'σ').toLowerCase()
}

function strip(field: Field): Normalizer {
  const left = flagOf(member(field, 'strip_left'), true)
  const right = flagOf(member(field, 'strip_right'), true)
  return (text) => {
    let begin = 0
    let end = text.length
    if (left) while (begin < end && isSpace(text.charCodeAt(begin))) begin++
    if (right) while (end > begin && isSpace(text.charCodeAt(end - 1))) end--
    return text.slice(begin, end)
  }
}

function replace(field: Field): Normalizer {
  const pattern = patternOf(member(field, 'pattern'))
  const content = shortText(member(field, 'content'))
  return (text, argument) => {
    let length = text.length
    return text.replace(pattern, (found) => {
      length += content.length - found.length
      checkLength(length, argument)
      return content
    })
  }
}

function prepend(field: Field): Normalizer {
  const before = shortText(member(field, 'prepend'))
  return (text) => (text === '' ? '' : before + text)
}
