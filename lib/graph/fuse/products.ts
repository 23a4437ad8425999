import { sameShape } from '../../tensor/shape.ts'
import { isView } from '../differentiate.ts'
import type { Node, Value } from '../value.ts'
import type { FindMaker, Fusion } from './fusion.ts'

/** Ops whose result can be multiplied by `times` and added to `plus` before it is written. */
const PRODUCTS = ['packed_linear', 'quantized_linear']
const INPUT_OF = { mul: 'times', add: 'plus' } as const

/** A product whose result is only multiplied by, or added to, another tensor of its shape does that itself. */
export function mixedIn(node: Node, makerOf: FindMaker): Fusion | null {
  if (isView(node.op) || node.op.name !== 'binary') return null
  const { fn } = node.attrs as { readonly fn: string }
  if (fn !== 'mul' && fn !== 'add') return null
  const a = node.inputs.get('a')!
  const b = node.inputs.get('b')!
  for (const [value, other] of [
    [b, a],
    [a, b],
  ] as const) {
    const maker = makerOf(value)
    if (!maker || !isProduct(maker.node) || !sameRows(value, other) || !takes(maker.node, fn)) continue
    const { op, attrs, run, ask, site } = maker.node
    const inputs = new Map(maker.node.inputs).set(INPUT_OF[fn], other)
    return { maker, node: { op, attrs, run, ask, inputs, outputs: node.outputs, site } }
  }
  return null
}

function isProduct({ op }: Node): boolean {
  return !isView(op) && PRODUCTS.includes(op.name)
}

/** What is added is added last. */
function takes({ inputs }: Node, fn: 'mul' | 'add'): boolean {
  return !inputs.has('plus') && (fn === 'add' || !inputs.has('times'))
}

function sameRows(a: Value, b: Value): boolean {
  return b.dtype === 'f32' && a.live === b.live && sameShape(a.shape, b.shape)
}
