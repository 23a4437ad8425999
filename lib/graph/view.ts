import type { Shape } from '../tensor/shape.ts'
import type { RefTensor } from './op.ts'
import type { AttrRecord, Value } from './value.ts'

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
