import { defineOp } from '../graph/define.ts'
import { normal, refTensor } from '../graph/samples.ts'
import { floats } from '../tensor/dtype.ts'

/** Outputs that lie side by side in a panel of a packed weight. */
export const panelOutputs = 32

/** Shape of the packed form of a weight [out, in]. */
export function packedShape(out: number, inputs: number, pairs: boolean): [number, number, number] {
  const panels = Math.ceil(out / panelOutputs)
  return pairs ? [panels, Math.ceil(inputs / 2), 2 * panelOutputs] : [panels, inputs, panelOutputs]
}

/**
 * A weight [out, in] in the order in which kernels read it: panels of 32 outputs with the inputs going down,
 * f32 and f16 as [panels, in, 32], bf16 with two inputs of each output side by side: [panels, ⌈in / 2⌉, 64].
 * Zeros fill what is missing. Done once, for `packed_linear`.
 */
export const packWeight = defineOp('pack_weight', {
  inputs: { weight: { dims: 'out in', dtypes: floats, layout: 'strided' } },
  outputs: { packed: { dims: 'panels depth lanes', dtype: { like: 'weight' } } },
  shape: ({ inputs: { weight } }) => ({
    packed: packedShape(weight.shape[0]!, weight.shape[1]!, weight.dtype === 'bf16'),
  }),
  reference: ({ inputs: { weight }, shapes }) => {
    const [out, inputs] = weight.shape as [number, number]
    const packed = refTensor(shapes.packed!)
    const [, depth, lanes] = packed.shape as [number, number, number]
    const side = lanes / panelOutputs
    for (let j = 0; j < out; j++)
      for (let i = 0; i < inputs; i++) {
        const row = Math.floor(j / panelOutputs) * depth + Math.floor(i / side)
        packed.data[row * lanes + (j % panelOutputs) * side + (i % side)] = weight.data[j * inputs + i]!
      }
    return { packed }
  },
  samples: [
    { name: 'f32', inputs: { weight: normal([45, 19]) } },
    { name: 'whole panels', inputs: { weight: normal([64, 16]) } },
    { name: 'bf16', inputs: { weight: normal([37, 19], 1, 'bf16') } },
    { name: 'f16', inputs: { weight: normal([3, 8], 1, 'f16') } },
    { name: 'one number', inputs: { weight: normal([1, 1], 1, 'bf16') } },
    { name: 'no inputs', inputs: { weight: normal([5, 0]) } },
  ],
  rejects: [{ name: 'one axis', inputs: { weight: normal([5]) }, message: 'pack_weight: weight [out in]' }],
})
