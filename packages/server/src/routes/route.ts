import { Type } from 'typebox'
import { type DomainMatch, type Domains, type Route, rankDomains, subdomains, topDomains } from 'vector-mamba'
import { signalOf } from '../client_gone.ts'
import { type App, countTexts, type ServerContext } from '../context.ts'
import { CLOSED, ERRORS } from '../schemas.ts'
import { sequenceOf } from '../vectors.ts'
import { runJob } from '../work.ts'
import { RoutingSchema, SEQUENCE } from './sequence_schemas.ts'

const Shares = Type.Array(
  Type.Object({ name: Type.String(), cosine: Type.Number(), confidence: Type.Number() }, CLOSED),
)
const PLACE = { domains: Shares, subdomains: Shares }
const Answer = Type.Object(
  {
    sentences: Type.Array(Type.Object({ text: Type.Union([Type.String(), Type.Null()]), ...PLACE }, CLOSED)),
    text: Type.Object(PLACE, { ...CLOSED, description: 'The mean of all sentences' }),
    routing: Type.Union([RoutingSchema, Type.Null()], {
      description: 'The experts of the predictor; null without one',
    }),
  },
  CLOSED,
)

/** POST /route: the domains of a text, and the experts that a predictor sends it to. */
export function routeRoute(app: App, context: ServerContext): void {
  const { parts, work, options } = context
  app.post(
    '/route',
    {
      schema: {
        operationId: 'routeText',
        summary: 'The domains of a text, nearest first, and the experts that it is sent to',
        body: Type.Object(SEQUENCE, CLOSED),
        response: { 200: Answer, ...ERRORS },
      },
    },
    async ({ body, user }, reply) => {
      const [encoder, domains] = [parts.get('encoder'), parts.get('domains')]
      const predictor = parts.has('predictor') ? parts.get('predictor') : null
      const asked = signalOf(reply)
      const { sentences, vectors, tokens } = await sequenceOf(body, encoder, work, asked)
      if (sentences !== null) countTexts(context, user, sentences.length, tokens)
      const mean = new Float32Array(encoder.dims)
      for (const row of vectors) for (const [i, x] of row.entries()) mean[i]! += x / vectors.count
      const routes =
        predictor &&
        (await runJob(work.predict, asked, (signal) =>
          predictor.route([vectors], { signal, threads: options.threads }),
        ))
      return {
        sentences: Array.from(vectors, (row, i) => ({
          text: sentences?.[i] ?? null,
          ...placeOf(domains, row),
        })),
        text: placeOf(domains, mean),
        routing: routes?.[0] ? routingOf(routes[0]) : null,
      }
    },
  )
}

/** The domains of the first level, nearest first, and the parts of the nearest one. */
function placeOf(domains: Domains, vector: Float32Array) {
  const share = ({ domain, cosine, confidence }: DomainMatch) => ({ name: domain.name, cosine, confidence })
  const ranked = rankDomains(topDomains(domains), vector).map(share)
  const [nearest] = ranked
  const parts = nearest === undefined ? [] : rankDomains(subdomains(domains, nearest.name), vector).map(share)
  return { domains: ranked, subdomains: parts }
}

/** A route as JSON. */
export function routingOf({ experts, weights, domains, confidence }: Route) {
  return { experts: [...experts], weights: [...weights], domains: [...domains], confidence }
}
