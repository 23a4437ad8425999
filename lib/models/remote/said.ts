import { parseJson } from '../../io/json.ts'

/** The JSON of a text that a service has sent; null where it is none. */
export function saidJson(text: string): unknown {
  try {
    return parseJson(text, 'answer')
  } catch {
    return null
  }
}

/** The fields of what may be an object; none of what is not. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
