import { badArgument } from '../../../core/errors.ts'

/** UTF-16 units of a text at most, as it is given and as it is normalised. */
export const LONGEST_TEXT = 1 << 24
/** Of a token. */
export const LONGEST_TOKEN = 4096
/** Of all tokens together, as many as a trie has room for. */
export const MOST_CHARACTERS = 1 << 24
/** Token ids at most: several times what any published vocabulary has. */
export const MOST_TOKENS = 1 << 20

/** Throws BAD_ARGUMENT for a text that is longer than the longest, as given or as it is normalised so far. */
export function checkLength(units: number, argument: string): void {
  if (units <= LONGEST_TEXT) return
  const count = (n: number) => n.toLocaleString('en')
  throw badArgument(
    argument,
    `a text of ${count(units)}`,
    `at most ${count(LONGEST_TEXT)} characters, before and after it is normalised`,
  )
}
