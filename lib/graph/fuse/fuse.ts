import { isView } from '../differentiate.ts'
import type { Node, Value } from '../value.ts'
import { chained } from './chains.ts'
import type { FindMaker } from './fusion.ts'
import { mixedIn } from './products.ts'

/**
 * Nodes that compute the same with fewer passes over memory, so that models stay written as equations: products multiply and
 * add what follows them, element-wise nodes become chains. The bits are the same.
 *
 * @param nodes in an order in which they can run
 * @param kept  values that are read by others than the nodes
 */
export function fuse(nodes: readonly Node[], kept: ReadonlySet<number>): Node[] {
  const readers = new Map<number, number>()
  for (const node of nodes)
    for (const { id } of node.inputs.values()) readers.set(id, (readers.get(id) ?? 0) + 1)
  const fused: (Node | null)[] = []
  const places = new Map<number, number>()
  const makerOf: FindMaker = (value) => {
    const place = places.get(value.id)
    const isFree = place !== undefined && readers.get(value.id) === 1 && !kept.has(value.id)
    return isFree ? { node: fused[place]!, place } : null
  }
  for (const node of nodes) {
    const fusion = mixedIn(node, makerOf) ?? chained(node, makerOf)
    if (fusion) fused[fusion.maker.place] = null
    const own = fusion?.node ?? node
    const place = fused.push(own) - 1
    if (!readsState(own)) for (const { id } of own.outputs.values()) places.set(id, place)
  }
  return fused.filter((node) => node !== null)
}

/** What is fused runs later: by then a state that it reads may be another. */
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
