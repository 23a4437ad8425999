import type { App, ServerContext } from '../context.ts'
import { embeddingsRoute } from './embeddings.ts'
import { healthRoutes } from './health.ts'
import { modelsRoute } from './models.ts'

/** All routes, of the parts that the engine has. */
export async function addRoutes(app: App, context: ServerContext): Promise<void> {
  healthRoutes(app, context)
  modelsRoute(app, context)
  embeddingsRoute(app, context)
}
