import { splitSentences } from '../../text/sentences.ts'
import type { Block } from '../documents/block.ts'
import { paragraphs } from '../documents/plain.ts'

/** A part of a document that is found as a whole. */
export interface Passage {
  readonly text: string
  readonly kind: 'prose' | 'code'
  /** Where it begins; see Block. */
  readonly line: number | null
  /** The headings above it, the outermost first, with ' › ' between them. */
  readonly heading: string | null
  /** What it is encoded as: its text, with headings before it. */
  readonly encoded: string
  readonly language?: string
}

export interface SplitRules {
  /** Tokens of a passage at most. */
  readonly most: number
  readonly countTokens: (text: string) => number
}

/** A part of a passage; `joint` is what stands between it and the one before. */
interface Unit {
  readonly text: string
  readonly line: number | null
  readonly joint: string
  readonly tokens: number
}

/**
 * Splits a document into passages of at most `most` tokens with their headings: paragraphs side by side below one heading, as
 * many as fit, else sentences, else parts of one. Code is by itself, and whole where it fits. A heading with nothing below it
 * is a passage too.
 */
export function splitPassages(blocks: readonly Block[], rules: SplitRules): Passage[] {
  const passages: Passage[] = []
  const above: { readonly text: string; readonly level: number }[] = []
  let section = sectionOf([], rules)
  let units: Unit[] = []
  const add = (kind: Passage['kind'], units: readonly Unit[], language?: string) => {
    for (const { text, line } of pack(units, section.most))
      passages.push({
        text,
        kind,
        line,
        heading: section.heading,
        encoded: section.prefix + text,
        ...(language && { language }),
      })
  }
  const flush = () => {
    add('prose', units)
    units = []
  }
  for (const [at, block] of blocks.entries()) {
    const { kind, line, language } = block
    const own = { ...rules, most: section.most }
    if (kind === 'prose') {
      units.push(...proseUnits(block, own))
      continue
    }
    flush()
    if (kind === 'code') {
      add('code', codeUnits(block, own), language)
      continue
    }
    const text = block.text.trim()
    if (text === '') continue
    const level = block.level ?? 1
    while (above.length > 0 && above.at(-1)!.level >= level) above.pop()
    const next = blocks[at + 1]
    const isBare = next === undefined || (next.kind === 'heading' && (next.level ?? 1) <= level)
    if (isBare) {
      section = sectionOf(above, rules)
      add('prose', parts(text, line, '', { ...rules, most: section.most }))
    }
    above.push({ text, level })
    section = sectionOf(above, rules)
  }
  flush()
  return passages
}

/** What the passages below some headings have in common. */
interface Section {
  readonly heading: string | null
  /** What stands before their texts when they are encoded. */
  readonly prefix: string
  /** Tokens that are left for a text. */
  readonly most: number
}

/** Headings are encoded as far as they leave half of the room, the innermost ones first. */
function sectionOf(above: readonly { readonly text: string }[], rules: SplitRules): Section {
  const texts = above.map(({ text }) => text)
  const sentences = texts.map((text) => (/[.!?:]$/.test(text) ? `${text} ` : `${text}. `))
  for (let from = 0; from < texts.length; from++) {
    const prefix = sentences.slice(from).join('')
    const tokens = tokensOf(prefix, rules)
    if (2 * tokens <= rules.most) return { heading: texts.join(' › '), prefix, most: rules.most - tokens }
  }
  return { heading: texts.length === 0 ? null : texts.join(' › '), prefix: '', most: rules.most }
}

/** Tokens of a line end at most. */
const LINE_END = 1

/** Units side by side, as many in a text as there is room for. */
function* pack(units: readonly Unit[], most: number): Generator<Pick<Unit, 'text' | 'line'>> {
  let text = ''
  let line: number | null = null
  let tokens = 0
  for (const unit of units) {
    const needed = unit.tokens + (/^ *$/.test(unit.joint) ? 0 : LINE_END)
    if (text !== '' && tokens + needed > most) {
      yield { text, line }
      text = ''
    }
    if (text === '') [line, tokens] = [unit.line, 0]
    text += text === '' ? unit.text : unit.joint + unit.text
    tokens += tokens === 0 ? unit.tokens : needed
  }
  if (text !== '') yield { text, line }
}

/** A paragraph, or its sentences where it is too long, or the parts of those that still are. */
function proseUnits({ text, line }: Block, rules: SplitRules): Unit[] {
  const whole = text.trim()
  const tokens = tokensOf(whole, rules)
  if (tokens <= rules.most) return whole === '' ? [] : [{ text: whole, line, joint: '\n\n', tokens }]
  const lineAt = linesOf(text, line)
  const starts = splitSentences(text).map(({ start }) => start + marksAt(text, start))
  let end = 0
  return starts.flatMap((start, i) => {
    const joint = i === 0 ? '\n\n' : jointOf(text.slice(end, start))
    const sentence = text.slice(start, starts[i + 1]).trimEnd()
    end = start + sentence.length
    return parts(sentence, lineAt(start), joint, rules)
  })
}

/** Length of the marks, such as "**", that end the word before a place: they belong to its sentence. */
function marksAt(text: string, at: number): number {
  if (at === 0 || /\s/.test(text[at - 1]!)) return 0
  const marks = /^[^\p{L}\p{N}\s]+\s+/u.exec(text.slice(at, at + LONGEST_MARKS))
  return marks === null ? 0 : marks[0].length
}

const LONGEST_MARKS = 40

/** White space as one character; none stays none. */
function jointOf(space: string): string {
  return space === '' ? '' : space.includes('\n') ? '\n' : ' '
}

/** Code as a whole, or what stands between its blank lines, or its lines, or parts of those. */
function codeUnits({ text, line }: Block, rules: SplitRules): Unit[] {
  const tokens = tokensOf(text, rules)
  if (tokens <= rules.most) return [{ text, line, joint: '\n', tokens }]
  return paragraphs(text.split('\n'), line ?? 1).flatMap((chunk): Unit[] => {
    const begins = line === null ? null : chunk.line!
    const tokens = tokensOf(chunk.text, rules)
    if (tokens <= rules.most) return [{ text: chunk.text, line: begins, joint: '\n\n', tokens }]
    return chunk.text
      .split('\n')
      .flatMap((row, i) => parts(row, begins === null ? null : begins + i, '\n', rules))
  })
}

/** A text, cut in two, and again, until each part fits: at white space where there is some. */
function parts(text: string, line: number | null, joint: string, rules: SplitRules): Unit[] {
  const tokens = tokensOf(text, rules)
  if (tokens <= rules.most || text.length < 2)
    return text.trim() === '' ? [] : [{ text, line, joint, tokens }]
  const at = middleOf(text)
  const before = text.slice(0, at).trimEnd()
  const after = text.slice(at).trimStart()
  const begins = linesOf(text, line)(text.length - after.length)
  const between = text.length > before.length + after.length ? ' ' : ''
  return [...parts(before, line, joint, rules), ...parts(after, begins, between, rules)]
}

/** The white space that is nearest to the middle, or the middle, but not within a character. */
function middleOf(text: string): number {
  const half = text.length >> 1
  for (let off = 0; off <= half; off++)
    for (const at of [half - off, half + off])
      if (at > 0 && at < text.length - 1 && /\s/.test(text[at]!)) return at
  const splitsPair = /[\uDC00-\uDFFF]/.test(text[half]!) && /[\uD800-\uDBFF]/.test(text[half - 1]!)
  return splitsPair && half > 1 ? half - 1 : splitsPair ? half + 1 : half
}

/** No text has so many characters for each token: what is longer need not be counted. */
const LONGEST_TOKENS = 64

function tokensOf(text: string, { most, countTokens }: SplitRules): number {
  return text.length > LONGEST_TOKENS * most ? Number.POSITIVE_INFINITY : countTokens(text)
}

/** Tells on which lines places of a text are, which are asked for in their order. */
function linesOf(text: string, first: number | null): (at: number) => number | null {
  let line = first
  let next = text.indexOf('\n')
  return (at) => {
    for (; line !== null && next >= 0 && next < at; next = text.indexOf('\n', next + 1)) line++
    return line
  }
}
