import { Type } from 'typebox'
import type { App, ServerContext } from '../context.ts'
import { CLOSED, ERRORS } from '../schemas.ts'

const Usage = Type.Object(
  {
    days: Type.Array(
      Type.Object(
        {
          day: Type.String({ description: 'UTC' }),
          user: Type.String({
            description: "The name of a token; 'local' where none is needed, '-' without one",
          }),
          requests: Type.Integer(),
          texts: Type.Integer(),
          tokens: Type.Integer(),
        },
        CLOSED,
      ),
    ),
  },
  CLOSED,
)
const Errors = Type.Object(
  {
    errors: Type.Array(
      Type.Object(
        {
          time: Type.String(),
          id: Type.String({ description: 'x-request-id of the answer' }),
          route: Type.Union([Type.String(), Type.Null()]),
          name: Type.String(),
          stack: Type.Array(Type.String()),
        },
        CLOSED,
      ),
    ),
  },
  CLOSED,
)

/** GET /metrics, /usage, /errors and /openapi.json: what the server tells of itself. Nothing of it has a text. */
export function recordRoutes(app: App, { metrics, usage, errors }: ServerContext): void {
  app.get(
    '/metrics',
    {
      schema: {
        operationId: 'getMetrics',
        summary: 'Counts and times, for Prometheus',
        produces: ['text/plain'],
      },
    },
    async (_request, reply) => {
      reply.header('content-type', metrics.contentType).serializer((text) => text as string)
      return metrics.text()
    },
  )
  app.get(
    '/usage',
    {
      schema: {
        operationId: 'getUsage',
        summary: 'Requests, texts and tokens by day and user, since the server was started',
        response: { 200: Usage, ...ERRORS },
      },
    },
    async () => ({ days: usage.rows() }),
  )
  app.get(
    '/errors',
    {
      schema: {
        operationId: 'getErrors',
        summary: 'The last 100 errors that were the fault of the server, the latest first',
        response: { 200: Errors, ...ERRORS },
      },
    },
    async () => ({ errors: errors.list().map((error) => ({ ...error, stack: [...error.stack] })) }),
  )
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
}
