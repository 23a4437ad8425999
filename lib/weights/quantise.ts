import { setImmediate as immediate } from 'node:timers/promises'
import { quantBlock, quantisedShapes, quantPlace, scalePlace } from '../ops/quantized_linear.ts'
import { createTensor, type DeviceTensor, readTensor } from '../tensor/device_tensor.ts'
import { fromF16Bits } from '../tensor/dtype.ts'
import { quantizeQ4, quantizeQ8 } from '../tensor/quantize.ts'
import { count, type Shape } from '../tensor/shape.ts'

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
  const shapes = quantisedShapes(out, inputs, !isBytes)
  const quants = isBytes ? new Int8Array(count(shapes.quants)) : new Uint8Array(count(shapes.quants))
  const scales = new Float32Array(count(shapes.scales))
  const blocks = inputs / quantBlock
  const rowBytes = isBytes ? inputs : inputs / 2
  const rowsAtOnce = Math.max(1, Math.floor(AT_ONCE / inputs))
  for (let begin = 0; begin < out; begin += rowsAtOnce) {
    signal?.throwIfAborted()
    const end = Math.min(begin + rowsAtOnce, out)
    const some = values.subarray(begin * inputs, end * inputs)
    const made = isBytes ? quantizeQ8(some) : quantizeQ4(some)
    for (let j = begin; j < end; j++) {
      const row = (j - begin) * rowBytes
      for (let i = 0; i < rowBytes; i += 4) {
        const to = quantPlace(j, i, rowBytes)
        for (let byte = 0; byte < 4; byte++) quants[to + byte] = made.quants[row + i + byte]!
      }
      for (let block = 0; block < blocks; block++)
        scales[scalePlace(j, block, blocks)] = fromF16Bits(made.scales[(j - begin) * blocks + block]!)
    }
    await immediate()
  }
  return {
    quants: createTensor(isBytes ? 'i8' : 'u8', shapes.quants, quants),
    scales: createTensor('f16', shapes.scales, scales),
  }
}
