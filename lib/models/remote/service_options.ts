import { badArgument, check, describe } from '../../core/errors.ts'

/** OpenAI's own service. */
export const OPENAI = 'https://api.openai.com/v1'
/** What timers can wait. */
export const LONGEST_TIMEOUT = 2 ** 31 - 1

/** Throws VmmError BAD_ARGUMENT unless an option is a whole number from `least` to `most`. */
export function wholeNumber(
  name: string,
  value: unknown,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const ok = typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
  const allowed = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`
  check(ok, name, value, `a whole number ${allowed}`)
  return value
}

/** An address without a slash at its end. What is shown of one that is refused has no password. */
export function serviceUrl(given: unknown): string {
  const url = typeof given === 'string' && URL.canParse(given) ? new URL(given) : null
  if (String(given).includes('@') || url?.username || url?.password)
    throw badArgument('url', 'one with a name or a password', 'one without; apiKey is sent as a header')
  const ok = url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === ''
  if (!ok) throw badArgument('url', describe(given), `http or https without a query, such as ${OPENAI}`)
  return url.href.replace(/\/+$/, '')
}

/** The key as it is sent; null for none. Headers would name one that they refuse in their error. */
export function apiKeyOf(given: unknown): string | null {
  if (typeof given !== 'string') throw badArgument('apiKey', `a ${typeof given}`, 'a string')
  const key = given.trim()
  if (!/^[\x21-\x7e]*$/.test(key))
    throw badArgument('apiKey', 'one with spaces, control characters or letters beyond ASCII', 'one without')
  return key === '' ? null : key
}
