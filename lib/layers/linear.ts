import type { Value } from '../graph/value.ts'
import { linear as linearOp, packedLinear, quantizedLinear } from '../ops/index.ts'
import type { Compute } from '../ops/matmul.ts'
import { panelOutputs } from '../ops/pack_weight.ts'
import type { Weights } from './weights.ts'

type Activation = 'none' | 'relu' | 'gelu' | 'gelu_tanh' | 'silu' | 'tanh'

/**
 * y = activation(x Wᵀ + b). x: [rows, in]; weight: [out, in]; bias: [out], if the checkpoint has one. A loader may
 * have packed the weight: `packed` then, of which bf16 alone can be multiplied as bf16. Or it has quantised it: `quants` and
 * `scales`. Without a bias the panels of both are all full, unless it is told how many outputs there are.
 */
export function linear(
  w: Weights,
  x: Value,
  activation: Activation = 'none',
  compute: Compute = w.compute,
  outputs: number | null = null,
): Value {
  const quants = w.find('quants')
  const packed = w.find('packed')
  const bias = w.find('bias')
  const outputsOf = (panels: Value) => outputs ?? bias?.shape[0] ?? panels.shape[0]! * panelOutputs
  if (quants)
    return quantizedLinear(
      { x, quants, scales: w.get('scales'), bias },
      { out: outputsOf(quants), epilogue: activation },
    )
  if (!packed) return linearOp({ x, weight: w.get('weight'), bias }, { epilogue: activation, compute })
  const own = packed.dtype === 'bf16' ? compute : 'f32'
  return packedLinear(
    { x, weight: packed, bias },
    { out: outputsOf(packed), epilogue: activation, compute: own },
  )
}
