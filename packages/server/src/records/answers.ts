import type { App, ServerContext } from '../context.ts'

/** Counts each answer, and tells it to whoever keeps a log: neither its texts nor whose they are. */
export function recordAnswers(
  app: App,
  { metrics, usage, options }: Pick<ServerContext, 'metrics' | 'usage' | 'options'>,
): void {
  app.addHook('onRequest', async (request, reply) => {
    const begun = performance.now()
    reply.raw.on('close', () => {
      const isWhole = reply.raw.writableFinished
      const { method, id, user } = request
      const route = request.routeOptions.url ?? null
      const ms = performance.now() - begun
      const status = reply.raw.statusCode
      const label = isWhole ? String(status) : 'aborted'
      metrics.answered({ method, route: route ?? 'none', status: label, seconds: ms / 1000 })
      if (!isWhole) metrics.aborted()
      usage.count(user, { requests: 1 })
      options.onAnswer({ time: new Date().toISOString(), id, method, route, status, ms, user })
    })
  })
}
