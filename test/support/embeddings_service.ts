import { createHash } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** A request that came to the service. */
export interface Asked {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: {
    readonly model: string
    readonly input: readonly string[]
    readonly encoding_format: string
    readonly dimensions?: number
  }
}

/** What comes back: an answer, none ever, or the end of the connection after some of it. */
export type Answered =
  | {
      readonly status?: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body: string | Iterable<string>
    }
  | 'hang'
  | 'drop'

export interface EmbeddingsService extends AsyncDisposable {
  /** What an encoder is told: with `/v1`. */
  readonly url: string
  readonly asked: readonly Asked[]
  /** Most requests that were open at a time. */
  readonly busiest: number
  /** Connections that the other side ended before they were answered. */
  readonly left: number
}

/** A service at a local port that says to each request what a test wants; `number` counts them from 0. */
export async function embeddingsService(
  answer: (asked: Asked, number: number) => Answered | Promise<Answered>,
): Promise<EmbeddingsService> {
  const asked: Asked[] = []
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
    const one = { path: url, headers, body: JSON.parse(Buffer.concat(chunks).toString()) }
    asked.push(one)
    const said = await answer(one, asked.length - 1)
    if (said === 'hang') return
    if (said === 'drop') {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"object":"list","data":[')
      setImmediate(() => response.destroy())
      return
    }
    const { status = 200, headers: extra = {}, body } = said
    response.writeHead(status, { 'content-type': 'application/json', ...extra })
    // Who is answered may leave in the middle.
    await pipeline(Readable.from(typeof body === 'string' ? [body] : body), response).catch(() => {})
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
    },
  }
}

/** A vector that a text alone decides, neither of length 1 nor zero. */
export function vectorOf(text: string, dims: number): Float32Array {
  const hash = createHash('sha256').update(text).digest()
  return Float32Array.from({ length: dims }, (_, i) => hash[i % 32]! / 64 - 1.9 + i / 100)
}

/** How embeddings are written into an answer. */
export interface AnswerForm {
  readonly dims: number
  readonly as?: 'base64' | 'float'
  /** Last one first. */
  readonly reversed?: boolean
}

/** The answer of a service that does as it is asked. */
export function embeddings(
  input: readonly string[],
  { dims, as = 'base64', reversed = false }: AnswerForm,
): string {
  const data = input.map((text, index) => {
    const row = vectorOf(text, dims)
    const embedding = as === 'float' ? Array.from(row) : Buffer.from(row.buffer).toString('base64')
    return { object: 'embedding', index, embedding }
  })
  const usage = { prompt_tokens: 5, total_tokens: 5 }
  return JSON.stringify({ object: 'list', data: reversed ? data.reverse() : data, model: 'tiny', usage })
}

/** The answer to a request of a service of some dims. */
export function answered({ body }: Asked, form: AnswerForm): Answered {
  return { body: embeddings(body.input, form) }
}

/** A failure in OpenAI's form. */
export function failed(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
  code: string | null = null,
): Answered {
  return { status, headers, body: JSON.stringify({ error: { message, type: 'error', param: null, code } }) }
}
