import { VmmError } from '../../core/errors.ts'
import { type Clock, systemClock } from '../../models/remote/clock.ts'
import { makePace, makePlaces } from '../../models/remote/limits.ts'
import { refusalOf } from '../../models/remote/refusal.ts'
import { type Failure, type Outcome, withRetries } from '../../models/remote/retry.ts'
import type { ChatAnswer, ChatModel, ChatRequest, TokenUsage } from './chat_model.ts'
import { type Completion, type Flaw, readCompletion } from './completion.ts'
import { bodyOf, type Concession, concessionAfter } from './concessions.ts'
import { type EndpointOptions, type EndpointSettings, endpointSettings } from './endpoint_options.ts'
import { listen } from './listen.ts'
import { LlmError, type LlmReason } from './llm_error.ts'
import { withoutThoughts } from './thoughts.ts'

/**
 * A language model behind OpenAI's `/v1/chat/completions`: OpenAI itself, or a server such as llama.cpp, vLLM, Ollama or
 * LM Studio. Opening asks nothing of it.
 *
 * - Answers are always streamed, so that a slow model is told from a dead connection.
 * - 408, 409, 429, 5xx, lost connections and broken answers are tried again, as often as `retries` says; where an
 *   endpoint says for how long it must be left alone, all requests to it wait.
 * - What it refuses of the protocol (`response_format`, `stream_options`, `max_tokens`, `temperature`) it is not asked again.
 *
 * @throws VmmError BAD_ARGUMENT for wrong options. `chat` throws as `ChatModel` says
 * @example
 * ```js
 * import { openEndpoint } from 'vector-mamba/curate'
 *
 * // Answers in place of a server; without it, `url` is asked by fetch.
 * const fetch = async () => new Response('data: {"choices":[{"delta":{"content":"Yes."}}]}\n\ndata: [DONE]\n\n')
 * const model = openEndpoint({ url: 'http://localhost:8080/v1', model: 'tiny', fetch })
 * const { text } = await model.chat({ messages: [{ role: 'user', content: 'Is a dog an animal?' }] })
 * console.log(text) // Yes.
 * ```
 */
export function openEndpoint(options: EndpointOptions): ChatModel {
  return endpoint(endpointSettings(options), systemClock)
}

interface LlmFailure extends Failure {
  /** Null for what is the caller's mistake. */
  readonly reason: LlmReason | null
  readonly text?: string
  readonly usage?: TokenUsage
}

/** Bytes that are read of a refusal. */
const REFUSAL_BYTES = 1 << 16

/** Its limits hold for all calls together. */
export function endpoint(settings: EndpointSettings, clock: Clock): ChatModel {
  const { model, name, apiKey, price, send, retries, silenceMs, timeoutMs } = settings
  const url = `${settings.url}/chat/completions`
  const about = `${url}: ${model}`
  const headers = {
    'content-type': 'application/json',
    ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
  }
  const hide = (text: string) => (apiKey === null ? text : text.replaceAll(apiKey, '…'))
  const places = makePlaces(settings.concurrency)
  const pace = makePace(settings.requestsPerMinute, clock)
  const known = new Set<Concession>()
  let closedUntil = Number.NEGATIVE_INFINITY

  const failed = (reason: LlmReason, message: string, more: Partial<LlmFailure> = {}) => ({
    failure: {
      code: 'SERVICE',
      again: false,
      ...more,
      reason,
      message: `${about}: ${hide(message)}`,
    } as LlmFailure,
  })
  const opened = async (signal: AbortSignal | undefined) => {
    for (let wait = closedUntil - clock.now(); wait > 0; wait = closedUntil - clock.now())
      await clock.sleep(wait, signal)
  }
  const attempt = async (
    request: ChatRequest,
    signal: AbortSignal | undefined,
    conceded: ReadonlySet<Concession> = new Set(known),
  ): Promise<Outcome<ChatAnswer, LlmFailure>> => {
    await opened(signal)
    await pace(signal)
    const init = { method: 'POST', headers, body: bodyOf(model, request, conceded) }
    const heard = await listen({ send, url, init, silenceMs, timeoutMs, signal }, async (response, chunks) =>
      response.ok
        ? readCompletion(chunks)
        : {
            ...refusalOf({ ...(await refused(response, chunks)), cut: false }, about, hide),
            status: response.status,
          },
    )
    if ('why' in heard) return failed(heard.why, heard.message, { again: true })
    if ('status' in heard) {
      const { status, ...failure } = heard
      const without = [400, 422].includes(status) ? concessionAfter(failure.message, request, conceded) : null
      if (without !== null) return attempt(request, signal, new Set([...conceded, without]))
      const { waitMs = 0 } = failure
      if (failure.again && waitMs <= settings.longestWaitMs)
        closedUntil = Math.max(closedUntil, clock.now() + waitMs)
      const reason = failure.code !== 'SERVICE' ? null : status === 429 ? 'busy' : 'server'
      return { failure: { ...failure, reason } }
    }
    for (const one of conceded) known.add(one)
    return outcomeOf(heard)
  }
  const outcomeOf = (heard: Completion | Flaw): Outcome<ChatAnswer, LlmFailure> => {
    if ('reason' in heard)
      return failed(heard.reason, heard.message, { again: heard.again, text: heard.text })
    const { finish, usage } = heard
    const text = withoutThoughts(heard.text)
    if (finish === 'length')
      return failed('length', 'the answer has no end within its tokens', { text, usage })
    if (finish === 'content_filter') return failed('filtered', 'the answer is withheld', { text, usage })
    return { value: { text, usage, cached: false } }
  }
  const errorOf = ({ reason, code, argument, text, usage }: LlmFailure, message: string) =>
    reason === null
      ? new VmmError(code, message, argument === undefined ? {} : { argument })
      : new LlmError(reason, message, { ...(text !== undefined && { text }), ...(usage && { usage }) })
  return {
    model,
    endpoint: name,
    price,
    chat: (request, { signal } = {}) =>
      places(signal, () =>
        withRetries(() => attempt(request, signal), {
          ...{ retries, clock, signal, errorOf },
          longestWait: settings.longestWaitMs,
        }),
      ),
    dispose: async () => {},
  }
}

/** A refusal, no further than what is shown of it. */
async function refused({ status, headers }: Response, chunks: AsyncIterable<Uint8Array>) {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of chunks) {
    parts.push(chunk)
    bytes += chunk.length
    if (bytes > REFUSAL_BYTES) break
  }
  return { status, headers, text: new TextDecoder().decode(Buffer.concat(parts)) }
}
