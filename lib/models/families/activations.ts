import { check } from '../../core/errors.ts'
import type { JsonFields } from '../../io/json_fields.ts'

/** Activations of published configs, by the names there. */
const NAMES = {
  gelu: 'gelu',
  gelu_new: 'gelu_tanh',
  gelu_pytorch_tanh: 'gelu_tanh',
  relu: 'relu',
} as const

const ACTIVATIONS = ['gelu', 'gelu_tanh', 'relu'] as const
export type FfnActivation = (typeof ACTIVATIONS)[number]

/** Throws VmmError BAD_ARGUMENT for what is no activation of a feed-forward part. */
export function checkActivation(activation: FfnActivation): void {
  const isOne = ACTIVATIONS.includes(activation)
  check(isOne, 'config.activation', activation, ACTIVATIONS.join(', '))
}

/** The activation that a field of a config names. Throws VmmError UNSUPPORTED for others. */
export function publishedActivation(json: JsonFields, field: string): FfnActivation {
  return NAMES[json.oneOf(field, Object.keys(NAMES) as (keyof typeof NAMES)[], 'gelu')]
}
