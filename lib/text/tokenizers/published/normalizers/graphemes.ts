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

/** Told of every stretch in turn: from where to where, and whether it is one cluster or plain characters. */
type Take = (begin: number, end: number, isCluster: boolean) => void

/**
 * Calls `take` with the grapheme clusters of a text that may have more than one character, and with what stands between
 * them. Source: Unicode Standard Annex #29, section 3.
 *
 * @param from where a cluster begins
 * @param to   where to end: at the first boundary of clusters that is found from there on
 * @returns where it has ended
 */
export function eachCluster(text: string, take: Take, from = 0, to = text.length): number {
  let done = from
  for (let at = from, before = from; at < text.length; before = at, at += unitsAt(text, at)) {
    if (isPlain(text.codePointAt(at)!)) {
      // So is the character before.
      if (at < to || at === from) continue
      if (at > done) take(done, at, false)
      return at
    }
    const begin = Math.max(done, before)
    const region = endOfRegion(text, at, to)
    if (begin > done) take(done, begin, false)
    const end = segment(text, begin, region, to, take)
    if (end < region) return end
    done = end
    at = end - unitsBefore(text, end)
  }
  if (done < text.length) take(done, text.length, false)
  return text.length
}

/**
 * Where plain characters begin again, of which the first may belong to what is before it; the end of the text where that
 * is not before `to`.
 */
function endOfRegion(text: string, from: number, to: number): number {
  let at = from
  while (at < text.length) {
    if (at >= to) return text.length
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

/** Takes the clusters of a region, those that begin before `to`; returns where it has ended. */
function segment(text: string, begin: number, end: number, to: number, take: Take): number {
  segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' })
  let window = WINDOW
  let at = begin
  while (at < end) {
    const stop = Math.min(end, at + window)
    const part = text.slice(at, stop < end && unitsAt(text, stop - 1) === 2 ? stop - 1 : stop)
    const isLast = at + part.length >= end
    const from = at
    for (const { index, segment } of segmenter.segment(part)) {
      // What ends with the window may go on behind it.
      if (!isLast && index + segment.length === part.length) break
      take(from + index, from + index + segment.length, true)
      at = from + index + segment.length
      if (at >= to) return at
    }
    window = at === from ? 2 * window : WINDOW
  }
  return at
}
