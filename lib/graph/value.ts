import type { Dtype } from '../tensor/dtype.ts'
import type { Shape } from '../tensor/shape.ts'
import type {
  AttrRecord,
  AttrSpec,
  InputSpec,
  OutputSpec,
  RefTensor,
  ResolvedInput,
  ResolvedOutput,
  SampleTensor,
  ShapeRule,
} from './spec.ts'

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

/** Where a view looks: offset and strides in elements of what it views. */
export interface Strided {
  readonly shape: Shape
  readonly offset: number
  readonly strides: readonly number[]
}

/** An op that only looks at memory in another way. It has no kernel. */
export interface View {
  readonly name: string
  readonly isView: true
  readonly shape: (input: Shape, attrs: AttrRecord) => Shape
  /** The view of strided memory, or null where only a copy can give it. */
  readonly apply: (input: Strided, attrs: AttrRecord) => Strided | null
  readonly gradient: (context: { input: Value; attrs: AttrRecord; upstream: Value }) => Value
  readonly reference: (input: RefTensor, attrs: AttrRecord) => RefTensor
  /** Whether axis 0 keeps its meaning, so that a live bound survives. */
  readonly keepsRows: (input: Shape, attrs: AttrRecord) => boolean
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
