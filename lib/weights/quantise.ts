import { setImmediate as immediate } from 'node:timers/promises'
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

/** Weights that are quantised before other work of the process has its turn: milliseconds. */
const AT_ONCE = 1 << 18

/** A weight [out, in], f32, f16 or bf16, as `quantized_linear` takes it. The tensor given stays. */
export async function quantisedWeight(
  weight: DeviceTensor,
  storage: QuantisedStorage,
  signal?: AbortSignal,
): Promise<{ readonly quants: DeviceTensor; readonly scales: DeviceTensor }> {
  const [out, inputs] = weight.shape as [number, number]
  const values = readTensor(weight) as Float32Array
  const isBytes = storage === 'q8_0'
  const quants = isBytes ? new Int8Array(values.length) : new Uint8Array(values.length / 2)
  const scales = new Float32Array(values.length / quantBlock)
  for (let begin = 0; begin < values.length; begin += AT_ONCE) {
    signal?.throwIfAborted()
    const some = values.subarray(begin, begin + AT_ONCE)
    const made = isBytes ? quantizeQ8(some) : quantizeQ4(some)
    quants.set(made.quants, isBytes ? begin : begin / 2)
    for (let i = 0; i < made.scales.length; i++) scales[begin / quantBlock + i] = fromF16Bits(made.scales[i]!)
    await immediate()
  }
  return {
    quants: createTensor(isBytes ? 'i8' : 'u8', [out, isBytes ? inputs : inputs / 2], quants),
    scales: createTensor('f16', [out, inputs / quantBlock], scales),
  }
}
