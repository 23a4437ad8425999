/** Bytes of one element, by the names of the safetensors format. */
export const BYTES = { F64: 8, I64: 8, F32: 4, I32: 4, F16: 2, BF16: 2, I8: 1, U8: 1, BOOL: 1 } as const

/** Element types that a tensor file may hold. */
export type FileDtype = keyof typeof BYTES

export function isFileDtype(name: string): name is FileDtype {
  return Object.hasOwn(BYTES, name)
}

/** Bytes of a tensor, or null beyond 2^53 - 1. A dimension of 0 does not excuse an overflow before it. */
export function byteLength(dtype: FileDtype, shape: readonly number[]): number | null {
  let bytes: number = BYTES[dtype]
  for (const size of shape) {
    bytes *= size
    if (!Number.isSafeInteger(bytes)) return null
  }
  return bytes
}
