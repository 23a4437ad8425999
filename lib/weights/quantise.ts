import { setImmediate as immediate } from 'node:timers/promises'
import { quantBlock, quantisedShapes, quantPlace, scalePlace } from '../ops/quantized_linear.ts'
import { native, type StateHandle } from '../runtime/native.ts'
import { translate } from '../runtime/run.ts'
import { createTensor, type DeviceTensor, readTensor } from '../tensor/device_tensor.ts'
import { decodeNumbers, dtypeBytes, fromF16Bits } from '../tensor/dtype.ts'
import { quantizeQ4, quantizeQ8 } from '../tensor/quantize.ts'
import { count, type Shape } from '../tensor/shape.ts'

/** Blocks of 32 integers that share a scale, of eight bits or of four; see `quantized_linear`. */
export const QUANTISED = ['q8_0', 'q4_0'] as const
export type QuantisedStorage = (typeof QUANTISED)[number]

/** Whether a weight [out, in] of a product, or a table [rows, width], can be kept so. */
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

/**
 * A table [rows, width], f32, f16 or bf16, in q8_0 as `quantized_embedding` takes it. The tensor given stays. Tables of large
 * vocabularies are the largest tensors of their models: some rows are read at a time.
 *
 * @throws the signal's reason; what reading a tensor throws
 */
export async function quantisedTable(
  table: DeviceTensor,
  signal?: AbortSignal,
): Promise<{ readonly quants: DeviceTensor; readonly scales: DeviceTensor }> {
  const [rows, width] = table.shape as [number, number]
  const quants = createTensor('i8', [rows, width])
  const scales = createTensor('f16', [rows, width / quantBlock])
  const atOnce = Math.max(1, Math.floor(AT_ONCE / width))
  try {
    for (let begin = 0; begin < rows; begin += atOnce) {
      signal?.throwIfAborted()
      const made = quantizeQ8(numbersOf(table, begin * width, Math.min(atOnce, rows - begin) * width))
      native().writeState(quants.handle as StateHandle, made.quants, begin * width)
      native().writeState(scales.handle as StateHandle, made.scales, ((begin * width) / quantBlock) * 2)
      await immediate()
    }
  } catch (error) {
    quants.dispose()
    scales.dispose()
    throw signal?.aborted ? signal.reason : translate(error)
  }
  return { quants, scales }
}

/** Some of the numbers of a tensor. */
function numbersOf({ handle, dtype }: DeviceTensor, begin: number, count: number): Float32Array {
  const size = dtypeBytes[dtype]
  return new Float32Array(decodeNumbers(native().readState(handle, begin * size, count * size), dtype))
}
