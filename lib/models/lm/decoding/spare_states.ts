import { createTensor, type DeviceTensor } from '../../../tensor/device_tensor.ts'
import { type Dtype, dtypeBytes } from '../../../tensor/dtype.ts'
import { count, type Shape } from '../../../tensor/shape.ts'

/**
 * Memory of states that decodings are done with, for those that follow: tens of megabytes, which need not be asked for, zeroed
 * and collected again for each of many short texts. What is in it is left as it was.
 */
export interface SpareStates extends Disposable {
  /** One that is there, or a new one. */
  take(dtype: Dtype, shape: Shape): DeviceTensor
  /** Leaves a tensor, which is disposed with the others. */
  leave(tensor: DeviceTensor): void
}

const keyOf = (dtype: Dtype, shape: Shape) => `${dtype} ${shape}`

/** @param mostBytes what is left beyond it is disposed at once */
export function spareStates(mostBytes: number): SpareStates {
  const spare = new Map<string, DeviceTensor[]>()
  let bytes = 0
  return {
    take: (dtype, shape) => {
      const found = spare.get(keyOf(dtype, shape))?.pop()
      if (found === undefined) return createTensor(dtype, shape)
      bytes -= bytesOf(found)
      return found
    },
    leave: (tensor) => {
      if (bytes + bytesOf(tensor) > mostBytes) return tensor.dispose()
      bytes += bytesOf(tensor)
      const key = keyOf(tensor.dtype, tensor.shape)
      spare.set(key, [...(spare.get(key) ?? []), tensor])
    },
    [Symbol.dispose]: () => {
      for (const tensor of [...spare.values()].flat()) tensor.dispose()
      spare.clear()
    },
  }
}

function bytesOf({ dtype, shape }: DeviceTensor): number {
  return dtypeBytes[dtype] * count(shape)
}
