import { createTensor, type DeviceTensor, type MappedFile, readTensor } from '../tensor/device_tensor.ts'
import type { Dtype } from '../tensor/dtype.ts'
import { count, type Shape } from '../tensor/shape.ts'

/**
 * A row-major copy of a tensor that lies in a file with other strides: transposed, with gaps, or repeated.
 *
 * @param strides from one element to the next along each axis, in elements
 * @param begin   of its first element, in bytes of the file
 * @throws VmmError BAD_FILE where it is outside of the file
 */
export function copyStrided(
  file: MappedFile,
  dtype: Dtype,
  shape: Shape,
  strides: readonly number[],
  begin: number,
): DeviceTensor {
  const total = count(shape)
  if (total === 0) return createTensor(dtype, shape)
  const extent = shape.reduce((end, size, axis) => end + (size - 1) * strides[axis]!, 1)
  using stored = file.tensor(dtype, [extent], begin)
  const values = readTensor(stored)
  const copy = dtype === 'i32' ? new Int32Array(total) : new Float32Array(total)
  const last = shape.length - 1
  const index = new Array<number>(shape.length).fill(0)
  const [inner, step] = [shape[last]!, strides[last]!]
  let row = 0
  for (let at = 0; at < total; at += inner) {
    for (let i = 0; i < inner; i++) copy[at + i] = values[row + i * step]!
    for (let axis = last - 1; axis >= 0; axis--) {
      row += strides[axis]!
      if (++index[axis]! < shape[axis]!) break
      row -= index[axis]! * strides[axis]!
      index[axis] = 0
    }
  }
  return createTensor(dtype, shape, copy)
}
