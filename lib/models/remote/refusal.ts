import type { ErrorCode } from '../../core/errors.ts'
import type { Reply } from './exchange.ts'
import type { Failure } from './retry.ts'
import { fieldsOf, saidJson } from './said.ts'

/** Characters that are kept of what a service says. */
const LONGEST_MESSAGE = 300

/**
 * What an answer that is no success means: whether to try again, after how long, and what the service says, on one
 * line.
 *
 * @param hide takes secrets out of what the service says
 */
export function refusalOf(
  { status, headers, text }: Reply,
  about: string,
  hide: (text: string) => string,
): Failure {
  const { message, code } = saidBy(text)
  const said = hide(message).replace(/\s+/g, ' ').trim()
  const shown = said.length > LONGEST_MESSAGE ? `${said.slice(0, LONGEST_MESSAGE)}…` : said
  const argument = argumentOf(status)
  const waitMs = waitOf(headers, Date.now())
  return {
    code: codeOf(status),
    message: `${about}: the service answers ${status}${shown === '' ? '' : `: ${shown}`}`,
    ...(argument === undefined ? {} : { argument }),
    // A spent quota is answered by 429 as well, and does not come back by waiting.
    again: isTemporary(status) && code !== 'insufficient_quota',
    ...(waitMs === null ? {} : { waitMs }),
  }
}

function isTemporary(status: number): boolean {
  return [408, 409, 429].includes(status) || status >= 500
}

function codeOf(status: number): ErrorCode {
  if (isTemporary(status)) return 'SERVICE'
  return status === 404 ? 'NOT_FOUND' : 'BAD_ARGUMENT'
}

function argumentOf(status: number): string | undefined {
  if (status === 401 || status === 403) return 'apiKey'
  return status < 400 ? 'url' : undefined
}

/** The message of an error, in the forms that services give it: OpenAI's, `{error}`, `{message}`, FastAPI's `{detail}`. */
function saidBy(text: string): { readonly message: string; readonly code?: unknown } {
  const answer = fieldsOf(saidJson(text))
  const error = fieldsOf(answer.error)
  const [detail] = Array.isArray(answer.detail) ? answer.detail : [answer.detail]
  const known = [error.message, answer.error, answer.message, fieldsOf(detail).msg, detail]
  return { message: known.find((word) => typeof word === 'string') ?? text, code: error.code }
}

/** Milliseconds that a service asks to wait, by `retry-after-ms` or `retry-after`, in seconds or as a date. */
function waitOf(headers: Headers, now: number): number | null {
  const ms = numberOf(headers.get('retry-after-ms'))
  if (ms !== null) return ms
  const after = headers.get('retry-after')
  const seconds = numberOf(after)
  if (seconds !== null) return seconds * 1000
  // Date.parse alone reads almost anything.
  const date = after?.endsWith(' GMT') ? Date.parse(after) : Number.NaN
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}

function numberOf(header: string | null): number | null {
  return header !== null && /^\d{1,12}(\.\d{1,12})?$/.test(header) ? Number(header) : null
}
