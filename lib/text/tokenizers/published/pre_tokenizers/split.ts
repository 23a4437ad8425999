import { type Field, textOf, wrong } from '../fields.ts'
import type { PreTokenizer } from '../parts.ts'
import { type FindSpans, forget, noSpans, type Spans } from '../spans.ts'

/** What becomes of what is found in a text. */
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

/** Splits a text into the pieces that spans leave of it. */
export function splitting(find: FindSpans, behavior: SplitBehavior): PreTokenizer {
  return {
    whole(text, atStart, emit) {
      const spans = noSpans()
      find(text, spans, Number.POSITIVE_INFINITY)
      const { ends, found } = spans
      let begin = 0
      for (let i = 0; i < ends.length; i++) {
        i = lastOfPiece(found, i, behavior)
        const end = ends[i]!
        if (end > begin && isKept(found[i]!, behavior)) emit(text.slice(begin, end), atStart && begin === 0)
        begin = end
      }
    },
    *inSteps(text, atStart, sink, units) {
      const spans: Spans = noSpans()
      const { ends, found } = spans
      let begin = 0
      for (let paused = 0, isAll = false; !isAll; paused = spans.at) {
        isAll = find(text, spans, paused + units)
        let next = 0
        while (next < ends.length) {
          const i = lastOfPiece(found, next, behavior)
          // What is found later may be a part of the last piece.
          if (i + 1 === ends.length && !isAll) {
            next = i
            break
          }
          const end = ends[i]!
          const [piece, isFirst] = [text.slice(begin, end), atStart && begin === 0]
          if (piece !== '' && isKept(found[i]!, behavior)) {
            if (piece.length > units) yield* sink.long(piece, isFirst)
            else sink.short(piece, isFirst)
          }
          begin = end
          next = i + 1
        }
        forget(spans, next)
        yield spans.at - paused
      }
    },
  }
}

function isKept(isFound: boolean, behavior: SplitBehavior): boolean {
  return !(isFound && behavior === 'Removed')
}

/** The last span of the piece that a span begins, as far as spans are known. */
function lastOfPiece(found: readonly boolean[], first: number, behavior: SplitBehavior): number {
  let last = first
  while (last + 1 < found.length && isJoined(found[last]!, found[last + 1]!, behavior)) last++
  return last
}

/** Whether a span and the next are one piece, by whether they were looked for. */
function isJoined(here: boolean, next: boolean, behavior: SplitBehavior): boolean {
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
