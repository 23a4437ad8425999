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
  const object = objectOf(field)
  const ids = new Map<string, number>()
  const tokens: (string | undefined)[] = []
  let characters = 0
  // Of large objects the entries take three times as long as the keys.
  for (const token of Object.keys(object)) {
    const id = object[token]
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= MOST_TOKENS)
      throw broken(field, token, `has the id ${describe(id)}; expected a whole number below ${MOST_TOKENS}`)
    if (token.length > LONGEST_TOKEN) throw broken(field, token, `has more than ${LONGEST_TOKEN} characters`)
    characters += token.length
    while (tokens.length <= id) tokens.push(undefined)
    tokens[id] = token
    ids.set(token, id)
  }
  if (characters > MOST_CHARACTERS)
    throw new VmmError('BAD_FILE', `${placeOf(field)}: more than ${MOST_CHARACTERS} characters in all`)
  return { ids, tokens }
}

function broken(field: Field, token: string, problem: string): VmmError {
  return new VmmError('BAD_FILE', `${placeOf(field)}: token ${describe(token)} ${problem}`)
}
