import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import * as assert from 'uvu/assert'
import type { ChatMessage, JsonSchema } from '../../lib/curate/llm/chat_model.ts'

/** A request that came to the service. */
export interface ChatAsked {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: {
    readonly model: string
    readonly messages: readonly ChatMessage[]
    readonly stream: boolean
    readonly max_tokens?: number
    readonly max_completion_tokens?: number
    readonly temperature?: number
    readonly stream_options?: unknown
    readonly response_format?: {
      readonly type: string
      readonly json_schema: { readonly schema: JsonSchema }
    }
  }
}

/** What comes back: an answer, none ever, the end of the connection, or silence after some of the answer. */
export type ChatAnswered =
  | {
      readonly status?: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body: string | Iterable<string | Uint8Array> | AsyncIterable<string>
      /** How it ends after the body: as it should (default), by a broken connection, or never. */
      readonly end?: 'drop' | 'hang'
    }
  | 'hang'
  | 'drop'

export interface ChatService extends AsyncDisposable {
  /** What a client is told: with `/v1`. */
  readonly url: string
  readonly asked: readonly ChatAsked[]
  /** Most requests that were open at a time. */
  readonly busiest: number
  /** Connections that the other side ended before they were answered. */
  readonly left: number
}

/**
 * A service at a local port that says to each request what a test wants; `number` counts them from 0. A request that the
 * test has no answer to (null, or an error) is answered by 500, and fails the test when the service is disposed.
 */
export async function chatService(
  answer: (asked: ChatAsked, number: number) => ChatAnswered | null | Promise<ChatAnswered | null>,
): Promise<ChatService> {
  const asked: ChatAsked[] = []
  const unforeseen: string[] = []
  let [open, busiest, left] = [0, 0, 0]
  const server = createServer(async (request, response) => {
    busiest = Math.max(busiest, ++open)
    response.on('close', () => {
      open--
      if (!response.writableFinished) left++
    })
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { url = '', headers } = request
    const text = Buffer.concat(chunks).toString()
    const one = { path: url, headers, body: text === '' ? {} : JSON.parse(text) } as ChatAsked
    asked.push(one)
    let said: ChatAnswered | null = null
    try {
      said = await answer(one, asked.length - 1)
    } catch (error) {
      unforeseen.push(String(error))
    }
    if (said === null) {
      unforeseen.push(`${request.method} ${url} ${text.slice(0, 1000)}`)
      response.writeHead(500).end('unforeseen')
      return
    }
    if (said === 'hang') return
    if (said === 'drop') {
      response.destroy()
      return
    }
    const { status = 200, headers: extra = {}, body, end } = said
    response.writeHead(status, { 'content-type': 'text/event-stream', ...extra })
    const pieces = typeof body === 'string' ? [body] : body
    if (end === undefined) {
      // Who is answered may leave in the middle.
      await pipeline(Readable.from(pieces), response).catch(() => {})
      return
    }
    for await (const piece of pieces) response.write(piece)
    if (end === 'drop') setTimeout(() => response.destroy(), 5)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    get busiest() {
      return busiest
    },
    get left() {
      return left
    },
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
      assert.equal(unforeseen, [])
    },
  }
}

/** How an answer is streamed. */
export interface StreamForm {
  readonly finish?: string | null
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null
  /** Characters of an event. Default 5. */
  readonly step?: number
}

const event = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`

/** The events of an answer without the last one, `[DONE]`. */
export function events(text: string, { finish = 'stop', usage = null, step = 5 }: StreamForm = {}): string[] {
  const parts = text.match(new RegExp(`.{1,${step}}`, 'gsu')) ?? []
  const choice = (delta: object, reason: string | null) =>
    event({ id: '1', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: reason }] })
  return [
    choice({ role: 'assistant', content: '' }, null),
    ...parts.map((content) => choice({ content }, null)),
    ...(finish === null ? [] : [choice({}, finish)]),
    ...(usage === null ? [] : [event({ choices: [], usage })]),
  ]
}

/** An answer as it is streamed. */
export function said(text: string, form: StreamForm = {}): ChatAnswered {
  return { body: [...events(text, form), 'data: [DONE]\n\n'] }
}

/** A refusal in OpenAI's form. */
export function refused(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): ChatAnswered {
  const body = JSON.stringify({ error: { message, type: 'error', param: null, code: null } })
  return { status, headers: { 'content-type': 'application/json', ...headers }, body }
}
