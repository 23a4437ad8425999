import type { Dtype } from '../tensor/dtype.ts'
import type { Shape } from '../tensor/shape.ts'
import { type DimToken, parsePattern } from './pattern.ts'
import type { AttrRecord, Value } from './value.ts'

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

/** Shapes that patterns cannot say have a rule of their own, known to the native verifier by the same name. */
export type ShapeRule = 'pattern' | 'broadcast' | 'reduce' | 'concat' | 'pad'

/** A tensor of the f64 reference: row-major, whatever its storage type. */
export interface RefTensor {
  readonly shape: Shape
  readonly data: Float64Array
}

type Attrs<A> = { readonly [K in keyof A]: AttrValue<A[K]> }
type OptionalKeys<I> = { [K in keyof I]: I[K] extends { optional: true } ? K : never }[keyof I]
type PerInput<I, T> = { readonly [K in Exclude<keyof I, OptionalKeys<I>>]: T } & {
  readonly [K in OptionalKeys<I>]: T | null
}

export interface GradientContext<I, A, R extends string, O, S> {
  readonly inputs: PerInput<I, Value>
  readonly attrs: Attrs<A>
  readonly run: Readonly<Record<R, string>>
  readonly outputs: Readonly<Record<keyof O, Value>>
  /** Saved outputs; reading one makes the forward op compute it. */
  readonly saved: Readonly<Record<keyof S, Value>>
  /** d loss / d output, null where the loss does not depend on that output. */
  readonly upstream: Readonly<Record<keyof O, Value | null>>
  readonly needs: Readonly<Record<keyof I, boolean>>
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

/** One call of an op that the tests run on every back end and the benchmark can time. */
export interface Sample<I, A, R extends string> {
  readonly name: string
  readonly inputs: { readonly [K in keyof I]?: SampleTensor }
  readonly attrs?: { readonly [K in keyof A]?: AttrValue<A[K]> }
  readonly run?: Readonly<Record<R, number>>
  /** Relative tolerance for f32 where 1e-5 is not meant. */
  readonly tolerance?: number
  /** false: the op is not smooth at this sample, so finite differences say nothing. */
  readonly smooth?: false
}

/** A call that must fail, and a part of its message. */
export interface Reject<I, A> {
  readonly name: string
  readonly inputs: { readonly [K in keyof I]?: SampleTensor }
  readonly attrs?: { readonly [K in keyof A]?: AttrValue<A[K]> }
  readonly message: string
}

export interface OpDefinition<I, A, R extends string, O, S> {
  readonly inputs: I
  readonly attrs?: A
  /** Names of parameters that change from run to run (lr, step, seed); each call names the run scalar to use. */
  readonly run?: readonly R[]
  readonly outputs: O
  /** Extra outputs kept only when differentiating. */
  readonly saved?: S
  /** Outputs that replace an input when that input is a state: written in place. */
  readonly updates?: { readonly [K in keyof O]?: keyof I & string }
  /** false: once begun, the op and what follows it run to the end. */
  readonly interruptible?: false
  readonly rule?: ShapeRule
  /** Output shapes where patterns cannot say them, and extra checks. Throws VmmError with the message for a bad call. */
  readonly shape?: (call: { readonly inputs: PerInput<I, Value>; readonly attrs: Attrs<A> }) => {
    readonly [K in keyof O | keyof S]?: Shape
  }
  /** Gradients of the inputs; null or absent where nothing flows. */
  readonly gradient?: (context: GradientContext<I, A, R, O, S>) => { readonly [K in keyof I]?: Value | null }
  /** The oracle, in plain f64. Gives all outputs, saved ones included. Inputs hold the stored (rounded) values. */
  readonly reference: (call: {
    readonly inputs: PerInput<I, RefTensor>
    readonly attrs: Attrs<A>
    readonly run: Readonly<Record<R, number>>
    readonly shapes: Readonly<Record<string, Shape>>
  }) => { readonly [K in keyof O | keyof S]: RefTensor }
  readonly samples: readonly Sample<I, A, R>[]
  readonly rejects: readonly Reject<I, A>[]
}

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

/** An op with its types erased: what the graph, the encoder, the tests and the table writer work with. */
export interface Op {
  readonly name: string
  readonly inputs: readonly ResolvedInput[]
  /** Outputs, then saved outputs: the order of native code. */
  readonly outputs: readonly ResolvedOutput[]
  readonly attrs: readonly (AttrSpec & { readonly name: string })[]
  readonly run: readonly string[]
  readonly rule: ShapeRule
  readonly interruptible: boolean
  readonly definition: ErasedDefinition
}

/** An OpDefinition as the graph and the tests see it: the same functions over records. */
export interface ErasedDefinition {
  readonly inputs: Readonly<Record<string, InputSpec>>
  readonly attrs?: Readonly<Record<string, AttrSpec>>
  readonly run?: readonly string[]
  readonly outputs: Readonly<Record<string, OutputSpec>>
  readonly saved?: Readonly<Record<string, OutputSpec>>
  readonly updates?: Readonly<Record<string, string | undefined>>
  readonly interruptible?: false
  readonly rule?: ShapeRule
  readonly shape?: (call: {
    readonly inputs: Readonly<Record<string, Value | null>>
    readonly attrs: AttrRecord
  }) => Readonly<Record<string, Shape | undefined>>
  readonly gradient?: (context: {
    readonly inputs: Readonly<Record<string, Value | null>>
    readonly attrs: AttrRecord
    readonly run: Readonly<Record<string, string>>
    readonly outputs: Readonly<Record<string, Value>>
    readonly saved: Readonly<Record<string, Value>>
    readonly upstream: Readonly<Record<string, Value | null>>
    readonly needs: Readonly<Record<string, boolean>>
  }) => Readonly<Record<string, Value | null | undefined>>
  readonly reference: (call: {
    readonly inputs: Readonly<Record<string, RefTensor | null>>
    readonly attrs: AttrRecord
    readonly run: Readonly<Record<string, number>>
    readonly shapes: Readonly<Record<string, Shape>>
  }) => Readonly<Record<string, RefTensor>>
  readonly samples: readonly {
    readonly name: string
    readonly inputs: Readonly<Record<string, SampleTensor | undefined>>
    readonly attrs?: AttrRecord
    readonly run?: Readonly<Record<string, number>>
    readonly tolerance?: number
    readonly smooth?: false
  }[]
  readonly rejects: readonly {
    readonly name: string
    readonly inputs: Readonly<Record<string, SampleTensor | undefined>>
    readonly attrs?: AttrRecord
    readonly message: string
  }[]
}

export function resolveOp(name: string, definition: ErasedDefinition): Op {
  const tensor = (tensorName: string, dims: string | undefined): ResolvedTensor => ({
    name: tensorName,
    pattern: dims ?? null,
    tokens: dims === undefined ? [] : parsePattern(dims),
  })
  const outputs = (specs: Readonly<Record<string, OutputSpec>>, saved: boolean): ResolvedOutput[] =>
    Object.entries(specs).map(([key, spec]) => ({
      ...tensor(key, spec.dims),
      dtype: spec.dtype ?? 'f32',
      asked: saved || spec.asked === true,
      saved,
      updates: definition.updates?.[key] ?? null,
    }))
  return {
    name,
    inputs: Object.entries(definition.inputs).map(([key, spec]) => ({
      ...tensor(key, spec.dims),
      dtypes: spec.dtypes ?? ['f32'],
      optional: spec.optional === true,
      fixed: spec.fixed === true,
      layout: spec.layout ?? 'contiguous',
    })),
    outputs: [...outputs(definition.outputs, false), ...outputs(definition.saved ?? {}, true)],
    attrs: Object.entries(definition.attrs ?? {}).map(([key, spec]) => ({
      ...spec,
      name: key,
    })),
    run: definition.run ?? [],
    rule: definition.rule ?? 'pattern',
    interruptible: definition.interruptible !== false,
    definition,
  }
}
