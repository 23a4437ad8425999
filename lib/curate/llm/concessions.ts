import { CHAT_DEFAULTS, type ChatRequest } from './chat_model.ts'

/** A part of OpenAI's protocol that an endpoint does not take, so that requests go without it. */
export type Concession = 'usage' | 'max_tokens' | 'temperature' | 'schema'

/** Words of a refusal that say what it is about. */
const SAID: readonly (readonly [Concession, RegExp])[] = [
  ['usage', /stream_options|include_usage/i],
  ['max_tokens', /max_completion_tokens/i],
  ['temperature', /temperature/i],
  ['schema', /response_format|json_schema|grammar/i],
]

/** The body of a request for a streamed answer, without what is conceded. */
export function bodyOf(model: string, request: ChatRequest, conceded: ReadonlySet<Concession>): string {
  const { messages, schema } = request
  const { maxTokens = CHAT_DEFAULTS.maxTokens, temperature = CHAT_DEFAULTS.temperature } = request
  const format = schema && { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } }
  return JSON.stringify({
    model,
    messages: messages.map(({ role, content }) => ({ role, content })),
    [conceded.has('max_tokens') ? 'max_completion_tokens' : 'max_tokens']: maxTokens,
    ...(conceded.has('temperature') ? {} : { temperature }),
    stream: true,
    ...(conceded.has('usage') ? {} : { stream_options: { include_usage: true } }),
    ...(format === undefined || conceded.has('schema') ? {} : { response_format: format }),
  })
}

/** What to go without after a request was refused; null where that will not help. A refusal that names nothing is laid to the schema. */
export function concessionAfter(
  message: string,
  request: ChatRequest,
  conceded: ReadonlySet<Concession>,
): Concession | null {
  const open = (one: Concession) => !conceded.has(one) && (one !== 'schema' || request.schema !== undefined)
  const named = SAID.find(([one, words]) => words.test(message) && open(one))?.[0]
  return named ?? (open('schema') ? 'schema' : null)
}
