import { Type } from 'typebox'
import { signalOf } from '../client_gone.ts'
import { type App, countTexts, type ServerContext } from '../context.ts'
import { badRequest, ServerError } from '../errors.ts'
import { CLOSED, ERRORS } from '../schemas.ts'
import { textsOf } from '../texts.ts'
import { tokensOf } from '../vectors.ts'

const Body = Type.Object(
  {
    model: Type.Optional(Type.String({ description: 'The id that GET /v1/models tells' })),
    input: Type.Union([Type.String(), Type.Array(Type.String())], {
      description: 'A text or up to 2048, none of them empty; together up to 2^20 characters',
    }),
    encoding_format: Type.Optional(
      Type.Enum(['float', 'base64'], {
        default: 'float',
        description: 'base64: the bytes of little-endian f32',
      }),
    ),
    dimensions: Type.Optional(Type.Integer({ description: "The model's own, if anything" })),
    user: Type.Optional(Type.String({ description: 'Not looked at' })),
  },
  CLOSED,
)

const Answer = Type.Object(
  {
    object: Type.Literal('list'),
    data: Type.Array(
      Type.Object(
        {
          object: Type.Literal('embedding'),
          index: Type.Integer({ minimum: 0 }),
          embedding: Type.Union([Type.Array(Type.Number()), Type.String()]),
        },
        CLOSED,
      ),
    ),
    model: Type.String(),
    usage: Type.Object({ prompt_tokens: Type.Integer(), total_tokens: Type.Integer() }, CLOSED),
  },
  CLOSED,
)

/** POST /v1/embeddings, as OpenAI has it. */
export function embeddingsRoute(app: App, context: ServerContext): void {
  const { parts, work } = context
  app.post(
    '/v1/embeddings',
    {
      schema: {
        operationId: 'createEmbeddings',
        summary: 'The vectors of texts',
        body: Body,
        response: { 200: Answer, ...ERRORS },
      },
      preValidation: async ({ body }) => {
        if (typeof body === 'object' && body !== null && 'input' in body) textsOf(body.input, 'input')
      },
    },
    async (request, reply) => {
      const { model, input, encoding_format, dimensions } = request.body
      const encoder = parts.get('encoder')
      if (model !== undefined && model !== encoder.name) throw unknownModel(model, encoder.name)
      if (dimensions !== undefined && dimensions !== encoder.dims) throw otherDims(dimensions, encoder.dims)
      const texts = textsOf(input, 'input')
      const encoded = await work.encode.submit(texts, signalOf(reply))
      const total = tokensOf(encoded)
      const cut = encoded.filter(({ truncated }) => truncated).length
      countTexts(context, request.user, texts.length, total)
      if (cut > 0) reply.header('x-truncated-inputs', cut)
      const written = encoding_format === 'base64' ? base64Of : (vector: Float32Array) => Array.from(vector)
      return {
        object: 'list' as const,
        data: encoded.map(({ vector }, index) => ({
          object: 'embedding' as const,
          index,
          embedding: written(vector),
        })),
        model: encoder.name,
        usage: { prompt_tokens: total, total_tokens: total },
      }
    },
  )
}

/** All machines that the library runs on are little-endian. */
function base64Of({ buffer, byteOffset, byteLength }: Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64')
}

function unknownModel(given: string, known: string): ServerError {
  const message = `model: got ${JSON.stringify(given.slice(0, 100))}; this server has ${known}`
  return new ServerError(404, message, { code: 'model_not_found', param: 'model' })
}

function otherDims(given: number, dims: number): ServerError {
  const why = 'cut vectors would mean nothing'
  return badRequest(`dimensions: got ${given}; expected ${dims}, those of the model: ${why}`, 'dimensions')
}
