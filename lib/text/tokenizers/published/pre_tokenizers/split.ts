import { type Field, textOf, wrong } from '../fields.ts'
import type { Emit } from '../parts.ts'

/** What becomes of what a pattern finds in a text. */
export type SplitBehavior = 'Removed' | 'Isolated' | 'MergedWithPrevious' | 'MergedWithNext' | 'Contiguous'

const BEHAVIORS: readonly string[] = [
  'Removed',
  'Isolated',
  'MergedWithPrevious',
  'MergedWithNext',
  'Contiguous',
]

/** A field that names a behavior. Throws BAD_FILE. */
export function behaviorOf(field: Field, fallback?: SplitBehavior): SplitBehavior {
  const name = textOf(field, fallback)
  if (!BEHAVIORS.includes(name)) throw wrong(field, `one of ${BEHAVIORS.join(', ')}`)
  return name as SplitBehavior
}

/** A text in consecutive spans: where each ends, and whether it is one that was looked for. */
export interface Spans {
  readonly ends: number[]
  readonly found: boolean[]
}

/** What a global pattern finds in a text. */
export function spansOf(text: string, pattern: RegExp, isInverted: boolean): Spans {
  const ends: number[] = []
  const found: boolean[] = []
  let at = 0
  pattern.lastIndex = 0
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const length = match[0].length
    if (match.index > at) {
      ends.push(match.index)
      found.push(isInverted)
    }
    if (length === 0) pattern.lastIndex += text.codePointAt(match.index)! > 0xffff ? 2 : 1
    at = match.index + length
    ends.push(at)
    found.push(!isInverted)
  }
  if (at < text.length) {
    ends.push(text.length)
    found.push(isInverted)
  }
  return { ends, found }
}

/** The characters of a text that are looked for, each a span of its own. */
export function characterSpans(text: string, isWanted: (point: number) => boolean): Spans {
  const ends: number[] = []
  const found: boolean[] = []
  let begin = 0
  for (let at = 0; at < text.length; ) {
    const point = text.codePointAt(at)!
    const next = at + (point > 0xffff ? 2 : 1)
    if (isWanted(point)) {
      if (at > begin) {
        ends.push(at)
        found.push(false)
      }
      ends.push(next)
      found.push(true)
      begin = next
    }
    at = next
  }
  if (begin < text.length) {
    ends.push(text.length)
    found.push(false)
  }
  return { ends, found }
}

/** Emits the pieces that spans leave of a text. */
export function split(
  text: string,
  spans: Spans,
  behavior: SplitBehavior,
  atStart: boolean,
  emit: Emit,
): void {
  const { ends, found } = spans
  let begin = 0
  for (let i = 0; i < ends.length; i++) {
    const end = ends[i]!
    if (i + 1 < ends.length && isJoined(found, i, behavior)) continue
    if (end > begin && !(behavior === 'Removed' && found[i]))
      emit(text.slice(begin, end), atStart && begin === 0)
    begin = end
  }
}

/** Whether a span and the next are one piece. */
function isJoined(found: readonly boolean[], i: number, behavior: SplitBehavior): boolean {
  const [here, next] = [found[i]!, found[i + 1]!]
  switch (behavior) {
    case 'Contiguous':
      return here === next
    case 'MergedWithPrevious':
      return next && !here
    case 'MergedWithNext':
      return here && !next
    default:
      return false
  }
}
