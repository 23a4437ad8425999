import { describe, VmmError } from '../../../../core/errors.ts'
import { LONGEST_TOKEN, MOST_CHARACTERS, MOST_TOKENS } from '../bounds.ts'
import { type Field, objectOf, placeOf } from '../fields.ts'

/** Tokens with their ids, each way. */
export interface Vocabulary {
  readonly ids: ReadonlyMap<string, number>
  readonly tokens: readonly (string | undefined)[]
}

/**
 * An object of ids by token. Of tokens with the same id the last is what it spells.
 *
 * @throws VmmError BAD_FILE naming a token whose id is none, or that has more than 4096 characters, and more than
 *   2^24 characters in all
 */
export function vocabularyOf(field: Field): Vocabulary {
  const ids = new Map<string, number>()
  const tokens: (string | undefined)[] = []
  const entries = Object.entries(objectOf(field))
  const broken = (token: string, problem: string) =>
    new VmmError('BAD_FILE', `${placeOf(field)}: token ${describe(token)} ${problem}`)
  let last = -1
  let characters = 0
  for (const [token, id] of entries) {
    if (!Number.isInteger(id) || (id as number) < 0 || (id as number) >= MOST_TOKENS)
      throw broken(token, `has the id ${describe(id)}; expected a whole number below ${MOST_TOKENS}`)
    if (token.length > LONGEST_TOKEN) throw broken(token, `has more than ${LONGEST_TOKEN} characters`)
    characters += token.length
    if (characters > MOST_CHARACTERS)
      throw new VmmError('BAD_FILE', `${placeOf(field)}: more than ${MOST_CHARACTERS} characters in all`)
    ids.set(token, id as number)
    last = Math.max(last, id as number)
  }
  for (let id = 0; id <= last; id++) tokens.push(undefined)
  for (const [token, id] of ids) tokens[id] = token
  return { ids, tokens }
}
