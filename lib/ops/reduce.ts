import { badArgument } from '../core/errors.ts'
import { defineOp } from '../graph/define.ts'
import { literal, normal, refTensor, uniform } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { count, formatShape, rowMajor, type Shape } from '../tensor/shape.ts'
import { binary } from './binary.ts'
import { expand } from './expand.ts'
import { full } from './fill.ts'
import { reshape } from './reshape.ts'
import { select } from './select.ts'

const isReduced = (axes: number, axis: number) => ((axes >> axis) & 1) === 1
const keptShape = (shape: Shape, axes: number) => shape.map((d, i) => (isReduced(axes, i) ? 1 : d))
const reducedCount = (shape: Shape, axes: number) => count(shape.filter((_, i) => isReduced(axes, i)))

const fns = ['sum', 'mean', 'max', 'min'] as const
type ReduceFn = (typeof fns)[number]

/**
 * y = sum, mean, max or min of x over the axes whose bits are set in `axes`; they stay as axes of size 1. x:
 * f32, any strides. Over nothing: 0, NaN, -Infinity, Infinity. max and min give NaN when any element is NaN,
 * and share their gradient evenly among the elements that tie.
 */
export const reduce = defineOp('reduce', {
  inputs: { x: { layout: 'strided' } },
  attrs: { fn: attr.oneOf(fns), axes: attr.int() },
  outputs: { y: {} },
  rule: 'reduce',
  shape: ({ inputs: { x }, attrs: { axes } }) => {
    if (axes < 0 || axes >= 1 << x.shape.length)
      throw badArgument('reduce.axes', String(axes), `bits of the axes of ${formatShape(x.shape)}`)
    return { y: keptShape(x.shape, axes) }
  },
  gradient: ({ inputs: { x }, attrs: { fn, axes }, outputs, upstream }) => {
    const wide = (value: Value) => expand(value, x.shape)
    const over = (a: Value, f: 'mul' | 'div' | 'eq', b: Value) => binary({ a, b }, { fn: f })
    if (fn === 'sum') return { x: wide(upstream.y!) }
    if (fn === 'mean') return { x: wide(over(upstream.y!, 'div', countOf(x, axes))) }
    const winners = over(x, 'eq', outputs.y)
    return { x: over(winners, 'mul', over(upstream.y!, 'div', total(winners, axes))) }
  },
  reference: ({ inputs: { x }, attrs: { fn, axes } }) => {
    const shape = keptShape(x.shape, axes)
    const start = fn === 'max' ? Number.NEGATIVE_INFINITY : fn === 'min' ? Number.POSITIVE_INFINITY : 0
    const y = refTensor(shape, new Float64Array(count(shape)).fill(start))
    const from = rowMajor(x.shape)
    const to = rowMajor(shape)
    x.data.forEach((value, i) => {
      let at = 0
      x.shape.forEach((size, axis) => {
        if (!isReduced(axes, axis)) at += (Math.floor(i / from[axis]!) % size) * to[axis]!
      })
      if (fn === 'max') y.data[at] = Math.max(y.data[at]!, value)
      else if (fn === 'min') y.data[at] = Math.min(y.data[at]!, value)
      else y.data[at]! += value
    })
    if (fn === 'mean') for (let i = 0; i < y.data.length; i++) y.data[i]! /= reducedCount(x.shape, axes)
    return { y }
  },
  samples: [
    ...fns.flatMap((fn) => [
      { name: `${fn} of rows`, inputs: { x: normal([5, 77]) }, attrs: { fn, axes: 2 } },
      { name: `${fn} of columns`, inputs: { x: normal([9, 37]) }, attrs: { fn, axes: 1 } },
      { name: `${fn} of all`, inputs: { x: normal([3, 5, 7]) }, attrs: { fn, axes: 7 } },
      { name: `${fn} around the middle`, inputs: { x: normal([3, 5, 7]) }, attrs: { fn, axes: 5 } },
      { name: `${fn} of the middle`, inputs: { x: normal([3, 5, 7]) }, attrs: { fn, axes: 2 } },
      { name: `${fn} of one`, inputs: { x: normal([1, 1]) }, attrs: { fn, axes: 3 } },
      { name: `${fn} of nothing`, inputs: { x: normal([3, 0]) }, attrs: { fn, axes: 2 } },
      {
        name: `${fn} of special values`,
        inputs: {
          x: literal([1, Number.NaN, 2, 1, Number.POSITIVE_INFINITY, 2, -1, -0, 0, 3, 3, 3], [4, 3]),
        },
        attrs: { fn, axes: 2 },
        smooth: false as const,
      },
      { name: `${fn} of nothing at all`, inputs: { x: normal([2, 3]) }, attrs: { fn, axes: 0 } },
    ]),
    {
      name: 'long row',
      inputs: { x: uniform([1, 19999], 0, 1) },
      attrs: { fn: 'sum', axes: 2 },
      tolerance: 2e-7,
    },
    {
      name: 'long column',
      inputs: { x: uniform([6000, 3], 0, 1) },
      attrs: { fn: 'sum', axes: 1 },
      tolerance: 2e-7,
    },
    { name: 'cancelling', inputs: { x: normal([19000]) }, attrs: { fn: 'mean', axes: 1 } },
    { name: 'long maximum', inputs: { x: normal([2, 9999]) }, attrs: { fn: 'max', axes: 2 } },
  ],
  rejects: [
    {
      name: 'no such axis',
      inputs: { x: normal([3, 4]) },
      attrs: { fn: 'sum', axes: 4 },
      message: 'bits of the axes of [3, 4]',
    },
    {
      name: 'integers',
      inputs: { x: literal([1], [1], 'i32') },
      attrs: { fn: 'sum', axes: 1 },
      message: 'reduce.x: got i32',
    },
  ],
})

const total = (x: Value, axes: number): Value => reduce({ x }, { fn: 'sum', axes })

/** How many elements each output of a mean stands for; counted in the run where a live count decides. */
function countOf(x: Value, axes: number): Value {
  if (!x.live || !isReduced(axes, 0)) return full([], reducedCount(x.shape, axes))
  return total(select({ condition: x, a: full([], 1), b: full([], 1) }), axes)
}

/** Whether reduced axes stay as axes of size 1. */
export interface ReduceOptions {
  readonly keepDims?: boolean
}

function reduceOver(
  fn: ReduceFn,
  x: Value,
  axes: readonly number[] | undefined,
  options: ReduceOptions,
): Value {
  const rank = x.shape.length
  let bits = 0
  for (const axis of axes ?? x.shape.keys()) {
    const at = axis < 0 ? axis + rank : axis
    if (!Number.isInteger(at) || at < 0 || at >= rank)
      throw badArgument(`${fn}.axes`, String(axis), `axes of ${formatShape(x.shape)}`)
    bits |= 1 << at
  }
  const y = reduce({ x }, { fn, axes: bits })
  return options.keepDims
    ? y
    : reshape(
        y,
        x.shape.filter((_: number, i: number) => !isReduced(bits, i)),
      )
}

/** Sum over the given axes, all of them when left out; negative axes count from the end. */
export function sum(x: Value, axes?: readonly number[], options: ReduceOptions = {}): Value {
  return reduceOver('sum', x, axes, options)
}
export function mean(x: Value, axes?: readonly number[], options: ReduceOptions = {}): Value {
  return reduceOver('mean', x, axes, options)
}
export function max(x: Value, axes?: readonly number[], options: ReduceOptions = {}): Value {
  return reduceOver('max', x, axes, options)
}
export function min(x: Value, axes?: readonly number[], options: ReduceOptions = {}): Value {
  return reduceOver('min', x, axes, options)
}
