import { badArgument, describe } from '../../core/errors.ts'

/** Reads the fields of a plain object, names the key of one that is wrong, and refuses those that nobody asked for. */
export interface Fields {
  number(key: string, fallback: number | undefined, allowed: Range): number
  /** A whole number. */
  whole(key: string, fallback: number | undefined, allowed: Range): number
  choice<const C extends readonly string[]>(key: string, fallback: C[number], choices: C): C[number]
  text(key: string, fallback: string | undefined): string
  /** One text, or some. */
  texts(key: string): string[]
  /** Two whole numbers, the least first. */
  pair(key: string, fallback: readonly [number, number], allowed: Range): [number, number]
  /** The value as it is; undefined where there is none. */
  raw(key: string): unknown
  /** The fields of an object; of an empty one where there is none. */
  object(key: string): Fields
  /** Throws for keys that were not read, here and below. */
  finish(): void
}

export interface Range {
  readonly least: number
  readonly most?: number
}

/** @param path what leads to the object, for messages: '' or `optimiser.` */
export function fieldsOf(value: unknown, path = ''): Fields {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isObject) throw badArgument(path.slice(0, -1) || 'config', describe(value), 'an object')
  const given = value as Readonly<Record<string, unknown>>
  const known = new Set<string>()
  const below: Fields[] = []
  const take = (key: string): unknown => {
    known.add(key)
    return Object.hasOwn(given, key) ? given[key] : undefined
  }
  const bad = (key: string, allowed: string) =>
    badArgument(path + key, key in given ? describe(given[key]) : 'nothing', allowed)
  const within = (n: unknown, { least, most = Number.POSITIVE_INFINITY }: Range): n is number =>
    typeof n === 'number' && n >= least && n <= most
  const range = ({ least, most }: Range) =>
    most === undefined ? `of ${least} or more` : `from ${least} to ${most}`
  const numeric = (
    key: string,
    fallback: number | undefined,
    allowed: Range,
    ok: (n: number) => boolean,
    what: string,
  ) => {
    const number = take(key) ?? fallback
    if (!within(number, allowed) || !ok(number)) throw bad(key, `${what} ${range(allowed)}`)
    return number
  }
  const fields: Fields = {
    number: (key, fallback, allowed) => numeric(key, fallback, allowed, Number.isFinite, 'a number'),
    whole: (key, fallback, allowed) =>
      numeric(key, fallback, allowed, Number.isSafeInteger, 'a whole number'),
    choice: (key, fallback, choices) => {
      const chosen = take(key) ?? fallback
      if (!choices.includes(chosen as string)) throw bad(key, choices.join(' | '))
      return chosen as (typeof choices)[number]
    },
    text: (key, fallback) => {
      const text = take(key) ?? fallback
      if (typeof text !== 'string' || text === '') throw bad(key, 'a text')
      return text
    },
    texts: (key) => {
      const texts = take(key)
      const list: unknown[] = Array.isArray(texts) ? texts : [texts]
      if (list.length === 0 || !list.every((text) => typeof text === 'string' && text !== ''))
        throw bad(key, 'a text, or an array of texts')
      return list as string[]
    },
    pair: (key, fallback, allowed) => {
      const pair = take(key) ?? fallback
      const ok =
        Array.isArray(pair) &&
        pair.length === 2 &&
        pair.every((n) => Number.isSafeInteger(n) && within(n, allowed)) &&
        pair[0] <= pair[1]
      if (!ok) throw bad(key, `[least, most], whole numbers ${range(allowed)}`)
      return [pair[0], pair[1]]
    },
    raw: take,
    object: (key) => {
      const child = fieldsOf(take(key) ?? {}, `${path}${key}.`)
      below.push(child)
      return child
    },
    finish: () => {
      for (const key of Object.keys(given))
        if (!known.has(key)) throw badArgument(path + key, 'a key', [...known].join(', '))
      for (const child of below) child.finish()
    },
  }
  return fields
}
