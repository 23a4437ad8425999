import { badArgument, describe, VmmError } from '../core/errors.ts'
import { type Dtype, encodeNumbers } from '../tensor/dtype.ts'
import { count, formatShape, maxRank, type Shape } from '../tensor/shape.ts'
import { sameType, withGraph } from './emit.ts'
import { type BindingKind, type Graph, newValue, type Value } from './value.ts'

export interface BindingSpec {
  readonly kind: BindingKind
  readonly dtype: Dtype
  /** Axis 0 is a capacity where `live` is given. */
  readonly shape: Shape
  /** Name of the run scalar that says how many rows count in a run. */
  readonly live?: string
}

export interface TraceResult {
  readonly outputs: Readonly<Record<string, Value>>
  /** New values of states, by binding name: committed together when the run succeeds. */
  readonly updates?: Readonly<Record<string, Value>>
}

/** A traced function: its graph, and what leaves it. */
export interface Traced {
  readonly graph: Graph
  readonly outputs: ReadonlyMap<string, Value>
  readonly updates: ReadonlyMap<string, Value>
}

/**
 * Runs `model` once over symbolic tensors and records what it computes. `bindings` names what the program is given
 * at each run. Throws VmmError for wrong shapes, with the line of the model in the stack.
 */
export function trace<const B extends Readonly<Record<string, BindingSpec>>>(
  bindings: B,
  model: (values: { readonly [K in keyof B]: Value }) => TraceResult,
): Traced {
  const graph: Graph = { nodes: [], bindings: new Map(), nextId: 0 }
  for (const [name, spec] of Object.entries(bindings)) {
    const bad = spec.shape.some((d) => !Number.isSafeInteger(d) || d < 0) || spec.shape.length > maxRank
    if (bad)
      throw badArgument(name, formatShape(spec.shape), `at most ${maxRank} axes of non-negative integers`)
    if (spec.live !== undefined && spec.shape.length === 0)
      throw badArgument(name, 'a live count on a scalar', 'at least one axis')
    const value = newValue(graph, spec.dtype, spec.shape, spec.live ?? null, {
      kind: 'binding',
      binding: spec.kind,
      name,
    })
    graph.bindings.set(name, value)
  }
  const values = Object.fromEntries(graph.bindings) as { readonly [K in keyof B]: Value }
  const result = withGraph(graph, () => model(values))
  const outputs = new Map(Object.entries(result.outputs))
  const updates = new Map(Object.entries(result.updates ?? {}))
  for (const [name, value] of [...outputs, ...updates])
    if (value?.graph !== graph) throw badArgument(name, describe(value), 'a tensor of this program')
  for (const [name, value] of updates) {
    const state = graph.bindings.get(name)
    if (state?.source.kind !== 'binding' || state.source.binding !== 'state')
      throw badArgument(`updates.${name}`, 'an update', 'the name of a state binding')
    if (!sameType(state, value))
      throw new VmmError(
        'BAD_ARGUMENT',
        `updates.${name}: ${value.dtype} ${formatShape(value.shape)} cannot replace ${state.dtype} ${formatShape(state.shape)}`,
        { argument: name },
      )
  }
  return { graph, outputs, updates }
}

/** A small tensor of known numbers inside the program that `like` belongs to. */
export function constant(like: Value, values: ArrayLike<number>, shape: Shape, dtype: Dtype = 'f32'): Value {
  if (values.length !== count(shape))
    throw badArgument('values', `${values.length} numbers`, `${count(shape)} for shape ${formatShape(shape)}`)
  const data = encodeNumbers(values, dtype)
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return newValue(like.graph, dtype, shape, null, { kind: 'constant', bytes })
}
