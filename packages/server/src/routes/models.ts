import { Type } from 'typebox'
import type { App, ServerContext } from '../context.ts'
import { CLOSED, ERRORS } from '../schemas.ts'

const Answer = Type.Object(
  {
    object: Type.Literal('list'),
    data: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          object: Type.Literal('model'),
          created: Type.Integer({ description: 'When the server was started, in seconds since 1970' }),
          owned_by: Type.String(),
        },
        CLOSED,
      ),
    ),
  },
  CLOSED,
)

/** GET /v1/models, as OpenAI has it. */
export function modelsRoute(app: App, { parts, started }: ServerContext): void {
  app.get(
    '/v1/models',
    {
      schema: {
        operationId: 'listModels',
        summary: 'The model of embeddings',
        response: { 200: Answer, ...ERRORS },
      },
    },
    async () => ({
      object: 'list' as const,
      data: [
        {
          id: parts.get('encoder').name,
          object: 'model' as const,
          created: started,
          owned_by: 'vector-mamba',
        },
      ],
    }),
  )
}
