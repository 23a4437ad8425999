import type { FastifyReply, FastifyRequest } from 'fastify'
import { serverErrorOf } from './answer_errors.ts'
import { signalOf } from './client_gone.ts'
import type { ServerContext } from './context.ts'
import { bodyOf, ClientGone, stopping } from './errors.ts'

/** Sends an event of long work; it does nothing where the client did not ask for events. */
export type TellEvent = (event: string, data: object) => void

/** Milliseconds between signs of life. */
const BEAT_MS = 15_000

/**
 * Answers with what `work` gives: as JSON, or, where the request accepts text/event-stream, as events (server-sent events of WHATWG
 * HTML, over POST) of which the last one is `done` with the same object, or `error`. Errors before the first event are answered
 * with their status.
 *
 * @param work `signal` is aborted when the client leaves and when the server stops
 */
export async function answerLongWork<T extends object>(
  request: FastifyRequest,
  reply: FastifyReply,
  { streams }: Pick<ServerContext, 'streams'>,
  work: (signal: AbortSignal, tell: TellEvent) => Promise<T>,
): Promise<T | FastifyReply> {
  const gone = signalOf(reply)
  if (!wantsEvents(request.headers.accept)) return work(gone, () => {})
  const stopped = new AbortController()
  const stop = () => stopped.abort(stopping())
  streams.add(stop)
  let isOpen = false
  const open = () => {
    if (isOpen) return
    isOpen = true
    reply.hijack()
    reply.raw.writeHead(200, {
      ...headersOf(reply),
      ...{ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' },
    })
  }
  const tell: TellEvent = (event, data) => {
    open()
    reply.raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }
  const beat = setInterval(() => {
    open()
    reply.raw.write(': beat\n\n')
  }, BEAT_MS)
  try {
    tell('done', await work(AbortSignal.any([gone, stopped.signal]), tell))
  } catch (thrown) {
    if (!isOpen) throw thrown
    if (!(thrown instanceof ClientGone)) tell('error', bodyOf(serverErrorOf(thrown, request.id)))
  } finally {
    clearInterval(beat)
    streams.delete(stop)
    if (isOpen) reply.raw.end()
  }
  return reply
}

function wantsEvents(accept: string | undefined): boolean {
  return (accept ?? '').split(',').some((type) => type.split(';')[0]!.trim() === 'text/event-stream')
}

/** The headers that were set so far; a connection that is written by hand has to be told that it ends. */
function headersOf(reply: FastifyReply): Record<string, string> {
  const set = Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)])
  return { ...Object.fromEntries(set), connection: 'close' }
}
