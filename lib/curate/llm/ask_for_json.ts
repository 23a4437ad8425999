import { VmmError } from '../../core/errors.ts'
import { parseJson } from '../../io/json.ts'
import type { ChatModel, ChatRequest, JsonSchema } from './chat_model.ts'
import { LlmError } from './llm_error.ts'

/** What is asked for, and how it is read. */
export interface JsonQuestion<T> extends Omit<ChatRequest, 'schema'> {
  readonly schema: JsonSchema
  /** What a value is, or a VmmError that says what is wrong with it: the model is told. */
  readonly read: (value: unknown) => T
  /** Reads an answer of plain words that is good enough; null where it is not. Default: none is. */
  readonly readWords?: (text: string) => T | null
  /** Answers at most. Default 3. */
  readonly tries?: number
}

/** Characters of a wrong answer that its model is shown again. */
const SHOWN = 2000

/**
 * Asks a model for JSON. Where it can be held to a schema, it is; the schema is in the prompt as well, and whatever comes
 * is parsed and checked. For an answer that does not fit it is asked again, with the error.
 *
 * @throws LlmError `shape` where no answer fits; what `chat` throws
 * @example
 * ```js
 * import { askForJson, openEndpoint } from 'vector-mamba/curate'
 *
 * // Answers in place of a server; without it, `url` is asked by fetch.
 * const content = '{"legs":4}'
 * const fetch = async () => Response.json({ choices: [{ message: { content }, finish_reason: 'stop' }] })
 * const model = openEndpoint({ url: 'http://localhost:8080/v1', model: 'tiny', fetch })
 * const schema = { type: 'object', properties: { legs: { type: 'integer' } }, required: ['legs'] }
 * const messages = [{ role: 'user', content: 'How many legs has a dog?' }]
 * console.log(await askForJson(model, { messages, schema, read: ({ legs }) => legs })) // 4
 * ```
 */
export async function askForJson<T>(
  model: ChatModel,
  { schema, read, readWords = () => null, tries = 3, ...request }: JsonQuestion<T>,
  signal?: AbortSignal,
): Promise<T> {
  const rule = `Answer with JSON alone, of this schema: ${JSON.stringify(schema)}`
  const messages = [...request.messages]
  const last = messages.pop()!
  messages.push({ ...last, content: `${last.content}\n\n${rule}` })
  for (let asked = 1; ; asked++) {
    const { text } = await model.chat({ ...request, messages, schema }, { signal })
    try {
      return read(jsonIn(text))
    } catch (error) {
      if (!(error instanceof VmmError)) throw error
      const words = readWords(text)
      if (words !== null) return words
      if (asked >= tries) {
        const message = `${model.endpoint}: ${model.model}: ${asked} answers do not fit: ${error.message}`
        throw new LlmError('shape', message, { text })
      }
      messages.push(
        { role: 'assistant', content: text.slice(0, SHOWN) },
        { role: 'user', content: `That does not fit: ${error.message}. ${rule}` },
      )
    }
  }
}

/** The JSON of an answer, with or without a fence of code or words around it. Throws VmmError BAD_FILE where it has none. */
function jsonIn(text: string): unknown {
  const [begin, end] = [text.search(/[{[]/), Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'))]
  return parseJson(begin >= 0 && end > begin ? text.slice(begin, end + 1) : text, 'the answer')
}
