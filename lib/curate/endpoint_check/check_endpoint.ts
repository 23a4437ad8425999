import { VmmError } from '../../core/errors.ts'
import { jsonFields } from '../../io/json_fields.ts'
import { systemClock } from '../../models/remote/clock.ts'
import { extractConcepts } from '../extract/llm/extract_concepts.ts'
import { askForJson } from '../llm/ask_for_json.ts'
import type { ChatModel } from '../llm/chat_model.ts'
import { endpoint } from '../llm/endpoint.ts'
import { type EndpointOptions, endpointSettings } from '../llm/endpoint_options.ts'
import { llmValidator } from '../validate/llm_validator.ts'
import { listModels } from './list_models.ts'

/** One thing that an endpoint was asked for. */
export interface EndpointStep {
  readonly name: 'models' | 'answer' | 'stream' | 'json' | 'extraction' | 'validation'
  readonly works: boolean
  /** Whether curation needs it. */
  readonly needed: boolean
  /** What came, or why it does not work. */
  readonly said: string
  readonly milliseconds: number
}

/** What works at an endpoint. */
export interface EndpointCheck {
  readonly url: string
  readonly model: string
  /** Whether all works that curation needs. */
  readonly works: boolean
  readonly steps: readonly EndpointStep[]
}

const TEXT =
  'Photosynthesis is a process in which plants make sugar. It requires sunlight, water and carbon dioxide. Chlorophyll is a green pigment that absorbs the light.'
const RIGHT = { source: 'dog', type: 'parent', target: 'animal' }
const WRONG = { source: 'animal', type: 'parent', target: 'dog' }
const LONGEST_SAID = 200

/**
 * Tries what curation asks of an endpoint: its models, an answer, one that comes in pieces, JSON of a schema, the concepts of a
 * text, and verdicts on a claim that holds and one that does not. Nothing is cached; each step is tried twice at most.
 *
 * @throws VmmError BAD_ARGUMENT for wrong options; the signal's reason. Whatever the endpoint does is told, not thrown
 * @example
 * ```js
 * import { checkEndpoint } from 'vector-mamba/curate'
 *
 * // An endpoint that knows nobody, in place of a server.
 * const fetch = async () => Response.json({ error: { message: 'who are you?' } }, { status: 401 })
 * const { works, steps } = await checkEndpoint({ url: 'http://localhost:8080/v1', model: 'tiny', fetch })
 * console.log(works, steps.map(({ name }) => name).join()) // false models,answer
 * ```
 */
export async function checkEndpoint(
  options: EndpointOptions,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<EndpointCheck> {
  const settings = endpointSettings({ retries: 1, ...options })
  let [pieces, streams] = [0, false]
  const watched: ChatModel = endpoint(
    {
      ...settings,
      send: async (url, init) => {
        const response = await settings.send(url, init)
        streams = response.headers.get('content-type')?.includes('event-stream') ?? false
        pieces = 0
        const body = response.body?.pipeThrough(
          new TransformStream({
            transform(chunk, controller) {
              pieces++
              controller.enqueue(chunk)
            },
          }),
        )
        const { status, headers } = response
        // Statuses such as 204 may have no body at all.
        return body === undefined ? response : new Response(body, { status, headers })
      },
    },
    systemClock,
  )
  const steps: EndpointStep[] = []
  const step = async (name: EndpointStep['name'], needed: boolean, run: () => Promise<string>) => {
    signal?.throwIfAborted()
    const start = performance.now()
    const [works, said] = await run().then(
      (text) => [true, text] as const,
      (error: unknown) => {
        signal?.throwIfAborted()
        if (!(error instanceof VmmError)) throw error
        return [false, error.message] as const
      },
    )
    steps.push({
      name,
      works,
      needed,
      said: shortened(said),
      milliseconds: Math.round(performance.now() - start),
    })
    return works
  }
  const wrong = (message: string) => new VmmError('SERVICE', message)
  await step('models', false, async () => {
    const names = await listModels(settings, signal)
    if (!names.includes(settings.model))
      throw wrong(`${settings.model} is not among them: ${names.join(', ')}`)
    return `${settings.model} is one of ${names.length}`
  })
  const answers = await step('answer', true, async () => {
    const content = 'Name three animals that live in the sea, separated by commas.'
    const { text, usage } = await watched.chat({ messages: [{ role: 'user', content }] }, { signal })
    if (text === '') throw wrong('the answer is empty')
    return `${text} (${usage.output === null ? 'tokens are not counted' : `${usage.output} tokens`})`
  })
  // Whoever gives no answer at all is not asked for more.
  if (answers) {
    await step('stream', false, async () => {
      if (!streams) throw wrong('the answer does not come in pieces, so that a slow one looks like none')
      return `the answer came in ${pieces} pieces`
    })
    await step('json', true, () => jsonOf(watched, signal))
    await step('extraction', true, async () => {
      const { candidates, dropped } = await extractConcepts(
        watched,
        { text: TEXT, source: 'check' },
        { signal },
      )
      const relations = candidates.flatMap(({ text, relations: own }) =>
        own.map(({ type, target }) => `${text} ${type} ${target}`),
      )
      const left = dropped.reduce((sum, { count }) => sum + count, 0)
      if (relations.length === 0)
        throw wrong(`no relation was found, and ${left} lines or names were left out`)
      return `${candidates.length} concepts, ${relations.length} relations, ${left} left out: ${relations.join('; ')}`
    })
    await step('validation', true, async () => {
      const votes = await llmValidator(watched).votes([RIGHT, WRONG], { signal })
      const [right, other] = votes.map(([vote]) => vote!)
      if (right!.holds !== true || other!.holds !== false)
        throw wrong(
          `of a dog as an animal it says ${word(right!.holds)}, of an animal as a dog ${word(other!.holds)}`,
        )
      return 'YES to what holds, NO to what does not'
    })
  }
  const works = answers && steps.every((one) => one.works || !one.needed)
  return { url: settings.url, model: settings.model, works, steps }
}

async function jsonOf(model: ChatModel, signal: AbortSignal | undefined): Promise<string> {
  const schema = {
    type: 'object',
    properties: { animal: { type: 'string' }, legs: { type: 'integer' } },
    required: ['animal', 'legs'],
    additionalProperties: false,
  }
  const messages = [{ role: 'user', content: 'Name an animal and how many legs it has.' }] as const
  return askForJson(
    model,
    {
      messages,
      schema,
      read: (value) => {
        const fields = jsonFields('the answer', value)
        return JSON.stringify({ animal: fields.text('animal'), legs: fields.count('legs') })
      },
    },
    signal,
  )
}

const NAMES: Readonly<Record<EndpointStep['name'], string>> = {
  models: 'lists its models',
  answer: 'answers',
  stream: 'streams',
  json: 'gives JSON',
  extraction: 'finds concepts',
  validation: 'checks relations',
}

/**
 * What works, a line each, for people.
 *
 * @example
 * ```js
 * import { endpointLines } from 'vector-mamba/curate'
 *
 * const checked = { url: 'http://localhost:8080/v1', model: 'tiny', works: false, steps: [] }
 * console.log(endpointLines(checked)[0]) // http://localhost:8080/v1: tiny
 * ```
 */
export function endpointLines({ url, model, works, steps }: EndpointCheck): string[] {
  const width = Math.max(...Object.values(NAMES).map((name) => name.length))
  return [
    `${url}: ${model}`,
    ...steps.map(({ name, works: does, needed, said, milliseconds }) => {
      const mark = does ? 'ok' : needed ? 'FAILS' : 'no'
      return `  ${NAMES[name].padEnd(width)}  ${mark.padEnd(5)}  ${`${milliseconds} ms`.padStart(9)}  ${said}`
    }),
    works ? 'It can be used for curation.' : 'It cannot be used for curation.',
  ]
}

function word(holds: boolean | null): string {
  return holds === null ? 'nothing that can be read' : holds ? 'YES' : 'NO'
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > LONGEST_SAID ? `${line.slice(0, LONGEST_SAID)}…` : line
}
