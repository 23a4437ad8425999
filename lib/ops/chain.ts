import { badArgument } from '../core/errors.ts'
import { defineOp } from '../graph/define.ts'
import { literal, normal, refTensor, uniform } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import { broadcast } from '../tensor/shape.ts'
import { type BinaryFn, binaryFns, binaryFunctions } from './binary.ts'
import { refExpand } from './expand.ts'
import { type UnaryFn, unaryFns, unaryFunctions } from './unary_fns.ts'

/** Functions with their operands the other way round, where that is no function of `binary` itself. */
const turned = { sub: 'rsub', div: 'rdiv', max: 'rmax', min: 'rmin', pow: 'rpow' } as const

/** What a step of a chain can do, in the order of their numbers: nothing, `unary`, `binary`, and `binary` turned round. */
const functions = ['none', ...unaryFns, ...binaryFns, ...Object.values(turned)] as const
type ChainFn = (typeof functions)[number]

const step = attr.oneOf(functions, 'none')
const operand = { layout: 'strided', optional: true } as const

const isUnary = (fn: ChainFn): fn is UnaryFn => (unaryFns as readonly string[]).includes(fn)
const numbered = [1, 2, 3, 4, 5, 6] as const

/** v fn w, or w fn v where it is turned round. */
function combined(fn: ChainFn, v: number, w: number): number {
  const plain = (Object.keys(turned) as (keyof typeof turned)[]).find((name) => turned[name] === fn)
  return plain ? binaryFunctions[plain](w, v) : binaryFunctions[fn as BinaryFn](v, w)
}

/**
 * Up to six functions of `unary` and `binary`, one after the other, in one pass over memory: v = x, then v = fn1(v) or
 * v = v fn1 with1, and so on; y = v, with NumPy's broadcasting. rsub, rdiv, rmax, rmin and rpow are with1 fn v. All f32, any
 * strides. Models do not call it: `fuse` makes chains of what they write, with the same bits.
 */
export const chain = defineOp('chain', {
  inputs: {
    x: { layout: 'strided' },
    with1: operand,
    with2: operand,
    with3: operand,
    with4: operand,
    with5: operand,
    with6: operand,
  },
  attrs: { fn1: attr.oneOf(functions), fn2: step, fn3: step, fn4: step, fn5: step, fn6: step },
  outputs: { y: {} },
  rule: 'broadcast',
  shape: ({ inputs, attrs }) => {
    let ended = false
    for (const i of numbered) {
      const fn = attrs[`fn${i}`]
      const given = inputs[`with${i}`] !== null
      if (fn !== 'none' && ended) throw badArgument(`chain.fn${i}`, fn, 'none, as the step before it')
      if (given !== (fn !== 'none' && !isUnary(fn)))
        throw badArgument(`chain.with${i}`, given ? 'a tensor' : 'none', `the operand of ${fn}`)
      ended = fn === 'none'
    }
    return {}
  },
  reference: ({ inputs, attrs }) => {
    const shape = Object.values(inputs).reduce(
      (wide: readonly number[], input) => (input ? broadcast(wide, input.shape)! : wide),
      [],
    )
    let values = refExpand(inputs.x, shape).data
    for (const i of numbered) {
      const fn = attrs[`fn${i}`]
      const other = inputs[`with${i}`]
      const wide = other && refExpand(other, shape).data
      if (fn === 'none') break
      values = values.map((v, at) => (wide ? combined(fn, v, wide[at]!) : unaryFunctions[fn as UnaryFn].f(v)))
    }
    return { y: refTensor(shape, values) }
  },
  samples: [
    ...unaryFns.map((fn) => ({
      name: `${fn} of a sum`,
      inputs: {
        x: uniform([5, 21], unaryFunctions[fn].low / 2, unaryFunctions[fn].high / 2),
        with1: uniform([21], unaryFunctions[fn].low / 2, unaryFunctions[fn].high / 2),
      },
      attrs: { fn1: 'add' as const, fn2: fn },
    })),
    ...[...binaryFns, ...Object.values(turned)].map((fn) => ({
      name: `${fn} of a square`,
      inputs: { x: uniform([5, 21], 0.5, 1.5), with2: uniform([5, 1], 0.5, 1.5) },
      attrs: { fn1: 'square' as const, fn2: fn },
    })),
    {
      name: 'all steps',
      inputs: {
        x: normal([7, 33]),
        with1: normal([7, 33]),
        with2: uniform([33], 1, 2),
        with3: normal([7, 1]),
        with5: normal([]),
        with6: uniform([7, 33], 1, 2),
      },
      attrs: { fn1: 'mul', fn2: 'rdiv', fn3: 'add', fn4: 'tanh', fn5: 'rsub', fn6: 'max' },
    },
    {
      name: 'x is repeated',
      inputs: { x: normal([4, 1, 5]), with1: normal([3, 1]), with2: normal([4, 3, 5]) },
      attrs: { fn1: 'mul', fn2: 'add' },
    },
    { name: 'one step', inputs: { x: normal([9]) }, attrs: { fn1: 'exp' } },
    { name: 'no step', inputs: { x: normal([2, 9]) }, attrs: { fn1: 'none' } },
    {
      name: 'long',
      inputs: { x: normal([1, 40000]), with1: normal([]) },
      attrs: { fn1: 'mul', fn2: 'silu' },
    },
    { name: 'nothing', inputs: { x: normal([0, 3]), with2: normal([3]) }, attrs: { fn1: 'exp', fn2: 'mul' } },
    {
      name: 'ties and zeros',
      inputs: { x: literal([0, -0, 1, -1, Number.NaN]), with2: literal([-0, 0, 1, 2, 1]) },
      attrs: { fn1: 'neg', fn2: 'rmax' },
    },
  ],
  rejects: [
    {
      name: 'a gap',
      inputs: { x: normal([3]) },
      attrs: { fn1: 'exp', fn3: 'log' },
      message: 'chain.fn3: got log; expected none, as the step before it',
    },
    {
      name: 'no operand',
      inputs: { x: normal([3]) },
      attrs: { fn1: 'mul' },
      message: 'chain.with1: got none; expected the operand of mul',
    },
    {
      name: 'an operand that nothing takes',
      inputs: { x: normal([3]), with1: normal([3]) },
      attrs: { fn1: 'exp' },
      message: 'chain.with1: got a tensor; expected the operand of exp',
    },
    {
      name: 'shapes',
      inputs: { x: normal([2, 3]), with1: normal([2]) },
      attrs: { fn1: 'add' },
      message: 'chain: with1 [2] does not broadcast with [2, 3]',
    },
  ],
})
