import { badArgument, describe } from './errors.ts'

/** The default of a key that has none: it is needed. */
export interface Needed<T> {
  /** What the documentation shows in its place. */
  readonly example: T
}

/** Marks a key that has no default. */
export function needed<const T>(example: T): Needed<T> {
  return { example }
}

type Default<T> = T | Needed<T>

/**
 * Reads the fields of a plain object, names the key of one that is wrong, and refuses those that nobody asked for.
 * `about` says in a line what a field is: docs/training.md has it.
 */
export interface Fields {
  number(key: string, fallback: Default<number>, allowed: Range, about: string): number
  /** A whole number. */
  whole(key: string, fallback: Default<number>, allowed: Range, about: string): number
  choice<const C extends readonly string[]>(
    key: string,
    fallback: C[number],
    choices: C,
    about: string,
  ): C[number]
  flag(key: string, fallback: boolean, about: string): boolean
  /** A text; an empty one where that is the default. */
  text(key: string, fallback: Default<string>, about: string): string
  /** One text, or some; none where that is the default. */
  texts(key: string, fallback: Default<readonly string[]>, about: string): readonly string[]
  /** Two whole numbers, the least first. */
  pair(
    key: string,
    fallback: readonly [number, number],
    allowed: Range,
    about: string,
  ): readonly [number, number]
  /** An object as it is, which somebody else checks; {} where there is none. `keys` say what it may have. */
  raw(key: string, keys: Readonly<Record<string, Pick<Key, 'value' | 'about'>>>): unknown
  /** The fields of an object; of an empty one where there is none. */
  object(key: string): Fields
  /** The fields of each object of a list, at least one. */
  list(key: string): readonly Fields[]
  /** Throws for keys that were not read, here and below. */
  finish(): void
}

export interface Range {
  readonly least: number
  readonly most?: number
}

/** A key that a reader knows. */
export interface Key {
  /** What leads to it: `batch.rows`. */
  readonly path: string
  /** Its default, or an example. */
  readonly value: unknown
  readonly needed: boolean
  /** The values that it may have, in words; missing where somebody else checks them. */
  readonly allowed?: string
  readonly about: string
}

/**
 * Reads a plain object. Throws VmmError BAD_ARGUMENT that names the key for a value that is wrong, and for one that
 * `read` does not ask for.
 */
export function readFields<T>(json: unknown, read: (fields: Fields) => T): T {
  const fields = fieldsOf(json, '', null)
  const found = read(fields)
  fields.finish()
  return found
}

/** The keys that `read` asks for, in its order. */
export function keysOf(read: (fields: Fields) => unknown): readonly Key[] {
  const keys: Key[] = []
  read(fieldsOf({}, '', keys))
  return keys
}

/**
 * @param path what leads to the object, for messages: '' or `optimiser.`
 * @param keys where the keys that are asked for are listed; what is needed then has the value of its example
 */
function fieldsOf(value: unknown, path: string, keys: Key[] | null): Fields {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isObject) throw badArgument(path.slice(0, -1) || 'config', describe(value), 'an object')
  const given = value as Readonly<Record<string, unknown>>
  const known = new Set<string>()
  const below: Fields[] = []
  const own = (key: string): unknown => {
    known.add(key)
    return Object.hasOwn(given, key) ? given[key] : undefined
  }
  /** The value of a key, which is `ok`. */
  const take = <T>(
    key: string,
    fallback: Default<T>,
    ok: (found: unknown) => found is T,
    allowed: string,
    about: string,
  ): T => {
    const isNeeded = typeof fallback === 'object' && fallback !== null && 'example' in fallback
    const value = isNeeded ? fallback.example : fallback
    keys?.push({ path: path + key, value, needed: isNeeded, allowed, about })
    const found = own(key) ?? (isNeeded && !keys ? undefined : value)
    if (!ok(found)) throw badArgument(path + key, key in given ? describe(given[key]) : 'nothing', allowed)
    return found
  }
  const within = (n: unknown, { least, most = Number.POSITIVE_INFINITY }: Range): n is number =>
    typeof n === 'number' && n >= least && n <= most
  const range = ({ least, most }: Range) =>
    most === undefined ? `of ${least} or more` : `from ${least} to ${most}`
  const numeric =
    (isNumber: (n: unknown) => boolean, what: string) =>
    (key: string, fallback: Default<number>, allowed: Range, about: string) =>
      take(
        key,
        fallback,
        (found): found is number => isNumber(found) && within(found, allowed),
        `${what} ${range(allowed)}`,
        about,
      )
  const fields: Fields = {
    number: numeric(Number.isFinite, 'a number'),
    whole: numeric(Number.isSafeInteger, 'a whole number'),
    choice: (key, fallback, choices, about) => {
      const ok = (found: unknown): found is (typeof choices)[number] => choices.includes(found as string)
      return take(key, fallback, ok, choices.join(' | '), about)
    },
    flag: (key, fallback, about) =>
      take(key, fallback, (found): found is boolean => typeof found === 'boolean', 'true or false', about),
    text: (key, fallback, about) => {
      const ok = (found: unknown): found is string => isText(found) || (found === '' && fallback === '')
      return take(key, fallback, ok, 'a text', about)
    },
    texts: (key, fallback, about) => {
      const least = Array.isArray(fallback) && fallback.length === 0 ? 0 : 1
      const ok = (found: unknown): found is string | readonly string[] =>
        isText(found) || (Array.isArray(found) && found.length >= least && found.every(isText))
      const found = take<string | readonly string[]>(key, fallback, ok, 'a text, or an array of texts', about)
      return typeof found === 'string' ? [found] : found
    },
    pair: (key, fallback, allowed, about) => {
      const ok = (pair: unknown): pair is readonly [number, number] =>
        Array.isArray(pair) &&
        pair.length === 2 &&
        pair.every((n) => Number.isSafeInteger(n) && within(n, allowed)) &&
        pair[0] <= pair[1]
      return take(key, fallback, ok, `[least, most], whole numbers ${range(allowed)}`, about)
    },
    raw: (key, inside) => {
      for (const [name, { value, about }] of Object.entries(inside))
        keys?.push({ path: `${path}${key}.${name}`, value, needed: false, about })
      return own(key) ?? {}
    },
    object: (key) => {
      const child = fieldsOf(own(key) ?? {}, `${path}${key}.`, keys)
      below.push(child)
      return child
    },
    list: (key) => {
      const items = own(key)
      if (!Array.isArray(items) || items.length === 0)
        throw badArgument(path + key, key in given ? describe(items) : 'nothing', 'an array of objects')
      const children = items.map((item, at) => fieldsOf(item, `${path}${key}[${at}].`, keys))
      below.push(...children)
      return children
    },
    finish: () => {
      for (const key of Object.keys(given))
        if (!known.has(key)) throw badArgument(path + key, 'a key', [...known].join(', '))
      for (const child of below) child.finish()
    },
  }
  return fields
}

function isText(found: unknown): found is string {
  return typeof found === 'string' && found !== ''
}
