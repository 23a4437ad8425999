import type { Measures } from '../../lib/train/core/task.ts'

/** What a file of ablations says. */
export interface Ablations {
  /** Of trainables.ts. */
  readonly model: string
  /** The config that all variants begin with. */
  readonly base: Json
  readonly variants: Readonly<Record<string, Variant>>
}

export interface Variant {
  /** For the card. */
  readonly what: string
  /** The variant that it changes; the base when left out. */
  readonly of?: string
  readonly change?: Json
}

export type Results = Record<string, Measures>

type Json = Readonly<Record<string, unknown>>

/** The whole config of a variant. Throws an Error for one that is not there or that leads back to itself. */
export function configOf({ base, variants }: Ablations, name: string, through: readonly string[] = []): Json {
  const variant = Object.hasOwn(variants, name) ? variants[name] : undefined
  if (!variant || through.includes(name)) throw new Error(`no variant ${name}, or one of itself`)
  const from =
    variant.of === undefined ? base : configOf({ model: '', base, variants }, variant.of, [...through, name])
  return merged(from, variant.change ?? {})
}

/** An object in which some keys are others; objects in it likewise. */
function merged(from: Json, change: Json): Json {
  const both = (key: string): unknown => {
    const [a, b] = [from[key], change[key]]
    return isObject(a) && isObject(b) ? merged(a, b) : (b ?? a)
  }
  return Object.fromEntries(
    [...new Set([...Object.keys(from), ...Object.keys(change)])].map((key) => [key, both(key)]),
  )
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
