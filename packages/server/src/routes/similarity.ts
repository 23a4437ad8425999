import { Type } from 'typebox'
import { similarity } from 'vector-mamba'
import { signalOf } from '../client_gone.ts'
import { type App, countTexts, type ServerContext } from '../context.ts'
import { CLOSED, ERRORS } from '../schemas.ts'
import { textsOf } from '../texts.ts'
import { rowsOf, tokensOf } from '../vectors.ts'

/** Texts on each side: their cosines are computed while nobody else is served. */
const MOST = 128

const Texts = Type.Union([Type.String(), Type.Array(Type.String())], {
  description: `A text or up to ${MOST}`,
})
const Body = Type.Object({ a: Texts, b: Texts }, CLOSED)
const Answer = Type.Object(
  {
    model: Type.String(),
    similarities: Type.Array(Type.Array(Type.Number({ minimum: -1, maximum: 1 })), {
      description: 'The cosine of each text of a with each of b',
    }),
  },
  CLOSED,
)

/** POST /similarity: how like texts are. */
export function similarityRoute(app: App, context: ServerContext): void {
  const { parts, work } = context
  app.post(
    '/similarity',
    {
      schema: {
        operationId: 'compareTexts',
        summary: 'How like texts are',
        body: Body,
        response: { 200: Answer, ...ERRORS },
      },
      preValidation: async ({ body }) => {
        for (const side of ['a', 'b'] as const)
          if (typeof body === 'object' && body !== null && side in body) textsOf(body[side], side, MOST)
      },
    },
    async ({ body, user }, reply) => {
      const encoder = parts.get('encoder')
      const [a, b] = [textsOf(body.a, 'a', MOST), textsOf(body.b, 'b', MOST)]
      const encoded = await work.encode.submit([...a, ...b], signalOf(reply))
      countTexts(context, user, encoded.length, tokensOf(encoded))
      const [first, second] = [encoded.slice(0, a.length), encoded.slice(a.length)]
      return {
        model: encoder.name,
        similarities: similarity(rowsOf(first, encoder), rowsOf(second, encoder)),
      }
    },
  )
}
