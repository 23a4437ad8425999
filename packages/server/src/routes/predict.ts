import { Type } from 'typebox'
import { type Encoder, nextSentences, type Predictor, vectorsFrom } from 'vector-mamba'
import { signalOf } from '../client_gone.ts'
import { type App, countTexts, type ServerContext } from '../context.ts'
import { CLOSED, ERRORS } from '../schemas.ts'
import { type Sequence, sequenceOf } from '../vectors.ts'
import { runJob } from '../work.ts'
import { routingOf } from './route.ts'
import { RoutingSchema, SEQUENCE } from './sequence_schemas.ts'

const Body = Type.Object(
  {
    ...SEQUENCE,
    steps: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 16, default: 1, description: 'Sentences to predict' }),
    ),
    k: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 64, default: 1, description: 'Known sentences to choose' }),
    ),
    seed: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 })),
  },
  CLOSED,
)
const Written = Type.Object(
  {
    text: Type.String(),
    cosine: Type.Number(),
    fit: Type.Number({ description: 'How well it follows: the cosine to what is predicted' }),
    perToken: Type.Number({ description: "The decoder's log-probability of a token" }),
  },
  CLOSED,
)
const Answer = Type.Object(
  {
    vectors: Type.Array(Type.Array(Type.Number()), { description: 'What is predicted, one for each step' }),
    written: Type.Union([
      Type.Object(
        { sentences: Type.Array(Written), ended: Type.Enum(['steps', 'repetition', 'silence']) },
        { ...CLOSED, description: 'Sentences that were written for it; null without an inverter' },
      ),
      Type.Null(),
    ]),
    retrieved: Type.Union([
      Type.Array(Type.Object({ text: Type.String(), score: Type.Number() }, CLOSED), {
        description: 'Known sentences that may come next, best first; null where none are known',
      }),
      Type.Null(),
    ]),
    routing: Type.Union([RoutingSchema, Type.Null()]),
  },
  CLOSED,
)

type Asked = { readonly steps?: number; readonly k?: number; readonly seed?: number }

/** POST /predict: what may come after a text. */
export function predictRoute(app: App, context: ServerContext): void {
  const { parts, work } = context
  app.post(
    '/predict',
    {
      schema: {
        operationId: 'predictNext',
        summary: 'What may come after a text: vectors, a sentence that is written, and known ones',
        body: Body,
        response: { 200: Answer, ...ERRORS },
      },
    },
    async ({ body, user }, reply) => {
      const [encoder, predictor] = [parts.get('encoder'), parts.get('predictor')]
      const asked = signalOf(reply)
      const sequence = await sequenceOf(body, encoder, work, asked)
      if (sequence.sentences !== null) countTexts(context, user, sequence.vectors.count, sequence.tokens)
      return runJob(work.predict, asked, (signal) =>
        predicted(context, encoder, predictor, sequence, body, signal),
      )
    },
  )
}

async function predicted(
  { parts, options: { threads } }: ServerContext,
  { dims, space }: Encoder,
  predictor: Predictor,
  { sentences, vectors }: Sequence,
  { steps = 1, k = 1, seed = 0 }: Asked,
  signal: AbortSignal,
) {
  const inverter = parts.has('inverter') ? parts.get('inverter') : undefined
  const sequence = vectorsFrom(vectors.toFloat32Array(), dims, space)
  const { predictions } = await predictor.predict([sequence], { steps, seed, inverter, signal, threads })
  const { candidates, direction, routing, written } = predictions[0]!
  const last = vectorsFrom(vectors.row(vectors.count - 1), dims, space)
  const found = parts.has('sentences')
    ? await nextSentences(parts.get('sentences'), direction, last, {
        ...{ k, not: sentences ?? [], signal, threads },
      })
    : null
  return {
    vectors: candidates[0]!.toArray(),
    written: written && { sentences: [...written[0]!.sentences], ended: written[0]!.ended },
    retrieved: found && found[0]!.map(({ text, score }) => ({ text, score })),
    routing: routing && routingOf(routing),
  }
}
