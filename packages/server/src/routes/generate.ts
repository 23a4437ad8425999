import { type Static, Type } from 'typebox'
import type { GenerateOptions, TextGenerator } from 'vector-mamba'
import { type App, countTexts, type ServerContext } from '../context.ts'
import { answerLongWork } from '../event_stream.ts'
import { CLOSED, ERRORS } from '../schemas.ts'
import { textsOf } from '../texts.ts'
import { runJob } from '../work.ts'

const Body = Type.Object(
  {
    prompt: Type.String(),
    max_tokens: Type.Optional(Type.Integer({ minimum: 1, maximum: 4096, default: 128 })),
    stop: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        maxItems: 16,
        description: 'The text ends before any of them',
      }),
    ),
    temperature: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 100,
        description: 'Without it, top_k and top_p: the likeliest token',
      }),
    ),
    top_k: Type.Optional(Type.Integer({ minimum: 1 })),
    top_p: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1 })),
    seed: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  },
  CLOSED,
)
const Answer = Type.Object(
  {
    model: Type.String(),
    text: Type.String(),
    ended: Type.Enum(['end', 'stop', 'length']),
    usage: Type.Object(
      { prompt_tokens: Type.Integer(), completion_tokens: Type.Integer(), total_tokens: Type.Integer() },
      CLOSED,
    ),
  },
  CLOSED,
)

/** POST /generate: what may follow a prompt. With accept: text/event-stream, its pieces come as events `text`, and `done` last. */
export function generateRoute(app: App, context: ServerContext): void {
  const { parts, work, options } = context
  app.post(
    '/generate',
    {
      schema: {
        operationId: 'generateText',
        summary: 'What may follow a prompt; events with accept: text/event-stream',
        body: Body,
        response: { 200: Answer, ...ERRORS },
      },
    },
    async (request, reply) => {
      const generator = parts.get('generator')
      const { body, user } = request
      textsOf(body.prompt, 'prompt')
      return answerLongWork(request, reply, context, (asked, tell) =>
        runJob(work.generate, asked, async (signal) => {
          const how = { ...optionsOf(body), signal, threads: options.threads }
          const answer = await written(generator, body.prompt, how, (text) => tell('text', { text }))
          countTexts(context, user, 1, answer.usage.total_tokens)
          return answer
        }),
      )
    },
  )
}

function optionsOf({
  max_tokens,
  stop,
  temperature,
  top_k,
  top_p,
  seed,
}: Static<typeof Body>): GenerateOptions {
  return { maxTokens: max_tokens, stop, temperature, topK: top_k, topP: top_p, seed }
}

async function written(
  generator: TextGenerator,
  prompt: string,
  how: GenerateOptions,
  tell: (piece: string) => void,
) {
  const pieces = generator.stream(prompt, how)
  let next = await pieces.next()
  while (!next.done) {
    tell(next.value)
    next = await pieces.next()
  }
  const { text, ended, tokens } = next.value
  const [read, wrote] = [generator.countTokens(prompt), tokens.length]
  return {
    model: generator.name,
    text,
    ended,
    usage: { prompt_tokens: read, completion_tokens: wrote, total_tokens: read + wrote },
  }
}
