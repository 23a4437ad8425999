import { constant } from '../graph/trace.ts'
import type { Value } from '../graph/value.ts'
import { binary, layerNorm as layerNormOp, reduce, unary } from '../ops/index.ts'
import type { Weights } from './weights.ts'

/** Layer normalisation over the last axis (Ba et al. 2016). x: [rows, d]; weight, bias: [d]. */
export function layerNorm(w: Weights, x: Value, eps: number): Value {
  return layerNormOp({ x, weight: w.get('weight'), bias: w.get('bias') }, { eps })
}

/** Rows scaled to unit length; a row of zeros stays zero. x: [rows, d]. */
export function l2Normalize(x: Value): Value {
  const squares = reduce({ x: unary({ x }, { fn: 'square' }) }, { fn: 'sum', axes: 2 })
  const floor = constant(x, [1e-24], [1])
  const inverse = unary({ x: binary({ a: squares, b: floor }, { fn: 'max' }) }, { fn: 'rsqrt' })
  return binary({ a: x, b: inverse }, { fn: 'mul' })
}
