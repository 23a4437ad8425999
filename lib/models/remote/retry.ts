import { type ErrorCode, VmmError } from '../../core/errors.ts'
import type { Clock } from './clock.ts'

/** A try that failed. */
export interface Failure {
  readonly code: ErrorCode
  readonly message: string
  readonly argument?: string
  /** Whether another try may go well. */
  readonly again: boolean
  /** How long the service asks to wait, in milliseconds, where it does. */
  readonly waitMs?: number
}

/** What a try came to. */
export type Outcome<T> = { readonly value: T } | { readonly failure: Failure }

export interface RetryOptions {
  /** Tries after the first one. */
  readonly retries: number
  readonly clock: Clock
  readonly signal: AbortSignal | undefined
}

const FIRST_WAIT = 500
const LONGEST_BACKOFF = 30_000
/** A service that asks for more than this is given up. */
const LONGEST_WAIT = 600_000

/**
 * Tries until it goes well. Between tries it waits as long as the service asks, else twice as long each time: 0.25 to
 * 0.5 s at first, 15 to 30 s at most.
 *
 * @throws VmmError what the last failure says, and how often it was tried; the signal's reason
 */
export async function withRetries<T>(
  attempt: () => Promise<Outcome<T>>,
  { retries, clock, signal }: RetryOptions,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    const outcome = await attempt()
    if ('value' in outcome) return outcome.value
    const { failure } = outcome
    const wait = failure.waitMs ?? backoff(tries, clock.random())
    if (!failure.again || tries > retries || wait > LONGEST_WAIT) throw errorOf(failure, tries)
    await clock.sleep(wait, signal)
  }
}

/** Chance keeps those that failed together from coming back together. */
function backoff(tries: number, chance: number): number {
  return Math.min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_BACKOFF) * (0.5 + chance / 2)
}

function errorOf({ code, message, argument, waitMs = 0 }: Failure, tries: number): VmmError {
  const asks = waitMs > LONGEST_WAIT ? `; it asks to wait ${Math.ceil(waitMs / 1000)} s` : ''
  const often = tries > 1 ? `; tried ${tries} times` : ''
  return new VmmError(code, message + asks + often, argument === undefined ? {} : { argument })
}
