import { Type } from 'typebox'
import type { App, ServerContext } from '../context.ts'
import { CLOSED } from '../schemas.ts'

const Live = Type.Object({ status: Type.Literal('live') }, CLOSED)
const Ready = Type.Object({ status: Type.Literal('ready') }, CLOSED)
const NotReady = Type.Object(
  {
    status: Type.Enum(['loading', 'stopping']),
    part: Type.Optional(Type.String({ description: 'What is being loaded' })),
    done: Type.Optional(Type.Integer()),
    total: Type.Optional(Type.Union([Type.Integer(), Type.Null()], { description: 'null: not known' })),
  },
  CLOSED,
)

/** GET /health/live and /health/ready, which need no token. */
export function healthRoutes(app: App, { parts, isStopping }: ServerContext): void {
  app.get(
    '/health/live',
    {
      config: { open: true },
      schema: { operationId: 'isLive', summary: 'Whether the process answers', response: { 200: Live } },
    },
    async () => ({ status: 'live' as const }),
  )
  app.get(
    '/health/ready',
    {
      config: { open: true },
      schema: {
        operationId: 'isReady',
        summary: 'Whether all is loaded; 503 while it is not, and while the server stops',
        response: { 200: Ready, 503: NotReady },
      },
    },
    async (_request, reply) => {
      const { state } = parts
      if (!isStopping() && state === null) return { status: 'ready' as const }
      reply.code(503).header('retry-after', 2)
      return isStopping() ? { status: 'stopping' as const } : { status: 'loading' as const, ...state! }
    },
  )
}
