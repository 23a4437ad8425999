import type { TorchTensor } from '../../../lib/io/torch/file.ts'
import { fromBf16Bits, fromF16Bits } from '../../../lib/tensor/dtype.ts'

const readers: Readonly<
  Record<string, readonly [width: number, read: (bytes: Buffer, at: number) => number]>
> = {
  F32: [4, (bytes, at) => bytes.readFloatLE(at)],
  F64: [8, (bytes, at) => bytes.readDoubleLE(at)],
  F16: [2, (bytes, at) => fromF16Bits(bytes.readUInt16LE(at))],
  BF16: [2, (bytes, at) => fromBf16Bits(bytes.readUInt16LE(at))],
  I64: [8, (bytes, at) => Number(bytes.readBigInt64LE(at))],
  I32: [4, (bytes, at) => bytes.readInt32LE(at)],
  I16: [2, (bytes, at) => bytes.readInt16LE(at)],
  U16: [2, (bytes, at) => bytes.readUInt16LE(at)],
  I8: [1, (bytes, at) => bytes.readInt8(at)],
  U8: [1, (bytes, at) => bytes.readUInt8(at)],
  BOOL: [1, (bytes, at) => bytes.readUInt8(at)],
}

/** The elements of a tensor in row-major order, one after another as its place says. Throws RangeError outside. */
export function valuesAt(bytes: Buffer, { dtype, shape, place }: TorchTensor): number[] {
  const [width, read] = readers[dtype] ?? [1, (from, at) => from.readUInt8(at)]
  if (shape.includes(0)) return []
  const walk = (axis: number, at: number): number[] =>
    axis === shape.length
      ? [read(bytes, at)]
      : Array.from({ length: shape[axis]! }, (_, i) =>
          walk(axis + 1, at + i * width * place!.strides[axis]!),
        ).flat()
  return walk(0, place!.begin)
}
