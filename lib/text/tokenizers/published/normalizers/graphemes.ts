import { membersOf, unitsAt } from '../characters.ts'

/** Units that are segmented at once: the time of Intl.Segmenter grows with the square. */
const WINDOW = 256

// Made when it is needed: it takes milliseconds.
let segmenter: Intl.Segmenter | null = null

/**
 * Characters between two of which there is always a boundary of clusters: neither marks, nor jamo, halves of flags,
 * joiners, or letters that Unicode calls prepended or spacing marks, which above U+FFFF are among scripts of India.
 */
const isPlain = membersOf(
  /(?![\r\u0d4e\u0e33\u0eb3\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\u{11000}-\u{11fff}\u{1f1e6}-\u{1f1ff}]|\p{Grapheme_Extend}|\p{Emoji_Modifier})[\p{L}\p{N}\p{P}\p{S}\p{Zs}\p{Cc}]/u,
)

/**
 * Calls `take` with the grapheme clusters of a text that may have more than one character, and with what stands between
 * them. Source: Unicode Standard Annex #29, section 3.
 *
 * @param take told of every stretch in turn: from where to where, and whether it is one cluster or plain characters
 */
export function eachCluster(
  text: string,
  take: (begin: number, end: number, isCluster: boolean) => void,
): void {
  let done = 0
  for (let at = 0, before = 0; at < text.length; before = at, at += unitsAt(text, at)) {
    if (isPlain(text.codePointAt(at)!)) continue
    const begin = Math.max(done, at === 0 ? 0 : before)
    const end = endOfRegion(text, at)
    if (begin > done) take(done, begin, false)
    segment(text, begin, end, take)
    done = end
    at = end - unitsBefore(text, end)
  }
  if (done < text.length) take(done, text.length, false)
}

/** Where plain characters begin again, of which the first may belong to what is before it. */
function endOfRegion(text: string, from: number): number {
  let at = from
  while (at < text.length) {
    const next = at + unitsAt(text, at)
    if (isPlain(text.codePointAt(at)!) && (next >= text.length || isPlain(text.codePointAt(next)!)))
      return next
    at = next
  }
  return at
}

function unitsBefore(text: string, end: number): number {
  const unit = text.charCodeAt(end - 1)
  return unit >= 0xdc00 && unit <= 0xdfff ? 2 : 1
}

function segment(
  text: string,
  begin: number,
  end: number,
  take: (begin: number, end: number, isCluster: boolean) => void,
): void {
  segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' })
  let window = WINDOW
  for (let at = begin; at < end; ) {
    const to = Math.min(end, at + window)
    const part = text.slice(at, to < end && unitsAt(text, to - 1) === 2 ? to - 1 : to)
    const isLast = at + part.length >= end
    const from = at
    for (const { index, segment } of segmenter.segment(part)) {
      // What ends with the window may go on behind it.
      if (!isLast && index + segment.length === part.length) break
      take(from + index, from + index + segment.length, true)
      at = from + index + segment.length
    }
    window = at === from ? 2 * window : WINDOW
  }
}
