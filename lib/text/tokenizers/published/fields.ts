import { describe, VmmError } from '../../../core/errors.ts'
import { LONGEST_TOKEN } from './bounds.ts'

/** A value of a parsed file, and how messages call it. */
export interface Field {
  readonly value: unknown
  readonly file: string
  /** Where it stands in the file, such as `model.vocab`; '' for all of it. */
  readonly path: string
}

/** The value of a key of an object; undefined where there is none. Throws BAD_FILE where the field is no object. */
export function member(field: Field, key: string): Field {
  const path = field.path === '' ? key : `${field.path}.${key}`
  const object = objectOf(field)
  return { value: Object.hasOwn(object, key) ? object[key] : undefined, file: field.file, path }
}

/** Whether there is anything: neither missing nor null. */
export function isGiven({ value }: Field): boolean {
  return value !== undefined && value !== null
}

/** Throws BAD_FILE for what is no object. */
export function objectOf(field: Field): Readonly<Record<string, unknown>> {
  if (typeof field.value !== 'object' || field.value === null || Array.isArray(field.value))
    throw wrong(field, 'an object')
  return field.value as Record<string, unknown>
}

/** Throws BAD_FILE for what is no array, and for more elements than `most`. */
export function listOf(field: Field, most: number): readonly unknown[] {
  if (!Array.isArray(field.value)) throw wrong(field, 'an array')
  if (field.value.length > most) throw wrong(field, `at most ${most.toLocaleString('en')} elements`)
  return field.value
}

/** The elements of an array as fields of their own. Throws as listOf does. */
export function elementsOf(field: Field, most: number): Field[] {
  return listOf(field, most).map((value, i) => ({ value, file: field.file, path: `${field.path}[${i}]` }))
}

/** Throws BAD_FILE for what is no string; `fallback` where nothing is given. */
export function textOf(field: Field, fallback?: string): string {
  if (fallback !== undefined && !isGiven(field)) return fallback
  if (typeof field.value !== 'string') throw wrong(field, 'a string')
  return field.value
}

/** A text that is put into others, perhaps many times. Throws BAD_FILE for more than 4096 characters. */
export function shortText(field: Field): string {
  const text = textOf(field)
  if (text.length > LONGEST_TOKEN) throw wrong(field, `at most ${LONGEST_TOKEN} characters`)
  return text
}

/** Throws BAD_FILE for what is neither true nor false; `fallback` where nothing is given. */
export function flagOf(field: Field, fallback: boolean): boolean {
  if (!isGiven(field)) return fallback
  if (typeof field.value !== 'boolean') throw wrong(field, 'true or false')
  return field.value
}

/** Throws BAD_FILE for what is no whole number from 0 to `most`; `fallback` where nothing is given. */
export function countOf(field: Field, most: number, fallback?: number): number {
  if (fallback !== undefined && !isGiven(field)) return fallback
  const { value } = field
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > most)
    throw wrong(field, `a whole number from 0 to ${most}`)
  return value as number
}

/** BAD_FILE: what a field holds, and what it may. */
export function wrong(field: Field, allowed: string): VmmError {
  return new VmmError('BAD_FILE', `${placeOf(field)}: got ${describe(field.value)}; expected ${allowed}`)
}

/** UNSUPPORTED: what a file says that nothing here computes. */
export function unsupported(field: Field, what: string, known: string): VmmError {
  return new VmmError('UNSUPPORTED', `${placeOf(field)}: ${what} is not supported; ${known} is`)
}

/** How messages call a field. */
export function placeOf({ file, path }: Field): string {
  return path === '' ? file : `${file}: ${path}`
}

/** Components of a kind at most, such as the steps of a normalizer. */
const MOST_STEPS = 64

/**
 * Makes a component of a file by its `type`, where it is of a known one.
 *
 * @param makers  by type
 * @param kind    for messages, such as 'normalizer'
 * @throws VmmError UNSUPPORTED naming the type; BAD_FILE
 */
export function componentOf<T>(
  field: Field,
  makers: Readonly<Record<string, (field: Field) => T>>,
  kind: string,
): T {
  const type = textOf(member(field, 'type'))
  if (!Object.hasOwn(makers, type))
    throw unsupported(field, `${kind} ${describe(type)}`, `one of ${Object.keys(makers).join(', ')}`)
  return makers[type]!(field)
}

/** The steps of a component of type Sequence. Throws BAD_FILE for none. */
export function stepsOf<T>(field: Field, key: string, make: (field: Field) => T): T[] {
  return elementsOf(member(field, key), MOST_STEPS).map(make)
}

/**
 * The types of a component and of its steps in turn, those of steps among them.
 *
 * @param key what a Sequence calls its steps
 * @throws VmmError BAD_FILE for more than 64 of them
 */
export function typesIn(field: Field, key: string): string[] {
  const types: string[] = []
  const visit = (component: Field) => {
    if (types.push(textOf(member(component, 'type'))) > MOST_STEPS)
      throw wrong(field, `at most ${MOST_STEPS} steps`)
    if (types.at(-1) === 'Sequence')
      for (const step of elementsOf(member(component, key), MOST_STEPS)) visit(step)
  }
  visit(field)
  return types
}
