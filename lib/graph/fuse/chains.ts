import { sameShape } from '../../tensor/shape.ts'
import { opNamed } from '../define.ts'
import { isView } from '../differentiate.ts'
import type { Node, Value } from '../value.ts'
import type { FindMaker, Fusion } from './fusion.ts'

/** One function of a chain, and the operand of it where it takes two. */
interface Step {
  readonly fn: string
  readonly operand: Value | null
}
interface Chain {
  readonly x: Value
  readonly steps: readonly Step[]
}

/** Functions of two operands that are others when these change places; the rest has a name with r. */
const TURNED: Readonly<Record<string, string>> = {
  add: 'add',
  mul: 'mul',
  eq: 'eq',
  ne: 'ne',
  lt: 'gt',
  gt: 'lt',
  le: 'ge',
  ge: 'le',
}

/** An element-wise node and the one whose result it alone reads, of the same shape, as one node in one pass. */
export function chained(node: Node, makerOf: FindMaker): Fusion | null {
  const y = node.outputs.get('y')
  if (!y) return null
  for (const later of chainsOf(node)) {
    const maker = makerOf(later.x)
    if (!maker || later.x.live !== y.live || !sameShape(later.x.shape, y.shape)) continue
    const [earlier] = chainsOf(maker.node)
    if (!earlier) continue
    const steps = [...earlier.steps, ...later.steps]
    if (steps.length > opNamed('chain').attrs.length) continue
    return { maker, node: nodeOf({ x: earlier.x, steps }, node) }
  }
  return null
}

/** The ways to see a node as a chain: none, or one for each input that can be what goes through it. */
function chainsOf({ op, inputs, attrs }: Node): Chain[] {
  if (isView(op)) return []
  if (op.name === 'unary')
    return [{ x: inputs.get('x')!, steps: [{ fn: attrs.fn as string, operand: null }] }]
  if (op.name === 'binary') {
    const fn = attrs.fn as string
    const a = inputs.get('a')!
    const b = inputs.get('b')!
    return [
      { x: a, steps: [{ fn, operand: b }] },
      { x: b, steps: [{ fn: TURNED[fn] ?? `r${fn}`, operand: a }] },
    ]
  }
  if (op.name !== 'chain') return []
  const steps = op.attrs
    .map(({ name }, i) => ({ fn: attrs[name] as string, operand: inputs.get(`with${i + 1}`) ?? null }))
    .filter(({ fn }) => fn !== 'none')
  return [{ x: inputs.get('x')!, steps }]
}

function nodeOf({ x, steps }: Chain, { outputs, run, ask, site }: Node): Node {
  const op = opNamed('chain')
  const inputs = new Map([['x', x]])
  for (const [i, { operand }] of steps.entries()) if (operand) inputs.set(`with${i + 1}`, operand)
  const attrs = Object.fromEntries(op.attrs.map(({ name }, i) => [name, steps[i]?.fn ?? 'none']))
  return { op, inputs, attrs, outputs, run, ask, site }
}
