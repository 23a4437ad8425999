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

/** Every tensor of a safetensors file, mapped. Tensors of types that kernels do not read are refused. */
export async function mapWeights(path: string): Promise<Map<string, DeviceTensor>> {
  const { tensors } = await readSafetensorsHeader(path)
  const file = mapFile(path)
  try {
    return new Map(
      tensors.map(({ name, dtype, shape, begin }) => {
        const known = fileDtypes[dtype]
        if (!known)
          throw new VmmError(
            'UNSUPPORTED',
            `${path}: ${name} is ${dtype}; kernels read ${Object.keys(fileDtypes).join(', ')}`,
          )
        return [name, file.tensor(known, shape, begin)]
      }),
    )
  } finally {
    file.dispose()
  }
}
