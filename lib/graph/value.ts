import type { Dtype } from '../tensor/dtype.ts'
import type { Shape } from '../tensor/shape.ts'
import type { Op } from './op.ts'
import type { View } from './view.ts'

/** What a program's memory is bound to: copied at submission, a read-only handle, or a handle that it may replace. */
export type BindingKind = 'input' | 'weight' | 'state'

/** A symbolic tensor: a dtype, a static shape (a capacity where it is live-bounded), and where it comes from. */
export interface Value {
  readonly graph: Graph
  readonly id: number
  readonly dtype: Dtype
  readonly shape: Shape
  /** Name of the run scalar that bounds axis 0 from run to run, or null: all rows count. */
  readonly live: string | null
  readonly source: Source
}

export type Source =
  | { readonly kind: 'binding'; readonly binding: BindingKind; readonly name: string }
  | { readonly kind: 'constant'; readonly bytes: Uint8Array }
  | { readonly kind: 'node'; readonly node: Node; readonly output: string }

export type AttrRecord = Readonly<Record<string, number | boolean | string | readonly number[]>>

/** One operation of a program. A view moves no data; the encoder folds it into strides. */
export interface Node {
  readonly op: Op | View
  readonly inputs: ReadonlyMap<string, Value>
  readonly attrs: AttrRecord
  readonly run: ReadonlyMap<string, string>
  /** Outputs that exist so far: those asked for later are added when they are first read. */
  readonly outputs: Map<string, Value>
  /** The line of the model that made it. */
  readonly site: string
  readonly ask: (output: string) => Value
}

/** A program in the making: nodes in an order in which they can run. */
export interface Graph {
  readonly nodes: Node[]
  readonly bindings: Map<string, Value>
  nextId: number
}

export function newValue(
  graph: Graph,
  dtype: Dtype,
  shape: Shape,
  live: string | null,
  source: Source,
): Value {
  return { graph, id: graph.nextId++, dtype, shape, live, source }
}
