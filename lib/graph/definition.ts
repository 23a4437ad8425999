import type { Shape } from '../tensor/shape.ts'
import { parsePattern } from './pattern.ts'
import type {
  AttrValue,
  OutputSpec,
  RefTensor,
  ResolvedOutput,
  ResolvedTensor,
  SampleTensor,
  ShapeRule,
} from './spec.ts'
import type { ErasedDefinition, Op, Value } from './value.ts'

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

/** One call of an op that the tests run on every back end and the benchmark can time. */
export interface OpSample<I, A, R extends string> {
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
export interface OpReject<I, A> {
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
  readonly samples: readonly OpSample<I, A, R>[]
  readonly rejects: readonly OpReject<I, A>[]
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
