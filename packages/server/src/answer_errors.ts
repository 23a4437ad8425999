import type { FastifyError, FastifyInstance } from 'fastify'
import { bodyOf, ClientGone, ServerError } from './errors.ts'
import type { CheckedOptions } from './options.ts'
import type { Metrics } from './records/metrics.ts'
import { type RecentErrors, reportOf } from './records/recent_errors.ts'

export interface ErrorRecords {
  readonly errors: RecentErrors
  readonly metrics: Metrics
}

/** Answers errors in OpenAI's form, whoever throws them, and keeps those that are the server's. */
export function answerErrors(
  app: FastifyInstance,
  { onError }: CheckedOptions,
  { errors, metrics }: ErrorRecords,
): void {
  app.setErrorHandler((thrown, request, reply) => {
    const error = serverErrorOf(thrown, request.id)
    if (error.status >= 500 && error.status !== 503) {
      const report = reportOf(thrown, { id: request.id, route: request.routeOptions.url ?? null })
      errors.add(report)
      onError(report)
    }
    if (!(thrown instanceof ClientGone)) metrics.rejected(error.code)
    if (error.retryAfter !== null) reply.header('retry-after', error.retryAfter)
    return reply.code(error.status).send(bodyOf(error))
  })
  app.setNotFoundHandler((request) => {
    const path = request.url.split('?')[0]!.slice(0, 200)
    throw new ServerError(404, `there is no ${request.method} ${path}`, { code: 'not_found' })
  })
}

/** Errors of the library that are the request's, by their code. */
const STATUS: Readonly<Record<string, number>> = {
  BAD_ARGUMENT: 400,
  SPACE_MISMATCH: 400,
  UNSUPPORTED: 400,
  NOT_FOUND: 404,
  DISPOSED: 503,
}

/** What is told to the client of whatever was thrown. */
export function serverErrorOf(thrown: unknown, id: string): ServerError {
  if (thrown instanceof ServerError) return thrown
  if (thrown instanceof ClientGone)
    return new ServerError(499, 'the client has left', { code: 'client_gone' })
  const { name, message, code, argument } = thrown as Partial<Record<string, string>>
  if (name === 'VmmError' && code !== undefined && Object.hasOwn(STATUS, code))
    return new ServerError(STATUS[code]!, message ?? '', {
      ...{ code: code.toLowerCase(), param: argument ?? null },
      ...(code === 'DISPOSED' && { retryAfter: 2 }),
    })
  return frameworkErrorOf(thrown as FastifyError) ?? internalError(id)
}

function internalError(id: string): ServerError {
  return new ServerError(500, `the server failed; its list of errors has it as ${id}`, {
    code: 'internal_error',
  })
}

/** Null for what is no mistake of the client's. */
function frameworkErrorOf({ validation, statusCode = 500, message, code }: FastifyError): ServerError | null {
  if (validation !== undefined) return invalid(validation[0]!)
  if (statusCode < 400 || statusCode >= 500) return null
  const word = code?.startsWith('FST_') ? code.replace(/^FST_(ERR_)?/, '').toLowerCase() : 'bad_request'
  return new ServerError(statusCode, message, { code: word })
}

type Validation = NonNullable<FastifyError['validation']>[number]

/** Of a field that a schema does not allow. */
function invalid({ instancePath, keyword, params, message = 'is not allowed' }: Validation): ServerError {
  const place = instancePath.slice(1).replaceAll('/', '.')
  const inside = (name: unknown) => (place === '' ? String(name) : `${place}.${name}`)
  if (keyword === 'required') {
    const param = inside(params.missingProperty)
    return new ServerError(400, `${param}: is missing`, { code: 'missing_field', param })
  }
  if (keyword === 'additionalProperties') {
    const param = inside(params.additionalProperty).slice(0, 100)
    return new ServerError(400, `${param}: there is no such field here`, { code: 'unknown_field', param })
  }
  const allowed = keyword === 'enum' ? `: ${(params.allowedValues as string[]).join(', ')}` : ''
  const param = place === '' ? null : place
  return new ServerError(400, `${param ?? 'the body'}: ${message}${allowed}`, {
    code: 'invalid_value',
    param,
  })
}
