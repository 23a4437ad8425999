import { defineOp } from '../graph/define.ts'
import { literal, normal, refTensor, uniform } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { broadcast } from '../tensor/shape.ts'
import { refExpand } from './expand.ts'
import { full } from './fill.ts'
import { select } from './select.ts'
import { unary } from './unary.ts'

/** IEEE pow, which unlike ECMAScript's gives 1 for 1^NaN and (±1)^±Infinity. */
function pow(a: number, b: number): number {
  return a === 1 || (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY) ? 1 : a ** b
}

/** The functions of `binary`, in the order of their numbers in native code (native/cpu/binary_fns.h). */
export const binaryFunctions = {
  add: (a: number, b: number) => a + b,
  sub: (a: number, b: number) => a - b,
  mul: (a: number, b: number) => a * b,
  div: (a: number, b: number) => a / b,
  max: Math.max as (a: number, b: number) => number,
  min: Math.min as (a: number, b: number) => number,
  pow,
  eq: (a: number, b: number) => Number(a === b),
  ne: (a: number, b: number) => Number(a !== b),
  lt: (a: number, b: number) => Number(a < b),
  le: (a: number, b: number) => Number(a <= b),
  gt: (a: number, b: number) => Number(a > b),
  ge: (a: number, b: number) => Number(a >= b),
}
export type BinaryFn = keyof typeof binaryFunctions
export const binaryFns = Object.keys(binaryFunctions) as BinaryFn[]
const comparisons: readonly BinaryFn[] = ['eq', 'ne', 'lt', 'le', 'gt', 'ge']

const infinity = Number.POSITIVE_INFINITY
const nasty = [0, -0, 1, -1, 2, 3, -3, 0.5, -2.5, infinity, -infinity, Number.NaN]

/**
 * y = a fn b with NumPy's broadcasting. a, b: f32, any strides; y: f32. max and min give NaN when either is
 * NaN; their gradient goes to the winner, to a on a tie. Comparisons give 0 or 1 and have no gradient.
 */
export const binary = defineOp('binary', {
  inputs: { a: { layout: 'strided' }, b: { layout: 'strided' } },
  attrs: { fn: attr.oneOf(binaryFns) },
  outputs: { y: {} },
  rule: 'broadcast',
  gradient: ({ inputs, attrs, outputs, upstream, needs }) => {
    const g = upstream.y!
    const { a: da, b: db } = partials(attrs.fn, inputs.a, inputs.b, outputs.y, g)
    return { a: needs.a ? da() : null, b: needs.b ? db() : null }
  },
  reference: ({ inputs: { a, b }, attrs }) => {
    const shape = broadcast(a.shape, b.shape)!
    const wide = refExpand(b, shape).data
    const f = binaryFunctions[attrs.fn]
    return {
      y: refTensor(
        shape,
        refExpand(a, shape).data.map((value, i) => f(value, wide[i]!)),
      ),
    }
  },
  samples: [
    ...binaryFns.flatMap((fn) => {
      const far = { low: fn === 'pow' || fn === 'div' ? 0.3 : -2, high: 2.5 }
      const smooth = comparisons.includes(fn) ? ({ smooth: false } as const) : {}
      return [
        {
          name: `${fn}, rows and a row`,
          inputs: { a: uniform([5, 21], far.low, far.high), b: uniform([21], far.low, far.high) },
          attrs: { fn },
          ...smooth,
        },
        {
          name: `${fn}, special values`,
          inputs: { a: literal(nasty, [12, 1]), b: literal(nasty, [1, 12]) },
          attrs: { fn },
          smooth: false as const,
        },
      ]
    }),
    { name: 'column and row', inputs: { a: normal([7, 1]), b: normal([1, 33]) }, attrs: { fn: 'mul' } },
    { name: 'number', inputs: { a: normal([2, 3, 4]), b: normal([]) }, attrs: { fn: 'sub' } },
    { name: 'inner axis', inputs: { a: normal([3, 4, 5]), b: normal([3, 1, 5]) }, attrs: { fn: 'div' } },
    { name: 'nothing', inputs: { a: normal([0, 3]), b: normal([3]) }, attrs: { fn: 'add' } },
    {
      name: 'powers',
      inputs: { a: uniform([300], 1e-3, 50), b: uniform([300], -20, 20) },
      attrs: { fn: 'pow' },
    },
    { name: 'ties', inputs: { a: normal([4, 9]), b: normal([4, 9]) }, attrs: { fn: 'eq' }, smooth: false },
  ],
  rejects: [
    {
      name: 'shapes',
      inputs: { a: normal([2, 3]), b: normal([2]) },
      attrs: { fn: 'add' },
      message: 'binary: b [2] does not broadcast with [2, 3]',
    },
    {
      name: 'half',
      inputs: { a: normal([2], 1, 'f16'), b: normal([2]) },
      attrs: { fn: 'add' },
      message: 'binary.a: got f16',
    },
  ],
})

interface Partials {
  readonly a: () => Value | null
  readonly b: () => Value | null
}

/** g * dy/da and g * dy/db, computed when called. */
function partials(fn: BinaryFn, a: Value, b: Value, y: Value, g: Value): Partials {
  const apply = (p: Value, f: BinaryFn, q: Value): Value => binary({ a: p, b: q }, { fn: f })
  const zero = () => full([], 0)
  const neg = (x: Value): Value => unary({ x }, { fn: 'neg' })
  const whereWins = (f: BinaryFn, forA: boolean) => {
    const wins = apply(a, f, b)
    return forA ? select({ condition: wins, a: g, b: zero() }) : select({ condition: wins, a: zero(), b: g })
  }
  switch (fn) {
    case 'add':
      return { a: () => g, b: () => g }
    case 'sub':
      return { a: () => g, b: () => neg(g) }
    case 'mul':
      return { a: () => apply(g, 'mul', b), b: () => apply(g, 'mul', a) }
    case 'div':
      return { a: () => apply(g, 'div', b), b: () => neg(apply(apply(g, 'mul', y), 'div', b)) }
    case 'max':
      return { a: () => whereWins('ge', true), b: () => whereWins('ge', false) }
    case 'min':
      return { a: () => whereWins('le', true), b: () => whereWins('le', false) }
    case 'pow':
      return {
        // Where b or a is 0 the product would be 0 times infinity.
        a: () => {
          const slope = apply(b, 'mul', apply(a, 'pow', apply(b, 'sub', full([], 1))))
          return select({
            condition: apply(b, 'eq', zero()),
            a: zero(),
            b: apply(g, 'mul', slope),
          })
        },
        b: () => {
          const slope = apply(y, 'mul', unary({ x: a }, { fn: 'log' }))
          return select({
            condition: apply(a, 'eq', zero()),
            a: zero(),
            b: apply(g, 'mul', slope),
          })
        },
      }
    default:
      return { a: () => null, b: () => null }
  }
}
