import type { Dtype } from '../tensor/dtype.ts'
import type { Shape } from '../tensor/shape.ts'
import type { DimToken } from './pattern.ts'

/** How the memory of an input may look: any strides, unit stride on the last axis, or plain row-major. */
export type Layout = 'strided' | 'rows' | 'contiguous'

export interface InputSpec {
  /** Shape pattern (see pattern.ts); left out where the op's rule decides. */
  readonly dims?: string
  /** Accepted storage types; f32 alone when left out. */
  readonly dtypes?: readonly Dtype[]
  readonly optional?: true
  /** A table that is never trained: asking for its gradient is an error. */
  readonly fixed?: true
  /** contiguous when left out. The encoder inserts a copy where a value does not comply. */
  readonly layout?: Layout
}

export interface OutputSpec {
  readonly dims?: string
  /** A fixed type, the type of an input, or the one that an attr names. f32 when left out. */
  readonly dtype?: Dtype | { readonly like: string } | { readonly attr: string }
  /** Computed only when something reads it. */
  readonly asked?: true
}

export type AttrSpec =
  | { readonly kind: 'int'; readonly default?: number }
  | { readonly kind: 'float'; readonly default?: number }
  | { readonly kind: 'bool'; readonly default?: boolean }
  | { readonly kind: 'enum'; readonly values: readonly string[]; readonly default?: string }

function int(): { readonly kind: 'int' }
function int(value: number): { readonly kind: 'int'; readonly default: number }
function int(value?: number) {
  return { kind: 'int', ...(value === undefined ? {} : { default: value }) } as const
}

function float(): { readonly kind: 'float' }
function float(value: number): { readonly kind: 'float'; readonly default: number }
function float(value?: number) {
  return { kind: 'float', ...(value === undefined ? {} : { default: value }) } as const
}

function oneOf<const V extends readonly string[]>(values: V): { readonly kind: 'enum'; readonly values: V }
function oneOf<const V extends readonly string[]>(
  values: V,
  value: V[number],
): { readonly kind: 'enum'; readonly values: V; readonly default: V[number] }
function oneOf(values: readonly string[], value?: string) {
  return { kind: 'enum', values, ...(value === undefined ? {} : { default: value }) } as const
}

/** Attributes: what changes the kernel, and so is part of the program. One with a default may be left out of a call. */
export const attr = {
  int,
  float,
  bool: (value = false) => ({ kind: 'bool', default: value }) as const satisfies AttrSpec,
  oneOf,
}

export type AttrValue<S> = S extends { kind: 'enum'; values: infer V extends readonly string[] }
  ? V[number]
  : S extends { kind: 'bool' }
    ? boolean
    : number

/** Attributes of one call, by name. */
export type AttrRecord = Readonly<Record<string, number | boolean | string | readonly number[]>>

/** Shapes that patterns cannot say have a rule of their own, known to the native verifier by the same name. */
export type ShapeRule = 'pattern' | 'broadcast' | 'reduce' | 'concat' | 'pad'

/** A tensor of the f64 reference: row-major, whatever its storage type. */
export interface RefTensor {
  readonly shape: Shape
  readonly data: Float64Array
}

/** A tensor of a sample: its shape and how its seeded values are drawn. */
export interface SampleTensor {
  readonly shape: Shape
  readonly dtype: Dtype
  readonly fill:
    | { readonly kind: 'normal'; readonly scale: number }
    | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
    | { readonly kind: 'integers'; readonly low: number; readonly high: number }
    | { readonly kind: 'literal'; readonly values: readonly number[] }
}

/** A tensor of an op with its pattern read, as the graph, the encoder and the table writer see it. */
export interface ResolvedTensor {
  readonly name: string
  readonly pattern: string | null
  readonly tokens: readonly DimToken[]
}

export interface ResolvedInput extends ResolvedTensor {
  readonly dtypes: readonly Dtype[]
  readonly optional: boolean
  readonly fixed: boolean
  readonly layout: Layout
}

export interface ResolvedOutput extends ResolvedTensor {
  readonly dtype: Dtype | { readonly like: string } | { readonly attr: string }
  readonly asked: boolean
  readonly saved: boolean
  readonly updates: string | null
}
