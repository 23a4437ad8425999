import type { Node, Value } from '../value.ts'

/** A node that makes a value which one other node reads and nobody else, and its place in the list. */
export interface Maker {
  readonly node: Node
  readonly place: number
}
export type FindMaker = (value: Value) => Maker | null

/** One node for two: it stands where the later one stood. */
export interface Fusion {
  readonly maker: Maker
  readonly node: Node
}
