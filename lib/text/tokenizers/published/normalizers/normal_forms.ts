import { badArgument } from '../../../../core/errors.ts'
import { checkLength, LONGEST_TEXT } from '../bounds.ts'

export type NormalForm = 'NFC' | 'NFD' | 'NFKC' | 'NFKD'

/** What one unit becomes at most: U+FDFA is a phrase of 18. */
const EXPANSION = 18
/** Units that are normalised on their own to see what a text would come to. */
const PART = 1 << 16
/** Marks on one letter that may come in any order: to sort them takes the square of their number. */
const MOST_MARKS = 1024
const ASCII = /^[\0-\x7f]*$/

/**
 * A text in a normal form of Unicode, in time and memory that its own length bounds.
 *
 * @param argument for messages
 * @throws VmmError BAD_ARGUMENT for more than 2^24 UTF-16 units afterwards, and for more than 1024 combining marks in a
 *   row that are out of order
 */
export function normalForm(text: string, form: NormalForm, argument: string): string {
  if (ASCII.test(text)) return text
  if (text.length > MOST_MARKS)
    for (const [marks] of text.matchAll(/\p{M}+/gu))
      if (marks.length > MOST_MARKS && !isOrdered(marks))
        throw badArgument(
          argument,
          `${marks.length.toLocaleString('en')} combining marks in a row`,
          `at most ${MOST_MARKS.toLocaleString('en')}, or in their canonical order`,
        )
  if (EXPANSION * text.length > LONGEST_TEXT) {
    let length = 0
    for (let from = 0; from < text.length; from += PART) {
      length += text.slice(from, from + PART).normalize(form).length
      checkLength(length, argument)
    }
  }
  return text.normalize(form)
}

/** Whether marks stay as they are when they are put in order. */
function isOrdered(marks: string): boolean {
  const known = new Map<string, boolean>()
  let before = ''
  for (const mark of marks) {
    const pair = before + mark
    let fits = known.get(pair)
    if (fits === undefined) {
      fits = pair.normalize('NFD') === before.normalize('NFD') + mark.normalize('NFD')
      known.set(pair, fits)
    }
    if (!fits) return false
    before = mark
  }
  return true
}
