import type { FastifyReply } from 'fastify'
import { ClientGone } from './errors.ts'

/**
 * Aborted when the client leaves before its answer is whole. A request's own signal will not do: it is aborted as well when the
 * body of a POST has been read.
 */
export function signalOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.on('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new ClientGone('the client has left'))
  })
  return gone.signal
}
