import type { Value } from '../graph/value.ts'
import { linear as linearOp } from '../ops/index.ts'
import type { Weights } from './weights.ts'

type Activation = 'none' | 'relu' | 'gelu' | 'gelu_tanh' | 'silu' | 'tanh'

/** y = activation(x Wᵀ + b). x: [rows, in]; weight: [out, in]; bias: [out], if the checkpoint has one. */
export function linear(w: Weights, x: Value, activation: Activation = 'none'): Value {
  return linearOp({ x, weight: w.get('weight'), bias: w.find('bias') }, { epilogue: activation })
}
