import { check } from '../../../core/errors.ts'
import { refuseUnknown } from '../../../core/options.ts'
import { splitSentences } from '../../../text/sentences.ts'
import type { TextPassage } from './extract_concepts.ts'

/** How a text is cut into passages. */
export interface PassageOptions {
  /** Characters of a passage at most; a longer sentence is cut. Default 2000. */
  readonly characters?: number | undefined
  /** Characters of whole sentences that a passage repeats of the one before, at most. Default 200. */
  readonly overlap?: number | undefined
}

/**
 * The passages of a text: as many sentences as fit, the last of which begin the next passage as well, so that what a
 * sentence says of the one before is not torn apart.
 *
 * @param of where the text is from; passages are counted as its positions, and have their lines
 * @throws VmmError BAD_ARGUMENT for wrong options
 * @example
 * ```js
 * import { splitPassages } from 'vector-mamba/curate'
 *
 * const text = 'The tide went out. It left a bay of mud. Birds came for the worms.'
 * const passages = splitPassages(text, { source: 'tides.txt' }, { characters: 50, overlap: 25 })
 * console.log(passages[0].text) // The tide went out. It left a bay of mud.
 * console.log(passages[1].text) // It left a bay of mud. Birds came for the worms.
 * ```
 */
export function splitPassages(
  text: string,
  of: Omit<TextPassage, 'text' | 'position' | 'line'>,
  options: PassageOptions = {},
): TextPassage[] {
  refuseUnknown(options, { characters: true, overlap: true })
  const { characters = 2000, overlap = 200 } = options
  check(
    Number.isInteger(characters) && characters > 0,
    'characters',
    characters,
    'a whole number of 1 or more',
  )
  const isShorter = Number.isInteger(overlap) && overlap >= 0 && overlap < characters
  check(isShorter, 'overlap', overlap, 'a whole number of 0 or more, below characters')
  const pieces = splitSentences(text).flatMap(({ start, end }) => {
    const count = Math.ceil((end - start) / characters)
    const size = Math.ceil((end - start) / count)
    return Array.from(
      { length: count },
      (_, i) => [start + i * size, Math.min(start + (i + 1) * size, end)] as const,
    )
  })
  const passages: TextPassage[] = []
  for (let first = 0; first < pieces.length; ) {
    const [start] = pieces[first]!
    let next = first + 1
    while (next < pieces.length && pieces[next]![1] - start <= characters) next++
    const [, end] = pieces[next - 1]!
    const line = lineOf(text, start)
    passages.push({ ...of, text: text.slice(start, end), position: passages.length, line })
    if (next === pieces.length) break
    // Back over sentences as far as they may be repeated and leave room for a new one.
    let begin = next
    while (
      begin - 1 > first &&
      end - pieces[begin - 1]![0] <= overlap &&
      pieces[next]![1] - pieces[begin - 1]![0] <= characters
    )
      begin--
    first = begin
  }
  return passages
}

/** The line, from 1, on which a character stands. */
function lineOf(text: string, at: number): number {
  let line = 1
  for (let end = text.indexOf('\n'); end >= 0 && end < at; end = text.indexOf('\n', end + 1)) line++
  return line
}
