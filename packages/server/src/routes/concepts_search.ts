import { Type } from 'typebox'
import { signalOf } from '../client_gone.ts'
import { type App, countTexts, type ServerContext } from '../context.ts'
import { CLOSED, ERRORS } from '../schemas.ts'
import { textsOf } from '../texts.ts'
import { oneOf, tokensOf, vectorOf } from '../vectors.ts'

const MOST = 100

const Body = Type.Object(
  {
    query_vector: Type.Optional(Type.Array(Type.Number(), { description: "A vector of the model's" })),
    text: Type.Optional(Type.String({ description: 'A text in place of the vector' })),
    k: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST, default: 10 })),
  },
  CLOSED,
)
const Answer = Type.Object(
  {
    results: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          kind: Type.String({ description: "The concept's type, such as definition or example" }),
          words: Type.Array(Type.String()),
          text: Type.String(),
          cosine: Type.Number(),
        },
        CLOSED,
      ),
    ),
  },
  CLOSED,
)

/** POST /concepts/search: the concepts that are nearest to a vector or a text, best first. */
export function conceptsSearchRoute(app: App, context: ServerContext): void {
  const { parts, work } = context
  app.post(
    '/concepts/search',
    {
      schema: {
        operationId: 'searchConcepts',
        summary: 'The nearest concepts of a vector or a text, best first',
        body: Body,
        response: { 200: Answer, ...ERRORS },
      },
    },
    async ({ body, user }, reply) => {
      const encoder = parts.get('encoder')
      parts.get('concepts')
      const { query_vector, text, k = 10 } = body
      const signal = signalOf(reply)
      const vector = async () => {
        if (oneOf({ query_vector, text }, ['query_vector', 'text']) === 'query_vector')
          return vectorOf(query_vector!, 'query_vector', encoder)
        const encoded = await work.encode.submit(textsOf(text, 'text'), signal)
        countTexts(context, user, 1, tokensOf(encoded))
        return encoded[0]!.vector
      }
      const [hits] = await work.search.submit([{ vector: await vector(), k }], signal)
      return {
        results: hits!.map(({ id, type, surfaceForms, text: own, cosine }) => ({
          ...{ id, kind: type, words: [...surfaceForms], text: own, cosine },
        })),
      }
    },
  )
}
