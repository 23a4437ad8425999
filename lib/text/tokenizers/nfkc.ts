import { badArgument } from '../../core/errors.ts'
import { isStarterStart } from './starters.ts'
import { byStretches, type Steps } from './steps.ts'

/** UTF-16 units of a text at most, as it is given and as it is read. */
const LONGEST = 1 << 24
/** What one unit becomes at most: U+FDFA is a phrase of 18. */
const EXPANSION = 18
/** Units that are normalised on their own to see what a text would come to. */
const PART = 1 << 16
/** Marks on one letter: putting them in order takes the square of their number. */
const MOST_MARKS = 1024

/**
 * A text in Unicode's form NFKC, in time and memory that its own length bounds.
 *
 * @param argument for messages
 * @throws VmmError BAD_ARGUMENT for more than 2^24 UTF-16 units, before or after, and more than 1024 combining marks in
 *   a row
 */
export function nfkc(text: string, argument: string): string {
  if (text.length > LONGEST) throw tooLong(argument, `a text of ${count(text.length)}`)
  if (text.length > MOST_MARKS)
    for (const [marks] of text.matchAll(/\p{M}+/gu))
      if (marks.length > MOST_MARKS)
        throw badArgument(
          argument,
          `${count(marks.length)} combining marks in a row`,
          `at most ${count(MOST_MARKS)}`,
        )
  if (EXPANSION * text.length > LONGEST) {
    let length = 0
    for (let from = 0; from < text.length; from += PART) {
      length += text.slice(from, from + PART).normalize('NFKC').length
      if (length > LONGEST) throw tooLong(argument, madeLonger(text))
    }
  }
  return text.normalize('NFKC')
}

/** The same in steps. A row of combining marks is read in one. */
export function* nfkcSteps(text: string, argument: string, units: number): Steps<string> {
  if (text.length > LONGEST) throw tooLong(argument, `a text of ${count(text.length)}`)
  let length = 0
  return yield* byStretches(text, units, isStarterStart, (stretch) => {
    const normal = nfkc(stretch, argument)
    length += normal.length
    if (length > LONGEST) throw tooLong(argument, madeLonger(text))
    return normal
  })
}

function madeLonger(text: string): string {
  return `a text of ${count(text.length)} that NFKC makes longer`
}

function tooLong(argument: string, given: string): Error {
  return badArgument(argument, given, `at most ${count(LONGEST)} characters, before and after NFKC`)
}

function count(n: number): string {
  return n.toLocaleString('en')
}
