import { badArgument, check } from '../core/errors.ts'
import { refuseUnknown } from '../core/options.ts'
import { continuesEnglish } from './english.ts'

/** A sentence and where it stands: `text === source.slice(start, end)`, in UTF-16 units. */
export type Sentence = { readonly text: string; readonly start: number; readonly end: number }

/** How a text is split. */
export type SentenceOptions = {
  /** BCP 47 tag; the rules for abbreviations and initials apply to English only. Default 'en'. */
  readonly language?: string | undefined
  /**
   * What a single line break means. 'break' ends the sentence, 'wrap' is a space, 'auto' (default) is a space
   * before a lower-case letter and an end elsewhere. A blank line always ends the sentence.
   */
  readonly lineBreak?: 'auto' | 'break' | 'wrap' | undefined
}

const LINE_END = /\r\n|[\n\r\u2028\u2029]/g
const WINDOW = 4096
const STARTS_LOWER = /^[\s"'“‘(]*\p{Ll}/u
const HAS_CONTENT = /[\p{L}\p{N}\p{S}]/u

/**
 * Splits a text into its sentences, in order, without white space around them and without empty ones.
 * Boundaries are those of Unicode (UAX #29) as Intl.Segmenter finds them, less the false ones that English
 * abbreviations, initials, list numbers and quoted speech cause.
 *
 * @throws VmmError BAD_ARGUMENT for a language tag or lineBreak that does not exist
 * @example
 * ```js
 * import { splitSentences } from 'vector-mamba'
 *
 * const sentences = splitSentences('Dr. Gray counted them. Nobody answered.')
 * console.log(sentences.map(({ text }) => text)) // [ 'Dr. Gray counted them.', 'Nobody answered.' ]
 * console.log(sentences[1].start, sentences[1].end) // 23 39
 * ```
 */
export function splitSentences(text: string, options: SentenceOptions = {}): Sentence[] {
  refuseUnknown(options, { language: true, lineBreak: true })
  const { language = 'en', lineBreak = 'auto' } = options
  check(typeof text === 'string', 'text', text, 'a string')
  check(['auto', 'break', 'wrap'].includes(lineBreak), 'lineBreak', lineBreak, "'auto', 'break' or 'wrap'")
  const segmenter = segmenterFor(language)
  const english = /^en\b/i.test(language)
  const sentences: Sentence[] = []
  for (const [start, end] of blocks(text, lineBreak)) {
    // Line ends inside a block are spaces; one for one, so that offsets stay.
    const block = text.slice(start, end).replace(/[\r\n\u2028\u2029]/g, ' ')
    let from = 0
    for (const [index, stop] of unicodeSentences(segmenter, block)) {
      if (index === 0 || !HAS_CONTENT.test(block.slice(index, stop))) continue
      if (english && continuesEnglish(block.slice(from, index), block.slice(index, index + 80))) continue
      push(sentences, text, start + from, start + index)
      from = index
    }
    push(sentences, text, start + from, end)
  }
  return sentences
}

function segmenterFor(language: string): Intl.Segmenter {
  try {
    return new Intl.Segmenter(language, { granularity: 'sentence' })
  } catch {
    throw badArgument('language', JSON.stringify(language), 'a BCP 47 language tag')
  }
}

/**
 * Ranges of the Unicode sentences of a block. The segmenter slows down with the length of its input, so it sees
 * a window at a time; the last two sentences of a window may end too early and are found again in the next.
 */
function* unicodeSentences(segmenter: Intl.Segmenter, block: string): Generator<[number, number]> {
  let base = 0
  let width = WINDOW
  while (base < block.length) {
    const window = block.slice(base, base + width)
    const starts = Array.from(segmenter.segment(window), ({ index }) => index)
    const whole = base + window.length === block.length
    const certain = whole ? starts.length : starts.length - 2
    for (let i = 0; i < certain; i++) yield [base + starts[i]!, base + (starts[i + 1] ?? window.length)]
    if (whole) return
    if (certain > 0) base += starts[certain]!
    width = certain > 0 ? WINDOW : 2 * width
  }
}

/** Ranges of the text that no sentence crosses: paragraphs, or lines where a line break ends a sentence. */
function* blocks(text: string, lineBreak: 'auto' | 'break' | 'wrap'): Generator<[number, number]> {
  let from = 0
  for (const { 0: ending, index } of text.matchAll(LINE_END)) {
    const after = index + ending.length
    const nextLine = text.slice(after, after + 80)
    const blank = /^[^\S\r\n\u2028\u2029]*(?:[\r\n\u2028\u2029]|$)/.test(nextLine)
    const wraps = lineBreak === 'wrap' || (lineBreak === 'auto' && STARTS_LOWER.test(nextLine))
    if (!blank && wraps) continue
    yield [from, index]
    from = after
  }
  yield [from, text.length]
}

/** Adds the trimmed range unless nothing is left of it. */
function push(sentences: Sentence[], source: string, start: number, end: number): void {
  const raw = source.slice(start, end)
  const text = raw.trim()
  if (text === '') return
  const begin = start + raw.indexOf(text)
  sentences.push({ text, start: begin, end: begin + text.length })
}
