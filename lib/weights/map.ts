import { VmmError } from '../core/errors.ts'
import { readSafetensorsHeader } from '../io/safetensors/file.ts'
import { type DeviceTensor, mapFile } from '../tensor/device_tensor.ts'
import type { Dtype } from '../tensor/dtype.ts'

const fileDtypes: Readonly<Record<string, Dtype>> = {
  F32: 'f32',
  F16: 'f16',
  BF16: 'bf16',
  I8: 'i8',
  U8: 'u8',
  I32: 'i32',
}

/** How kernels name a type of a safetensors file; null for types that they do not read. */
export function kernelDtype(dtype: string): Dtype | null {
  return Object.hasOwn(fileDtypes, dtype) ? fileDtypes[dtype]! : null
}

/** A tensor of a type that kernels do not read. */
export function unreadable(path: string, name: string, dtype: string): VmmError {
  const readable = Object.keys(fileDtypes).join(', ')
  return new VmmError('UNSUPPORTED', `${path}: ${name} is ${dtype}; kernels read ${readable}`)
}

/** Every tensor of a safetensors file, mapped. Throws VmmError UNSUPPORTED for types that kernels do not read. */
export async function mapWeights(path: string): Promise<Map<string, DeviceTensor>> {
  const { tensors } = await readSafetensorsHeader(path)
  const unknown = tensors.find(({ dtype }) => kernelDtype(dtype) === null)
  if (unknown) throw unreadable(path, unknown.name, unknown.dtype)
  const file = mapFile(path)
  try {
    return new Map(
      tensors.map(({ name, dtype, shape, begin }) => [name, file.tensor(fileDtypes[dtype]!, shape, begin)]),
    )
  } finally {
    file.dispose()
  }
}
