import { unitsAt } from './characters.ts'

/** A text in consecutive spans, as far as it is read. */
export interface Spans {
  /** Where each ends. */
  readonly ends: number[]
  /** Whether it is one that was looked for. */
  readonly found: boolean[]
  /** Where the text is read on. */
  at: number
  /** Where the span begins that has no end yet. */
  begin: number
}

/** Reads spans of a text on to a place at least; tells whether they are all. */
export type FindSpans = (text: string, spans: Spans, to: number) => boolean

/** The spans of a text of which nothing is read. */
export function noSpans(): Spans {
  return { ends: [], found: [], at: 0, begin: 0 }
}

/** Drops the first spans. */
export function forget({ ends, found }: Spans, count: number): void {
  ends.splice(0, count)
  found.splice(0, count)
}

/** What a global pattern finds in a text. */
export function patternSpans(pattern: RegExp, isInverted: boolean): FindSpans {
  return (text, spans, to) => {
    const { ends, found } = spans
    let { at, begin } = spans
    let isAll = false
    while (at < to) {
      // Other texts may have been read with the pattern in between.
      pattern.lastIndex = at
      const match = pattern.exec(text)
      isAll = match === null
      const start = match === null ? text.length : match.index
      if (start > begin) {
        ends.push(start)
        found.push(isInverted)
      }
      if (match === null) {
        at = text.length
        break
      }
      const { length } = match[0]
      begin = start + length
      at = length === 0 ? begin + unitsAt(text, begin) : begin
      ends.push(begin)
      found.push(!isInverted)
    }
    spans.at = at
    spans.begin = begin
    return isAll
  }
}

/** Characters of a text that are spans of their own, those that are wanted; of these, the ones that count as found. */
export function characterSpans(
  isWanted: (point: number) => boolean,
  isFound: (point: number) => boolean = isWanted,
): FindSpans {
  return (text, spans, to) => {
    const { ends, found } = spans
    let { at, begin } = spans
    while (at < text.length && at < to) {
      const point = text.codePointAt(at)!
      const next = at + (point > 0xffff ? 2 : 1)
      if (isWanted(point)) {
        if (at > begin) {
          ends.push(at)
          found.push(false)
        }
        ends.push(next)
        found.push(isFound(point))
        begin = next
      }
      at = next
    }
    const isAll = at >= text.length
    if (isAll && begin < text.length) {
      ends.push(text.length)
      found.push(false)
      begin = text.length
    }
    spans.at = at
    spans.begin = begin
    return isAll
  }
}
