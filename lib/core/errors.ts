/** What went wrong, as a stable word that callers can switch on. */
export type ErrorCode =
  | 'BAD_ARGUMENT' // an argument has a wrong type, shape or value
  | 'BAD_FILE' // a file is truncated, corrupt or hostile
  | 'NOT_FOUND' // a model, bundle or file is missing
  | 'SPACE_MISMATCH' // vectors of one embedding space met another
  | 'UNSUPPORTED' // platform, dtype or feature that this build lacks
  | 'DISPOSED' // a handle was used after dispose()
  | 'IN_USE' // somebody else works in a folder that one at a time may use
  | 'NATIVE' // the native runtime refused or failed

/**
 * The one error type of this package. `argument`, `given` and `allowed` are set where they apply.
 *
 * @example
 * ```js
 * import { VmmError, vectorsFrom } from 'vector-mamba'
 *
 * try {
 *   vectorsFrom(new Float32Array(3), 2, 'example-2')
 * } catch (error) {
 *   console.log(error instanceof VmmError, error.code, error.argument) // true BAD_ARGUMENT data
 *   console.log(error.message) // data: got 3 numbers; expected a multiple of 2, the dims of example-2
 * }
 * ```
 */
export class VmmError extends Error {
  override readonly name = 'VmmError'
  readonly code: ErrorCode
  readonly argument?: string

  constructor(code: ErrorCode, message: string, details: { argument?: string; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    if (details.argument !== undefined) this.argument = details.argument
  }
}

/** An error that names the argument, what was given and what is allowed. */
export function badArgument(argument: string, given: string, allowed: string): VmmError {
  return new VmmError('BAD_ARGUMENT', `${argument}: got ${given}; expected ${allowed}`, { argument })
}

/** Throws `badArgument` unless `ok`. */
export function check(ok: boolean, argument: string, given: unknown, allowed: string): asserts ok {
  if (!ok) throw badArgument(argument, describe(given), allowed)
}

/** A short text for any value, safe to put into a message. */
export function describe(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'string')
    return value.length > 60 ? `a string of ${value.length} characters` : JSON.stringify(value)
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value))
    return value.length > 8 ? `an array of ${value.length}` : `[${value.map(describe).join(', ')}]`
  if (ArrayBuffer.isView(value))
    return `${value.constructor.name} of ${(value as unknown as { length: number }).length ?? value.byteLength}`
  if (typeof value === 'object')
    return value.constructor?.name ? `an object (${value.constructor.name})` : 'an object'
  return String(value)
}
