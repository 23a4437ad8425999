import { defineOp } from '../graph/define.ts'
import { literal, normal, uniform } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import { type UnaryFn, unaryFns, unaryFunctions } from './unary_fns.ts'
import { unaryGrad } from './unary_grad.ts'

const infinity = Number.POSITIVE_INFINITY
const special = [0, -0, infinity, -infinity, Number.NaN, 1e-42, -1e-42]
const moderate = [-103, -88, -20, -9, -1, -1e-3, -1e-20, 0.5, 1, 2.5, 9, 20, 88]
const positive = [1e-42, 1e-38, 1e-3, 1, 1.5, 7]
const huge = [1e4, -1e4, 1e10, -1e10, 8388607.5, -8388607.5, 3e38, -3e38]

/** Values at which a function goes wrong first. */
const nasty: Partial<Record<UnaryFn, readonly (readonly number[])[]>> = {
  neg: [special, huge],
  abs: [special, huge],
  exp: [special, [-1000, -103, -100, -88, -1, -1e-20], [80, 88, 1000, 3e38]],
  log: [special, positive, [3e38, 1e20]],
  sqrt: [[0, infinity, -1], positive, [3e38, 1e20]],
  rsqrt: [
    [0, infinity, -1],
    [1e-3, 1, 1.5, 7, 1e20],
  ],
  sin: [special, moderate, [1e4, -1e4, 8191.75, 8192.25, 1e10, -1e10, 3e38, -3e38]],
  cos: [special, moderate, [1e4, -1e4, 8191.75, 8192.25, 1e10, -1e10, 3e38, -3e38]],
  floor: [special, moderate, [-0.5, 0.999, -1.001, 8388607.5, -8388607.5, 3e9, -3e9]],
  ...Object.fromEntries(
    (['tanh', 'sigmoid', 'silu', 'gelu', 'gelu_tanh', 'relu', 'softplus', 'erf', 'sign'] as const).map(
      (fn) => [fn, [special, moderate, huge]],
    ),
  ),
}

/**
 * y = fn(x), element by element. x: f32, any shape and strides; y: f32. Functions: see unary_fns.ts. gelu is
 * x times the normal distribution function, gelu_tanh its approximation by tanh (Hendrycks and Gimpel, 2016).
 */
export const unary = defineOp('unary', {
  inputs: { x: { dims: '...', layout: 'strided' } },
  attrs: { fn: attr.oneOf(unaryFns) },
  outputs: { y: { dims: '...' } },
  gradient: ({ inputs, attrs, upstream }) => ({
    x: unaryGrad({ x: inputs.x, upstream: upstream.y! }, { fn: attrs.fn }),
  }),
  reference: ({ inputs: { x }, attrs }) => ({
    y: { shape: x.shape, data: x.data.map(unaryFunctions[attrs.fn].f) },
  }),
  samples: [
    ...unaryFns.flatMap((fn) => [
      {
        name: fn,
        inputs: { x: uniform([3, 37], unaryFunctions[fn].low, unaryFunctions[fn].high) },
        attrs: { fn },
      },
      ...(nasty[fn] ?? []).map((values, i) => ({
        name: `${fn}, special ${i}`,
        inputs: { x: literal(values) },
        attrs: { fn },
        smooth: false as const,
      })),
    ]),
    { name: 'four axes', inputs: { x: normal([2, 3, 5, 7]) }, attrs: { fn: 'silu' } },
    { name: 'a number', inputs: { x: normal([]) }, attrs: { fn: 'exp' } },
    { name: 'nothing', inputs: { x: normal([0, 3]) }, attrs: { fn: 'exp' } },
    { name: 'long', inputs: { x: normal([1, 17000]) }, attrs: { fn: 'tanh' } },
  ],
  rejects: [
    { name: 'half', inputs: { x: normal([3], 1, 'f16') }, attrs: { fn: 'exp' }, message: 'unary.x: got f16' },
    {
      name: 'no such function',
      inputs: { x: normal([3]) },
      attrs: { fn: 'cosh' as 'exp' },
      message: 'unary.fn: got "cosh"; expected neg | abs',
    },
  ],
})
