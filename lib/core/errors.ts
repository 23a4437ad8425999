import { escapeMarks } from './control_marks.ts'

/** What went wrong, as a stable word that callers can switch on. */
export type ErrorCode =
  | 'BAD_ARGUMENT' // an argument has a wrong type, shape or value
  | 'BAD_FILE' // a file is truncated, corrupt or hostile
  | 'NOT_FOUND' // a model, bundle or file is missing
  | 'SPACE_MISMATCH' // vectors of one embedding space met another
  | 'UNSUPPORTED' // platform, dtype or feature that this build lacks
  | 'DISPOSED' // a handle was used after dispose()
  | 'IN_USE' // somebody else works in a folder that one at a time may use
  | 'SERVICE' // the network or a service on it did not answer, or not as it should
  | 'NATIVE' // the native runtime refused or failed

/** Characters of a message at most: what a file says may be much longer, and is cut in the middle. */
const LONGEST_MESSAGE = 2000
const LONGEST_END = 400

/**
 * The one error type of this package. `argument`, `given` and `allowed` are set where they apply. Messages may be
 * printed as they are: whatever they quote, they have no control characters.
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
    super(shown(message), details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    if (details.argument !== undefined) this.argument = details.argument
  }
}

function shown(message: string): string {
  const text = escapeMarks(message)
  if (text.length <= LONGEST_MESSAGE) return text
  return `${text.slice(0, LONGEST_MESSAGE - LONGEST_END)} … ${text.slice(-LONGEST_END)}`
}

/** An error that names the argument, what was given and what is allowed. */
export function badArgument(argument: string, given: string, allowed: string): VmmError {
  return new VmmError('BAD_ARGUMENT', `${argument}: got ${given}; expected ${allowed}`, { argument })
}

/** Throws `badArgument` unless `ok`. */
export function check(ok: boolean, argument: string, given: unknown, allowed: string): asserts ok {
  if (!ok) throw badArgument(argument, describe(given), allowed)
}

/** Throws `badArgument` unless the value of an argument is a whole number of 1 or more. */
export function checkCount(argument: string, value: number): void {
  check(Number.isInteger(value) && value > 0, argument, value, 'a whole number of 1 or more')
}

/** Characters of a text that is shown as it is, and of the name of a class. */
const LONGEST_TEXT = 60
/** Elements of an array that are shown, arrays in arrays, and characters of them all. */
const MOST_ELEMENTS = 8
const DEEPEST = 2
const LONGEST_LIST = 300
/** Longer numbers take time to write down. */
const LARGEST = 10n ** BigInt(LONGEST_TEXT)

/**
 * A short text for any value, safe to put into a message: of a few hundred characters at most, without control
 * characters. Never throws, whatever a value's getters and proxies do.
 */
export function describe(value: unknown): string {
  try {
    return escapeMarks(described(value, 0))
  } catch {
    return 'a value that cannot be read'
  }
}

function described(value: unknown, depth: number): string {
  if (value === null) return 'null'
  switch (typeof value) {
    case 'string':
      return value.length > LONGEST_TEXT ? `a string of ${value.length} characters` : JSON.stringify(value)
    case 'function':
      return 'a function'
    case 'bigint':
      return value < LARGEST && value > -LARGEST ? String(value) : 'a bigint'
    case 'symbol':
      return (value.description ?? '').length > LONGEST_TEXT ? 'a symbol' : String(value)
    case 'object':
      return describedObject(value, depth)
    default:
      return String(value)
  }
}

function describedObject(value: object, depth: number): string {
  if (Array.isArray(value)) {
    const length = Number(value.length)
    if (length > MOST_ELEMENTS || depth > DEEPEST) return `an array of ${length}`
    const list = Array.from({ length }, (_, i) => described(value[i], depth + 1)).join(', ')
    return list.length > LONGEST_LIST ? `an array of ${length}` : `[${list}]`
  }
  if (ArrayBuffer.isView(value))
    return `${className(value) ?? 'bytes'} of ${Number((value as { length?: unknown }).length ?? value.byteLength)}`
  const name = className(value)
  return name === null ? 'an object' : `an object (${name})`
}

/** The name of a value's class, where it has one that is a name. */
function className(value: object): string | null {
  const name: unknown = value.constructor?.name
  return typeof name === 'string' && name.length <= LONGEST_TEXT && /^[\p{L}\p{N}_$]+$/u.test(name)
    ? name
    : null
}
