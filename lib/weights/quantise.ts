import { quantBlock } from '../ops/quantized_linear.ts'
import { createTensor, type DeviceTensor, readTensor } from '../tensor/device_tensor.ts'
import { fromF16Bits } from '../tensor/dtype.ts'
import { quantizeQ4, quantizeQ8 } from '../tensor/quantize.ts'
import type { Shape } from '../tensor/shape.ts'

/** Blocks of 32 integers that share a scale, of eight bits or of four; see `quantized_linear`. */
export const QUANTISED = ['q8_0', 'q4_0'] as const
export type QuantisedStorage = (typeof QUANTISED)[number]

/** Whether a weight [out, in] of a product can be kept so. */
export function isQuantisable(shape: Shape): boolean {
  return shape.length === 2 && shape[1]! % quantBlock === 0
}

/** A weight [out, in], f32, f16 or bf16, as `quantized_linear` takes it. The tensor given stays. */
export function quantisedWeight(
  weight: DeviceTensor,
  storage: QuantisedStorage,
): { readonly quants: DeviceTensor; readonly scales: DeviceTensor } {
  const [out, inputs] = weight.shape as [number, number]
  const values = readTensor(weight) as Float32Array
  const made = storage === 'q8_0' ? quantizeQ8(values) : quantizeQ4(values)
  const width = storage === 'q8_0' ? inputs : inputs / 2
  const quants = createTensor(storage === 'q8_0' ? 'i8' : 'u8', [out, width], made.quants)
  const scales = createTensor('f16', [out, inputs / quantBlock], Float32Array.from(made.scales, fromF16Bits))
  return { quants, scales }
}
