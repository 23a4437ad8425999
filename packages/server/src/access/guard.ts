import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ServerError, stopping } from '../errors.ts'
import type { CheckedOptions } from '../options.ts'
import { hostOf, isOwnHost, isOwnOrigin } from './hosts.ts'
import { tokenReader } from './tokens.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The name of the token that it has; 'local' where none is needed. */
    user: string
  }
  interface FastifyContextConfig {
    /** Answered without a token, and while the server stops. */
    open?: boolean
  }
}

/** Whose requests without a token are counted as; no token has this name. */
const NOBODY = '-'

/** Looks at each request before anything of it is read: its Host, its Origin, its token. */
export function guard(
  app: FastifyInstance,
  { tokens, allowedHosts }: CheckedOptions,
  isStopping: () => boolean,
): void {
  const userOf = tokenReader(tokens)
  const needsToken = Object.keys(tokens).length > 0
  app.decorateRequest('user', needsToken ? NOBODY : 'local')
  app.addHook('onRequest', async (request, reply) => {
    checkHost(request, allowedHosts)
    checkOrigin(request)
    if (request.routeOptions.config?.open) return
    if (isStopping()) throw stopping()
    if (!needsToken) return
    const user = userOf(request.headers.authorization)
    if (user === null) {
      reply.header('www-authenticate', 'Bearer')
      throw new ServerError(401, "a token is needed: 'authorization: Bearer TOKEN'", {
        code: 'invalid_api_key',
      })
    }
    request.user = user
  })
}

function checkHost({ headers, socket }: FastifyRequest, allowed: readonly string[]): void {
  const host = hostOf(headers.host)
  if (host !== null && isOwnHost(host, socket.localAddress, allowed)) return
  const message = "this server is not known by the request's Host; --allowed-host names more"
  throw new ServerError(403, message, { code: 'host_not_allowed' })
}

function checkOrigin({ headers: { origin, host } }: FastifyRequest): void {
  if (origin === undefined || isOwnOrigin(origin, host)) return
  throw new ServerError(403, 'pages of other sites may not ask this server', { code: 'origin_not_allowed' })
}
