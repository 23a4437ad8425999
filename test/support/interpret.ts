import { isView } from '../../lib/graph/differentiate.ts'
import type { RefTensor } from '../../lib/graph/spec.ts'
import type { Graph, Node, Value } from '../../lib/graph/value.ts'
import { decodeNumbers } from '../../lib/tensor/dtype.ts'

/** Runs a graph in f64 with the reference of each op: the device that defines what the others must give. */
export function interpret(
  graph: Graph,
  bindings: Readonly<Record<string, RefTensor>>,
  scalars: Readonly<Record<string, number>> = {},
): (value: Value) => RefTensor {
  const known = new Map<number, RefTensor>()
  for (const [name, value] of graph.bindings) known.set(value.id, bindings[name]!)
  const tensorOf = (value: Value): RefTensor => {
    const made = known.get(value.id)
    if (made) return made
    if (value.source.kind !== 'constant') throw new Error('value used before it is made')
    const data = decodeNumbers(value.source.bytes.slice().buffer as ArrayBuffer, value.dtype)
    return { shape: value.shape, data }
  }
  for (const node of graph.nodes) {
    if (isView(node.op)) {
      known.set(node.outputs.get('y')!.id, node.op.reference(tensorOf(node.inputs.get('x')!), node.attrs))
      continue
    }
    const outputs = runReference(node, tensorOf, scalars)
    for (const [name, value] of node.outputs) known.set(value.id, outputs[name]!)
  }
  return tensorOf
}

function runReference(
  node: Node,
  tensorOf: (value: Value) => RefTensor,
  scalars: Readonly<Record<string, number>>,
): Readonly<Record<string, RefTensor>> {
  if (isView(node.op)) throw new Error('a view has no reference outputs')
  const inputs = node.op.inputs.map((i) => {
    const value = node.inputs.get(i.name)
    return [i.name, value ? tensorOf(value) : null] as const
  })
  return node.op.definition.reference({
    inputs: Object.fromEntries(inputs),
    attrs: node.attrs,
    run: Object.fromEntries([...node.run].map(([name, scalar]) => [name, scalars[scalar]!])),
    shapes: Object.fromEntries([...node.outputs].map(([name, value]) => [name, value.shape])),
  })
}
