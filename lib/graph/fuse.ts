import { isView } from './differentiate.ts'
import type { Node, Value } from './value.ts'

/** Ops whose result can be multiplied by `times` and added to `plus` before it is written. */
const PRODUCTS = ['packed_linear', 'quantized_linear']
const INPUT_OF = { mul: 'times', add: 'plus' } as const

/**
 * Nodes that compute the same with fewer passes over memory: a product whose result is only multiplied by, or added to,
 * another tensor of its shape does that itself, so that gates and residuals stay equations in models. The bits are the same.
 *
 * @param nodes in an order in which they can run
 * @param kept  values that are read by others than the nodes
 */
export function fuse(nodes: readonly Node[], kept: ReadonlySet<number>): Node[] {
  const readers = new Map<number, number>()
  for (const node of nodes)
    for (const { id } of node.inputs.values()) readers.set(id, (readers.get(id) ?? 0) + 1)
  const fused: (Node | null)[] = []
  /** Where the product is that makes a value. */
  const products = new Map<number, number>()
  for (const node of nodes) {
    const found = nextOf(node, (value) => {
      const place = products.get(value.id)
      const isFree = place !== undefined && readers.get(value.id) === 1 && !kept.has(value.id)
      return isFree ? { place, product: fused[place]! } : null
    })
    if (found) fused[found.place] = null
    const place = fused.push(found?.fused ?? node) - 1
    const own = fused[place]!
    if (!isView(own.op) && PRODUCTS.includes(own.op.name) && !readsState(own))
      products.set(own.outputs.get('y')!.id, place)
  }
  return fused.filter((node) => node !== null)
}

type Find = (value: Value) => { readonly place: number; readonly product: Node } | null

/** A product and the node that reads it as one, in the place of that node. */
function nextOf(node: Node, find: Find): { readonly place: number; readonly fused: Node } | null {
  if (isView(node.op) || node.op.name !== 'binary') return null
  const { fn } = node.attrs as { readonly fn: string }
  if (fn !== 'mul' && fn !== 'add') return null
  const a = node.inputs.get('a')!
  const b = node.inputs.get('b')!
  for (const [value, other] of [
    [b, a],
    [a, b],
  ] as const) {
    const found = find(value)
    if (!found || !sameRows(value, other) || !takes(found.product, fn)) continue
    const { op, attrs, run, ask, site } = found.product
    const inputs = new Map(found.product.inputs).set(INPUT_OF[fn], other)
    return {
      place: found.place,
      fused: { op, attrs, run, ask, inputs, outputs: node.outputs, site },
    }
  }
  return null
}

/** What is added is added last. */
function takes({ inputs }: Node, fn: 'mul' | 'add'): boolean {
  return !inputs.has('plus') && (fn === 'add' || !inputs.has('times'))
}

function sameRows(a: Value, b: Value): boolean {
  return (
    b.dtype === 'f32' &&
    a.live === b.live &&
    a.shape.every((n, i) => n === b.shape[i]) &&
    a.shape.length === b.shape.length
  )
}

/** A product runs later when it is fused: by then a state that it reads may be another. */
function readsState({ inputs }: Node): boolean {
  const rootOf = (value: Value): Value =>
    value.source.kind === 'node' && isView(value.source.node.op)
      ? rootOf(value.source.node.inputs.get('x')!)
      : value
  return [...inputs.values()].some((value) => {
    const { source } = rootOf(value)
    return source.kind === 'binding' && source.binding === 'state'
  })
}
