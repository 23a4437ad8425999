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
export type Outcome<T, F extends Failure = Failure> = { readonly value: T } | { readonly failure: F }

export interface RetryOptions<F extends Failure = Failure> {
  /** Tries after the first one. */
  readonly retries: number
  /** Milliseconds; a service that asks for more is given up. Default 10 minutes. */
  readonly longestWait?: number
  /** The error of a failure after which it is not tried again. Default: a VmmError of its code. */
  readonly errorOf?: (failure: F, message: string) => VmmError
  readonly clock: Clock
  readonly signal: AbortSignal | undefined
}

const FIRST_WAIT = 500
const LONGEST_BACKOFF = 30_000
const LONGEST_WAIT = 600_000

/**
 * Tries until it goes well. Between tries it waits as long as the service asks, else twice as long each time: 0.25 to
 * 0.5 s at first, 15 to 30 s at most.
 *
 * @throws VmmError what the last failure says, and how often it was tried; the signal's reason
 */
export async function withRetries<T, F extends Failure = Failure>(
  attempt: () => Promise<Outcome<T, F>>,
  { retries, longestWait = LONGEST_WAIT, errorOf = plainError, clock, signal }: RetryOptions<F>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    const outcome = await attempt()
    if ('value' in outcome) return outcome.value
    const { failure } = outcome
    const { again, waitMs = 0 } = failure
    if (!again || tries > retries || waitMs > longestWait) {
      const asks = waitMs > longestWait ? `; it asks to wait ${Math.ceil(waitMs / 1000)} s` : ''
      const often = tries > 1 ? `; tried ${tries} times` : ''
      throw errorOf(failure, failure.message + asks + often)
    }
    await clock.sleep(failure.waitMs ?? backoff(tries, clock.random()), signal)
  }
}

/** Chance keeps those that failed together from coming back together. */
function backoff(tries: number, chance: number): number {
  return Math.min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_BACKOFF) * (0.5 + chance / 2)
}

function plainError({ code, argument }: Failure, message: string): VmmError {
  return new VmmError(code, message, argument === undefined ? {} : { argument })
}
