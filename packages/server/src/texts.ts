import { badRequest, ServerError } from './errors.ts'

/** Texts of a request, and characters of them all. */
const MOST_TEXTS = 2048
const MOST_CHARACTERS = 2 ** 20

/**
 * The texts of a field that is a text or an array of them. It is checked here and not by the schema, whose messages about a choice
 * of types tell nothing.
 *
 * @throws ServerError naming the field, what was given and what is allowed
 */
export function textsOf(given: unknown, param: string, most: number = MOST_TEXTS): string[] {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given]
  if (list.length === 0) throw badRequest(`${param}: got no text; expected at least one`, param)
  if (list.length > most)
    throw badRequest(`${param}: got ${list.length} texts; expected at most ${most}`, param, 'too_many_inputs')
  let characters = 0
  const texts = list.map((text, i) => {
    const place = Array.isArray(given) ? `${param}[${i}]` : param
    if (isTokens(text)) throw tokensGiven(param)
    if (typeof text !== 'string') throw badRequest(`${place}: got ${kindOf(text)}; expected a text`, param)
    if (text === '') throw badRequest(`${place}: got an empty text; expected at least one character`, param)
    characters += text.length
    return text
  })
  if (characters > MOST_CHARACTERS)
    throw badRequest(
      `${param}: got ${characters} characters; expected at most ${MOST_CHARACTERS} in all`,
      param,
      'too_many_characters',
    )
  return texts
}

const isTokens = (value: unknown) =>
  Number.isInteger(value) || (Array.isArray(value) && value.length > 0 && value.every(Number.isInteger))

function tokensGiven(param: string): ServerError {
  const message = `${param}: got ids of tokens, which mean other texts to another model; send text (LangChain: check_embedding_ctx_length=False)`
  return new ServerError(400, message, { code: 'tokens_not_supported', param })
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object'
    ? 'an object'
    : typeof value === 'undefined'
      ? 'nothing'
      : `a ${typeof value}`
}
