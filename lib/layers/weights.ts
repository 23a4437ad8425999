import { VmmError } from '../core/errors.ts'
import type { Value } from '../graph/value.ts'
import type { Compute } from '../ops/matmul.ts'

/** The parameters of a layer, by their names in the checkpoint. */
export interface Weights {
  /** Throws VmmError when the checkpoint has no such tensor. */
  get(name: string): Value
  find(name: string): Value | null
  /** The parameters below `name.` */
  scope(name: string): Weights
  /** How products multiply, where the layer is not told otherwise. */
  readonly compute: Compute
}

export function weightsOf(
  values: Readonly<Record<string, Value>>,
  prefix = '',
  compute: Compute = 'f32',
): Weights {
  const find = (name: string) => values[prefix + name] ?? null
  return {
    find,
    get: (name) => {
      const value = find(name)
      if (!value)
        throw new VmmError('NOT_FOUND', `weights: no tensor ${prefix + name}`, { argument: prefix + name })
      return value
    },
    scope: (name) => weightsOf(values, `${prefix}${name}.`, compute),
    compute,
  }
}
