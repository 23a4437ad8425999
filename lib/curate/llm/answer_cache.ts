import { createHash } from 'node:crypto'
import { check } from '../../core/errors.ts'
import { openContentFiles } from '../../io/content_files.ts'
import { parseJson } from '../../io/json.ts'
import { type JsonFields, jsonFields } from '../../io/json_fields.ts'
import { CHAT_DEFAULTS, type ChatAnswer, type ChatModel, type ChatRequest } from './chat_model.ts'
import { LONGEST_ANSWER } from './completion.ts'

/** Of what files are named by and hold. */
const VERSION = 1
/** JSON writes a character in six bytes at most. */
const MOST_BYTES = 8 * LONGEST_ANSWER

/**
 * A model that is asked nothing twice: its answers are kept in a folder, which is made, each in a file named by the
 * SHA-256 of the endpoint's name, the model and the request with its sample number. Processes can share the folder.
 * Equal requests at the same time are one. Failures are not kept.
 *
 * @throws VmmError BAD_FILE where the folder cannot be made; `chat` also where an answer cannot be written
 * @example
 * ```js
 * import { cacheAnswers, openEndpoint } from 'vector-mamba/curate'
 *
 * let asked = 0
 * const fetch = async () => Response.json({ choices: [{ message: { content: `${++asked}` }, finish_reason: 'stop' }] })
 * const endpoint = openEndpoint({ url: 'http://localhost:8080/v1', model: 'tiny', fetch })
 * const model = await cacheAnswers(endpoint, 'answers')
 * const request = { messages: [{ role: 'user', content: 'How often were you asked?' }] }
 * await model.chat(request)
 * console.log(await model.chat(request)) // { text: '1', usage: { input: null, output: null }, cached: true }
 * ```
 */
export async function cacheAnswers(model: ChatModel, folder: string): Promise<ChatModel> {
  check(typeof folder === 'string' && folder !== '', 'folder', folder, 'the path of a folder')
  const files = await openContentFiles(folder)
  const asking = new Map<string, Promise<ChatAnswer>>()
  const read = async (name: string): Promise<ChatAnswer | null> => {
    const bytes = await files.read(name, MOST_BYTES)
    return bytes === null ? null : answerOf(bytes.toString(), name)
  }
  const ask = async (name: string, request: ChatRequest, signal: AbortSignal | undefined) => {
    const kept = await read(name)
    if (kept !== null) return kept
    const answer = await model.chat(request, { signal })
    const { text, usage } = answer
    await files.write(name, JSON.stringify({ version: VERSION, name, text, usage }))
    return answer
  }
  return {
    ...model,
    chat: async (request, { signal } = {}) => {
      const name = nameOf(model, request)
      // Who asks the same waits; should the first one fail or be aborted, the next asks for itself.
      for (let first = asking.get(name); first !== undefined; first = asking.get(name)) {
        const answer = await first.catch(() => null)
        signal?.throwIfAborted()
        if (answer !== null) return { ...answer, cached: true }
      }
      const answer = ask(name, request, signal)
      asking.set(name, answer)
      try {
        return await answer
      } finally {
        asking.delete(name)
      }
    },
  }
}

function nameOf({ endpoint, model }: ChatModel, request: ChatRequest): string {
  const { messages, schema = null } = request
  const { maxTokens, temperature, sample } = { ...CHAT_DEFAULTS, ...request }
  const asked = { endpoint, model, messages, schema, maxTokens, temperature, sample, version: VERSION }
  return createHash('sha256').update(canonicalJson(asked)).digest('hex')
}

/** JSON whose objects have their fields in order, so that equal values are equal texts. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

/** The answer of a file; null for one that is damaged. */
function answerOf(json: string, name: string): ChatAnswer | null {
  try {
    const file = jsonFields(name, parseJson(json, name))
    file.only('version', VERSION)
    file.only('name', name)
    const usage = file.object('usage')
    return {
      text: file.text('text'),
      usage: { input: tokens(usage, 'input'), output: tokens(usage, 'output') },
      cached: true,
    }
  } catch {
    return null
  }
}

function tokens(usage: JsonFields | null, field: string): number | null {
  return usage?.has(field) ? usage.count(field) : null
}
