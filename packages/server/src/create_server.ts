import { randomBytes } from 'node:crypto'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { fastify } from 'fastify'
import { guard } from './access/guard.ts'
import { answerErrors } from './answer_errors.ts'
import type { App, ServerContext } from './context.ts'
import type { ServerEngine } from './engine.ts'
import { bodyOf, ServerError, stopping } from './errors.ts'
import { partsOf } from './loader.ts'
import { type CheckedOptions, checkOptions, type ServerOptions } from './options.ts'
import { recordAnswers } from './records/answers.ts'
import { metricsOf } from './records/metrics.ts'
import { recentErrors } from './records/recent_errors.ts'
import { usageOf } from './records/usage.ts'
import { addRoutes } from './routes/routes.ts'
import { setSecurityHeaders } from './security_headers.ts'
import { type QueueName, workOf } from './work.ts'

/** A server over HTTP. */
export interface Server {
  /** Begins to listen, and gives the address, such as `http://127.0.0.1:8080`. Rejects with what the system says. */
  listen(): Promise<string>
  /** Loads the parts of the engine; until then, routes answer 503. Rejects with what the loading of one throws. */
  load(): Promise<void>
  /**
   * Stops: nothing new is taken, what runs may end within the grace of `timeouts`, and is then answered with 503; streams get a
   * last event. The parts of the engine stay the caller's.
   */
  close(): Promise<void>
  /** The application, for tests and for those who add routes before it listens. */
  readonly app: App
}

/** After the grace, for answers to reach their clients. */
const LAST_ANSWERS_MS = 200

/**
 * Makes a server of models: an OpenAI-compatible endpoint and the library's own routes. It does not listen yet.
 *
 * @param engine what is served
 * @throws VmmError BAD_ARGUMENT for options that are wrong, and for a host beyond loopback without a token
 * @example
 * ```js
 * import { loadEncoder } from 'vector-mamba'
 * import { createServer } from 'vector-mamba-server'
 *
 * const server = await createServer({ encoder: await loadEncoder() }, { port: 0 })
 * const address = await server.listen()
 * const answer = await fetch(`${address}/v1/models`)
 * console.log((await answer.json()).data[0].id) // use-lite
 * await server.close()
 * ```
 */
export async function createServer(engine: ServerEngine, options: ServerOptions = {}): Promise<Server> {
  const checked = checkOptions(options)
  let isStopping = false
  const app = makeApp(checked)
  const parts = partsOf(engine)
  const metrics = metricsOf(() => queueNames().map((name) => [name, work[name].length] as const))
  const work = workOf(parts, checked, metrics.batch)
  const queueNames = () => Object.keys(work) as QueueName[]
  const context: ServerContext = {
    ...{ options: checked, parts, work, metrics, usage: usageOf(), errors: recentErrors() },
    streams: new Set(),
    isStopping: () => isStopping,
    started: Math.floor(Date.now() / 1000),
  }
  setSecurityHeaders(app)
  recordAnswers(app, context)
  guard(app, checked, context.isStopping)
  answerErrors(app, checked, context)
  app.addHook('onSend', async (_request, reply) => {
    if (isStopping) reply.header('connection', 'close')
  })
  await addRoutes(app, context)
  let closing: Promise<void> | null = null
  return {
    app,
    listen: async () => {
      await app.listen({ host: checked.host, port: checked.port })
      return addressOf(app)
    },
    load: parts.load,
    close: () => {
      closing ??= close()
      return closing
    },
  }

  async function close(): Promise<void> {
    isStopping = true
    for (const stop of context.streams) stop()
    const { grace } = checked.timeouts
    const stopWork = setTimeout(() => {
      for (const name of queueNames()) work[name].stop(stopping())
    }, grace)
    const cut = setTimeout(() => app.server.closeAllConnections(), grace + LAST_ANSWERS_MS)
    try {
      await app.close()
    } finally {
      clearTimeout(stopWork)
      clearTimeout(cut)
      for (const name of queueNames()) work[name].stop(stopping())
    }
  }
}

function makeApp({ bodyLimit, timeouts }: CheckedOptions): App {
  const app = fastify({
    bodyLimit,
    requestTimeout: timeouts.request,
    keepAliveTimeout: timeouts.keepAlive,
    http: {
      headersTimeout: Math.min(timeouts.headers, timeouts.request),
      connectionsCheckingInterval: Math.min(1000, timeouts.headers / 2),
    },
    return503OnClosing: false,
    genReqId: () => randomBytes(8).toString('hex'),
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    clientErrorHandler: (error, socket) => {
      if (socket.destroyed || !socket.writable) return
      socket.end(badHttp(error.code))
    },
  }).withTypeProvider<TypeBoxTypeProvider>()
  // A page of another site may send it without asking.
  app.removeContentTypeParser('text/plain')
  // Answers are what routes give: schemas describe them, and tests compare.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer))
  return app
}

/** The answer to what is no request, or came too slowly. */
function badHttp(code: string): string {
  const [status, reason, message] =
    code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? [408, 'Request Timeout', 'the request came too slowly']
      : code === 'HPE_HEADER_OVERFLOW'
        ? [431, 'Request Header Fields Too Large', 'the headers are too long']
        : [400, 'Bad Request', 'this is no HTTP request']
  const body = JSON.stringify(
    bodyOf(new ServerError(status as number, message as string, { code: 'bad_http' })),
  )
  const headers = `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close`
  return `HTTP/1.1 ${status} ${reason}\r\n${headers}\r\n\r\n${body}`
}

function addressOf(app: App): string {
  const { address, port, family } = app.server.address() as { address: string; port: number; family: string }
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
