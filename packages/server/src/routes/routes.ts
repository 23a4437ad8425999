import { fastifySwagger } from '@fastify/swagger'
import type { App, ServerContext } from '../context.ts'
import { packageVersion } from '../version.ts'
import { conceptsSearchRoute } from './concepts_search.ts'
import { embeddingsRoute } from './embeddings.ts'
import { generateRoute } from './generate.ts'
import { healthRoutes } from './health.ts'
import { invertRoute } from './invert.ts'
import { modelsRoute } from './models.ts'
import { predictRoute } from './predict.ts'
import { recordRoutes } from './records.ts'
import { routeRoute } from './route.ts'
import { similarityRoute } from './similarity.ts'

/** All routes, of the parts that the engine has, and the schema that tells them. */
export async function addRoutes(app: App, context: ServerContext): Promise<void> {
  const { parts, options } = context
  const bearer = { type: 'http', scheme: 'bearer' } as const
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'vector-mamba',
        description: "Language in concept vectors, over HTTP. Errors have OpenAI's form.",
        version: packageVersion(),
      },
      ...(Object.keys(options.tokens).length > 0 && {
        components: { securitySchemes: { bearer } },
        security: [{ bearer: [] }],
      }),
    },
  })
  healthRoutes(app, context)
  modelsRoute(app, context)
  embeddingsRoute(app, context)
  similarityRoute(app, context)
  if (parts.has('concepts')) conceptsSearchRoute(app, context)
  if (parts.has('domains')) routeRoute(app, context)
  if (parts.has('predictor')) predictRoute(app, context)
  if (parts.has('inverter')) invertRoute(app, context)
  if (parts.has('generator')) generateRoute(app, context)
  recordRoutes(app, context)
}
