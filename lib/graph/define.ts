import { type OpDefinition, resolveOp } from './definition.ts'
import { emit, emitView } from './emit.ts'
import type { AttrRecord, AttrSpec, AttrValue, InputSpec, OutputSpec } from './spec.ts'
import type { ErasedDefinition, Op, Value, View } from './value.ts'

const registry = new Map<string, Op>()
const views = new Map<string, View>()

type OptionalInputs<I> = { [K in keyof I]: I[K] extends { optional: true } ? K : never }[keyof I]
export type CallInputs<I> = { readonly [K in Exclude<keyof I, OptionalInputs<I>>]: Value } & {
  readonly [K in OptionalInputs<I>]?: Value | null
}
type DefaultedAttrs<A> = { [K in keyof A]: A[K] extends { default: unknown } ? K : never }[keyof A]
export type CallAttrs<A> = { readonly [K in Exclude<keyof A, DefaultedAttrs<A>>]: AttrValue<A[K]> } & {
  readonly [K in DefaultedAttrs<A>]?: AttrValue<A[K]>
}
type IsUnion<T, U = T> = [T] extends [never] ? false : T extends U ? ([U] extends [T] ? false : true) : never
/** One output is given as itself, several as a record. */
export type CallResult<O> = IsUnion<keyof O> extends true ? { readonly [K in keyof O]: Value } : Value
type Rest<A, R extends string> = [R] extends [never]
  ? object extends CallAttrs<A>
    ? [attrs?: CallAttrs<A>]
    : [attrs: CallAttrs<A>]
  : [attrs: CallAttrs<A>, run: Readonly<Record<R, string>>]

export type OpCall<I, A, R extends string, O> = ((
  inputs: CallInputs<I>,
  ...rest: Rest<A, R>
) => CallResult<O>) & { readonly op: Op }

/**
 * Defines a primitive: everything about it but its kernels. The result is called in models with symbolic tensors;
 * it gives its one output, or a record of outputs.
 */
export function defineOp<
  const I extends Record<string, InputSpec>,
  const O extends Record<string, OutputSpec>,
  const A extends Record<string, AttrSpec> = Record<never, never>,
  const R extends string = never,
  const S extends Record<string, OutputSpec> = Record<never, never>,
>(name: string, definition: OpDefinition<I, A, R, O, S>): OpCall<I, A, R, O> {
  const op = resolveOp(name, definition as unknown as ErasedDefinition)
  if (registry.has(name)) throw new Error(`op ${name} is defined twice`)
  registry.set(name, op)
  const names = op.outputs.filter((o) => !o.saved).map((o) => o.name)
  const call = (
    inputs: Readonly<Record<string, Value | null | undefined>>,
    attrs: AttrRecord = {},
    run: Readonly<Record<string, string>> = {},
  ) => {
    const node = emit(op, inputs, attrs, run)
    if (names.length === 1) return node.ask(names[0]!)
    const result = {}
    for (const output of names)
      Object.defineProperty(result, output, { enumerable: true, get: () => node.ask(output) })
    return result
  }
  return Object.assign(call, { op }) as unknown as OpCall<I, A, R, O>
}

/** Defines a view: an op without a kernel, of one input. */
export function defineView<T extends AttrRecord>(view: View): (x: Value, attrs: T) => Value {
  views.set(view.name, view)
  return (x, attrs) => emitView(view, x, attrs)
}

/** A view by its name, like opNamed. */
export function viewNamed(name: string): View {
  const view = views.get(name)
  if (!view) throw new Error(`view ${name} is not defined; import lib/ops/index.ts`)
  return view
}

/** A primitive by its name, for parts of the graph that must not import the ops. */
export function opNamed(name: string): Op {
  const op = registry.get(name)
  if (!op) throw new Error(`op ${name} is not defined; import lib/ops/index.ts`)
  return op
}

/**
 * Calls an op by its name and gives its output y: for files that must not import it, such as that of another op whose
 * gradient it needs itself. The op must be defined by the time of the call, as all are once lib/ops/index.ts is loaded.
 */
export function callOp(
  name: string,
  inputs: Readonly<Record<string, Value | null>>,
  attrs: AttrRecord = {},
): Value {
  return emit(opNamed(name), inputs, attrs, {}).ask('y')
}

/** Calls a view by its name, like callOp. */
export function callView(name: string, x: Value, attrs: AttrRecord): Value {
  return emitView(viewNamed(name), x, attrs)
}

/** All primitives, sorted by name: the order of their numbers. */
export function allOps(): Op[] {
  return [...registry.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}
