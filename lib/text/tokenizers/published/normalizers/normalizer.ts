import { isStarterStart } from '../../starters.ts'
import { isCharacterStart } from '../../steps.ts'
import { checkLength } from '../bounds.ts'
import { isSpace, WHITE_SPACE } from '../characters.ts'
import { componentOf, type Field, flagOf, isGiven, member, shortText, stepsOf, typesIn } from '../fields.ts'
import type { Normalizer } from '../parts.ts'
import { patternOf } from '../patterns.ts'
import { forget, noSpans, patternSpans } from '../spans.ts'
import { atOnce, byStretchesOf, UNCHANGED } from './by_stretches.ts'
import { charsmapOf } from './charsmap.ts'
import { type NormalForm, normalForm } from './normal_forms.ts'

/**
 * The `normalizer` of a tokenizer.json; that of a file without one changes nothing.
 *
 * @throws VmmError UNSUPPORTED naming an unknown type; BAD_FILE
 */
export function normalizerOf(field: Field): Normalizer {
  if (!isGiven(field)) return UNCHANGED
  typesIn(field, 'normalizers')
  return stepOf(field)
}

const stepOf = (field: Field): Normalizer => componentOf(field, makers, 'normalizer')

const form = (name: NormalForm) => (): Normalizer =>
  byStretchesOf(isStarterStart, (text, argument) => normalForm(text, name, argument))
const byCharacter = (whole: (text: string) => string): Normalizer => byStretchesOf(isCharacterStart, whole)

const makers: Readonly<Record<string, (field: Field) => Normalizer>> = {
  Sequence: (field) => inTurn(stepsOf(field, 'normalizers', stepOf)),
  BertNormalizer: bert,
  Lowercase: () => byCharacter(lowercase),
  NFC: form('NFC'),
  NFD: form('NFD'),
  NFKC: form('NFKC'),
  NFKD: form('NFKD'),
  StripAccents: () => byCharacter((text) => text.replace(/\p{M}/gu, '')),
  Strip: strip,
  Replace: replace,
  Prepend: prepend,
  Precompiled: (field) => charsmapOf(member(field, 'precompiled_charsmap')),
}

function inTurn(steps: readonly Normalizer[]): Normalizer {
  return {
    whole(text, argument) {
      let now = text
      for (const step of steps) {
        now = step.whole(now, argument)
        checkLength(now.length, argument)
      }
      return now
    },
    *inSteps(text, argument, units) {
      let now = text
      for (const step of steps) {
        now = yield* step.inSteps(now, argument, units)
        checkLength(now.length, argument)
      }
      return now
    },
  }
}

const REMOVED = /[\0\ufffd]|(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu
const SPACES = new RegExp(`(?! )[${WHITE_SPACE}]`, 'g')
// As BERT's own tokenizer lists them, without those that Unicode has got since.
const CHINESE =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu
const PRINTABLE = /^[ -~]*$/

function bert(field: Field): Normalizer {
  const clean = flagOf(member(field, 'clean_text'), true)
  const chinese = flagOf(member(field, 'handle_chinese_chars'), true)
  const lower = flagOf(member(field, 'lowercase'), true)
  const accents = flagOf(member(field, 'strip_accents'), lower)
  const steps: Normalizer[] = []
  if (clean) steps.push(byCharacter((text) => text.replace(REMOVED, '').replace(SPACES, ' ')))
  if (chinese) steps.push(byCharacter((text) => text.replace(CHINESE, ' $& ')))
  if (accents)
    steps.push(
      form('NFD')(),
      byCharacter((text) => text.replace(/\p{Mn}/gu, '')),
    )
  if (lower) steps.push(byCharacter(lowercase))
  const all = inTurn(steps)
  return {
    whole(text, argument) {
      if (PRINTABLE.test(text)) return lower ? text.toLowerCase() : text
      return all.whole(text, argument)
    },
    inSteps: all.inSteps,
  }
}

/** By character: a sigma does not become another at the end of a word. */
function lowercase(text: string): string {
  return text.replaceAll('Σ', 'σ').toLowerCase()
}

function strip(field: Field): Normalizer {
  const left = flagOf(member(field, 'strip_left'), true)
  const right = flagOf(member(field, 'strip_right'), true)
  return atOnce((text) => {
    let begin = 0
    let end = text.length
    if (left) while (begin < end && isSpace(text.charCodeAt(begin))) begin++
    if (right) while (end > begin && isSpace(text.charCodeAt(end - 1))) end--
    return text.slice(begin, end)
  })
}

function replace(field: Field): Normalizer {
  const pattern = patternOf(member(field, 'pattern'))
  const content = shortText(member(field, 'content'))
  return {
    whole(text, argument) {
      let length = text.length
      return text.replace(pattern, (found) => {
        length += content.length - found.length
        checkLength(length, argument)
        return content
      })
    },
    *inSteps(text, argument, units) {
      const spans = noSpans()
      const find = patternSpans(pattern, false)
      const out: string[] = []
      let begin = 0
      let length = 0
      for (let paused = 0, isAll = false; !isAll; paused = spans.at) {
        isAll = find(text, spans, paused + units)
        for (const [i, end] of spans.ends.entries()) {
          const part = spans.found[i] ? content : text.slice(begin, end)
          length += part.length
          checkLength(length, argument)
          out.push(part)
          begin = end
        }
        forget(spans, spans.ends.length)
        yield spans.at - paused
      }
      return out.join('')
    },
  }
}

function prepend(field: Field): Normalizer {
  const before = shortText(member(field, 'prepend'))
  return atOnce((text) => (text === '' ? '' : before + text))
}
