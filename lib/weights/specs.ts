import { check } from '../core/errors.ts'
import type { BindingSpec } from '../graph/trace.ts'
import type { BindingKind } from '../graph/value.ts'
import { count, type Shape } from '../tensor/shape.ts'
import { uniforms } from './uniforms.ts'

/** How the start values of a parameter are made. */
export type Init =
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'constant'; readonly value: number }
  /** ln(1 … n) along the last axis, so that A = -1 … -n (S4D-real). */
  | { readonly kind: 'a_log' }
  /** softplus⁻¹ of time steps that are log-uniform in 0.001 … 0.1. */
  | { readonly kind: 'time_steps' }

/** What a parameter of a model is. */
export interface ParameterSpec {
  readonly shape: Shape
  readonly init: Init
  /** Whether weight decay applies. */
  readonly decay: boolean
  /** false: set once and kept. */
  readonly trained: boolean
  /** The narrowest type in which kernels read it. */
  readonly storage: 'bf16' | 'f32'
  /** Whether it is the weight [out, in] of a product, which a loader may pack. */
  readonly product: boolean
}

/** The parameters of a model by name, in a fixed order. */
export type ParameterSpecs = Readonly<Record<string, ParameterSpec>>

/** How many numbers parameters are. */
export function parameterCount(specs: ParameterSpecs): number {
  return Object.values(specs).reduce((sum, { shape }) => sum + count(shape), 0)
}

/** A parameter that is trained, kept in f32 and does not decay, unless told otherwise. */
export function parameter(
  spec: Partial<ParameterSpec> & Pick<ParameterSpec, 'shape' | 'init'>,
): ParameterSpec {
  return { decay: false, trained: true, storage: 'f32', product: false, ...spec }
}

/** A weight [...stack, out, width] of a product, with values as PyTorch's Linear has them, times `factor`. */
export function matrixParameter(stack: Shape, out: number, width: number, factor = 1): ParameterSpec {
  return parameter({
    shape: [...stack, out, width],
    init: { kind: 'uniform', bound: factor / Math.sqrt(width) },
    decay: true,
    storage: 'bf16',
    product: true,
  })
}

/** Standard deviation of tables of tokens and positions, as GPT-2 begins. */
const TABLE_DEVIATION = 0.02

/** A table [rows, width] of embeddings. */
export function tableParameter(rows: number, width: number): ParameterSpec {
  const bound = TABLE_DEVIATION * Math.sqrt(3)
  return parameter({ shape: [rows, width], init: { kind: 'uniform', bound }, storage: 'bf16' })
}

/** A bias, or the weight of a norm. */
export function constantParameter(shape: Shape, value: number): ParameterSpec {
  return parameter({ shape, init: { kind: 'constant', value } })
}

/** The weight [out, width] of a product below a name, and its bias unless there is none. */
export function linearParameters(
  name: string,
  out: number,
  width: number,
  { bias = true }: { readonly bias?: boolean } = {},
): ParameterSpecs {
  const weight = { [`${name}.weight`]: matrixParameter([], out, width) }
  return bias ? { ...weight, [`${name}.bias`]: constantParameter([out], 0) } : weight
}

/** The weight [size] of a norm below a name, and its bias unless there is none. */
export function normParameters(
  name: string,
  size: number,
  { bias = true }: { readonly bias?: boolean } = {},
): ParameterSpecs {
  const weight = { [`${name}.weight`]: constantParameter([size], 1) }
  return bias ? { ...weight, [`${name}.bias`]: constantParameter([size], 0) } : weight
}

/** Parameters that a model may begin with: more do not fit into arrays, nor into memory with their moments. */
const MOST_PARAMETERS = 2 ** 32

/**
 * Start values of all parameters, f32 by name. The same seed gives the same numbers. Throws VmmError BAD_ARGUMENT for
 * more of them than MOST_PARAMETERS.
 */
export function startValues(specs: ParameterSpecs, seed: number): Record<string, Float32Array> {
  const total = parameterCount(specs)
  check(total <= MOST_PARAMETERS, 'model', `${total} parameters`, `at most ${MOST_PARAMETERS}`)
  return Object.fromEntries(
    Object.entries(specs).map(([name, { shape, init }]) => [name, drawn(init, shape, uniforms(seed, name))]),
  )
}

function drawn(init: Init, shape: Shape, random: () => number): Float32Array {
  const n = count(shape)
  const last = shape.at(-1)!
  const values = new Float32Array(n)
  if (init.kind === 'constant') return values.fill(init.value)
  for (let i = 0; i < n; i++) {
    if (init.kind === 'uniform') values[i] = init.bound * (2 * random() - 1)
    else if (init.kind === 'a_log') values[i] = Math.log(1 + (i % last))
    else {
      const dt = 0.001 * 100 ** random()
      values[i] = dt + Math.log(-Math.expm1(-dt))
    }
  }
  return values
}

/** Parameters as bindings of a program: states to be trained, or weights. All f32. */
export function specBindings(
  specs: ParameterSpecs,
  kind: BindingKind = 'state',
): Record<string, BindingSpec> {
  return Object.fromEntries(
    Object.entries(specs).map(([name, { shape }]) => [name, { kind, dtype: 'f32', shape }]),
  )
}
