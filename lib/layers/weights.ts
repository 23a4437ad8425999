import { VmmError } from '../core/errors.ts'
import type { Value } from '../graph/value.ts'

/** The parameters of a layer, by their names in the checkpoint. */
export interface Weights {
  /** Throws VmmError when the checkpoint has no such tensor. */
  get(name: string): Value
  find(name: string): Value | null
  /** The parameters below `name.` */
  scope(name: string): Weights
}

export function weightsOf(values: Readonly<Record<string, Value>>, prefix = ''): Weights {
  const find = (name: string) => values[prefix + name] ?? null
  return {
    find,
    get: (name) => {
      const value = find(name)
      if (!value)
        throw new VmmError('NOT_FOUND', `weights: no tensor ${prefix + name}`, { argument: prefix + name })
      return value
    },
    scope: (name) => weightsOf(values, `${prefix}${name}.`),
  }
}
