import { describe, VmmError } from '../core/errors.ts'
import { parseJson } from './json.ts'
import { readSmallFile } from './read.ts'

/** The fields of a JSON object of a file that others wrote. What does not fit throws VmmError BAD_FILE naming file and field. */
export interface JsonFields {
  /** The file, and the field in it where this is a part of one. */
  readonly name: string
  has(field: string): boolean
  /** A whole number from 1 on; the default where the field is missing or null. */
  size(field: string, otherwise?: number): number
  /** A whole number from 0 on; likewise. */
  count(field: string, otherwise?: number): number
  number(field: string, otherwise?: number): number
  text(field: string, otherwise?: string): string
  flag(field: string, otherwise?: boolean): boolean
  /** One of some texts; throws VmmError UNSUPPORTED for others. */
  oneOf<T extends string>(field: string, allowed: readonly T[], otherwise?: T): T
  /** A field that must have this value where it is there; throws VmmError UNSUPPORTED for others. */
  only(field: string, value: string | number | boolean): void
  object(field: string): JsonFields | null
  texts(field: string): readonly string[]
  raw(field: string): unknown
}

const MOST_BYTES = 1 << 24

/** Reads a file that must be a JSON object. Throws VmmError NOT_FOUND, BAD_FILE. */
export async function readJsonFields(path: string): Promise<JsonFields> {
  return jsonFields(path, parseJson((await readSmallFile(path, MOST_BYTES)).toString(), path))
}

export function jsonFields(name: string, value: unknown): JsonFields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new VmmError('BAD_FILE', `${name}: got ${describe(value)}; expected an object`)
  const fields = value as Readonly<Record<string, unknown>>
  const raw = (field: string) => (Object.hasOwn(fields, field) ? fields[field] : undefined)
  const wrong = (field: string, allowed: string, code: 'BAD_FILE' | 'UNSUPPORTED' = 'BAD_FILE') =>
    new VmmError(code, `${name}: ${field}: got ${describe(raw(field))}; expected ${allowed}`)
  const read = <T>(
    field: string,
    otherwise: T | undefined,
    fits: (x: unknown) => boolean,
    allowed: string,
  ): T => {
    const x = raw(field) ?? otherwise
    if (x === undefined || !fits(x)) throw wrong(field, allowed)
    return x as T
  }
  return {
    name,
    raw,
    has: (field) => (raw(field) ?? null) !== null,
    size: (field, otherwise) =>
      read(field, otherwise, (x) => Number.isSafeInteger(x) && (x as number) > 0, 'a whole number from 1 on'),
    count: (field, otherwise) =>
      read(
        field,
        otherwise,
        (x) => Number.isSafeInteger(x) && (x as number) >= 0,
        'a whole number from 0 on',
      ),
    number: (field, otherwise) => read(field, otherwise, Number.isFinite, 'a number'),
    text: (field, otherwise) => read(field, otherwise, (x) => typeof x === 'string', 'a text'),
    flag: (field, otherwise) => read(field, otherwise, (x) => typeof x === 'boolean', 'true or false'),
    oneOf: (field, allowed, otherwise) => {
      const x = raw(field) ?? otherwise
      if (!(allowed as readonly unknown[]).includes(x)) throw wrong(field, allowed.join(', '), 'UNSUPPORTED')
      return x as (typeof allowed)[number]
    },
    only: (field, value) => {
      const x = raw(field) ?? value
      if (x !== value) throw wrong(field, describe(value), 'UNSUPPORTED')
    },
    object: (field) => {
      const x = raw(field) ?? null
      return x === null ? null : jsonFields(`${name}: ${field}`, x)
    },
    texts: (field) =>
      read<readonly string[]>(
        field,
        [],
        (x) => Array.isArray(x) && x.every((one) => typeof one === 'string'),
        'a list of texts',
      ),
  }
}
