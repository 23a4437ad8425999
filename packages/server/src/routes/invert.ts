import { type Static, Type } from 'typebox'
import {
  type Inversion,
  type InversionStep,
  type Inverter,
  type InvertOptions,
  vectorsFrom,
} from 'vector-mamba'
import type { App, ServerContext } from '../context.ts'
import { answerLongWork } from '../event_stream.ts'
import { CLOSED, ERRORS } from '../schemas.ts'
import { vectorOf } from '../vectors.ts'
import { runJob } from '../work.ts'

const Body = Type.Object(
  {
    embedding: Type.Array(Type.Number(), { description: "A vector of the model's" }),
    deterministic: Type.Optional(
      Type.Boolean({ default: true, description: 'A beam search; else texts are drawn by seed' }),
    ),
    beam: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 64,
        default: 5,
        description: 'Width of the beam, or texts that are drawn',
      }),
    ),
    max_len: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 2 ** 20,
        default: 64,
        description: 'Tokens; cut to what the inverter writes',
      }),
    ),
    constraints: Type.Optional(
      Type.Union(
        [
          Type.Boolean(),
          Type.Object(
            {
              include: Type.Optional(Type.Array(Type.String())),
              exclude: Type.Optional(Type.Array(Type.String())),
            },
            CLOSED,
          ),
        ],
        {
          default: true,
          description:
            'false: any words that the tokens spell; an object: what must and must not be in each text',
        },
      ),
    ),
    final_mpnet: Type.Optional(
      Type.Boolean({
        default: true,
        description:
          'Texts are always encoded again, by the model of the vectors: scores.cos, or scores.cos_mpnet',
      }),
    ),
    refine: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 4096,
        description: 'Texts that may be encoded; the model knows how many',
      }),
    ),
    seed: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 })),
  },
  CLOSED,
)

const Numbers = Type.Array(Type.Number())
const Answer = Type.Object(
  {
    text: Type.Union([Type.String(), Type.Null()], { description: 'null: no text keeps the constraints' }),
    candidates: Type.Array(Type.String(), { description: 'Best first' }),
    scores: Type.Object(
      {
        lm_logp: Numbers,
        cos: Numbers,
        cos_mpnet: Type.Optional(Numbers),
      },
      { ...CLOSED, description: 'Of the candidates' },
    ),
    plan: Type.Object(
      {
        encoder: Type.String({ description: 'What the cosines are by' }),
        beam: Type.Integer(),
        refine: Type.Union([Type.Integer(), Type.Null()], { description: "null: the model's own" }),
        max_len: Type.Object({ asked: Type.Integer(), used: Type.Integer() }, CLOSED),
        calls: Type.Integer({ description: 'Texts that were encoded' }),
        curve: Type.Array(Type.Object({ calls: Type.Integer(), cosine: Type.Number() }, CLOSED), {
          description: 'The cosine after so many of them',
        }),
        stopped: Type.Boolean({ description: 'Whether the text ended by itself' }),
        ms: Type.Number(),
      },
      CLOSED,
    ),
  },
  CLOSED,
)

type Asked = Static<typeof Body>

/** POST /invert: a text for a vector. With accept: text/event-stream, `begun` comes when its turn has come, `step` with the text so far, `done` last. */
export function invertRoute(app: App, context: ServerContext): void {
  const { parts, work, options } = context
  app.post(
    '/invert',
    {
      schema: {
        operationId: 'invertVector',
        summary: 'A text for a vector; events with accept: text/event-stream',
        body: Body,
        response: { 200: Answer, ...ERRORS },
      },
    },
    async (request, reply) => {
      const inverter = parts.get('inverter')
      const { body } = request
      const vector = vectorOf(body.embedding, 'embedding', parts.get('encoder'))
      return answerLongWork(request, reply, context, (asked, tell) =>
        runJob(work.invert, asked, async (signal) => {
          tell('begun', {})
          const begun = performance.now()
          const vectors = vectorsFrom(vector, inverter.dims, inverter.space)
          const onStep = ({ calls, text, cosine }: InversionStep) => tell('step', { calls, text, cosine })
          const how = { ...optionsOf(body, inverter), onStep, signal, threads: options.threads }
          const [inversion] = await inverter.invert(vectors, how)
          return answerOf(inversion!, body, inverter, performance.now() - begun)
        }),
      )
    },
  )
}

function optionsOf(
  { deterministic = true, beam = 5, max_len = 64, constraints = true, refine, seed = 0 }: Asked,
  { capacityTokens }: Inverter,
): InvertOptions {
  return {
    candidates: beam,
    maxTokens: Math.min(max_len, capacityTokens),
    ...(refine !== undefined && { refine }),
    ...(deterministic ? { beam } : { sampling: { samples: beam, seed } }),
    ...(constraints === false && { words: 'any' as const }),
    ...(typeof constraints === 'object' && { constraints }),
  }
}

function answerOf(
  { best, candidates, calls, curve }: Inversion,
  { beam = 5, max_len = 64, refine = undefined }: Asked,
  { encoder, capacityTokens }: Inverter,
  ms: number,
) {
  const cosines = candidates.map(({ cosine }) => cosine)
  return {
    text: best?.text ?? null,
    candidates: candidates.map(({ text }) => text),
    scores: {
      lm_logp: candidates.map(({ logProb }) => logProb),
      cos: cosines,
      ...(encoder.name.includes('mpnet') && { cos_mpnet: cosines }),
    },
    plan: {
      encoder: encoder.name,
      beam,
      refine: refine ?? null,
      max_len: { asked: max_len, used: Math.min(max_len, capacityTokens) },
      calls,
      curve: curve.map((point) => ({ ...point })),
      stopped: best?.stopped ?? false,
      ms: Math.round(ms),
    },
  }
}
