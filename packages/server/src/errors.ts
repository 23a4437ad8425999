/** What a client did or met, by OpenAI's names. */
export type ErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'permission_error'
  | 'rate_limit_error'
  | 'server_error'

export interface ErrorDetails {
  /** A stable word that clients can switch on. */
  readonly code: string
  /** The field of the request that is wrong. */
  readonly param?: string | null
  /** Seconds after which it may be tried again. */
  readonly retryAfter?: number
}

/** An error that is told to the client. Its message may quote the request, and is not logged. */
export class ServerError extends Error {
  override readonly name = 'ServerError'
  readonly status: number
  readonly code: string
  readonly param: string | null
  readonly retryAfter: number | null

  constructor(status: number, message: string, { code, param = null, retryAfter }: ErrorDetails) {
    super(message)
    this.status = status
    this.code = code
    this.param = param
    this.retryAfter = retryAfter ?? null
  }
}

/** Somebody waited for an answer and has closed the connection. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone'
}

/** The body of an error, as OpenAI's clients read it. */
export interface ErrorBody {
  readonly error: {
    readonly message: string
    readonly type: ErrorType
    readonly param: string | null
    readonly code: string
  }
}

export function badRequest(message: string, param: string | null, code = 'invalid_value'): ServerError {
  return new ServerError(400, message, { code, param })
}

export function queueFull(queue: string, waiting: number): ServerError {
  const message = `the server is busy: ${waiting} rows wait for '${queue}' already`
  return new ServerError(429, message, { code: 'queue_full', retryAfter: 1 })
}

export function deadlinePassed(queue: string, ms: number): ServerError {
  const message = `'${queue}' did not answer within ${ms / 1000} s`
  return new ServerError(503, message, { code: 'deadline_passed', retryAfter: 2 })
}

export function stopping(): ServerError {
  return new ServerError(503, 'the server is stopping', { code: 'stopping', retryAfter: 2 })
}

export function loading(what: string): ServerError {
  return new ServerError(503, `the server is loading ${what}`, { code: 'loading', retryAfter: 2 })
}

export function cancelled(): Error {
  return new Error('nobody waits for this any more')
}

const TYPES: Readonly<Record<number, ErrorType>> = {
  401: 'authentication_error',
  403: 'permission_error',
  429: 'rate_limit_error',
}

export function typeOf(status: number): ErrorType {
  return TYPES[status] ?? (status >= 500 ? 'server_error' : 'invalid_request_error')
}

export function bodyOf({ status, message, param, code }: ServerError): ErrorBody {
  return { error: { message, type: typeOf(status), param, code } }
}
