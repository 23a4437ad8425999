/** Bytes of one element, by the names of the safetensors format. */
export const BYTES = { F64: 8, I64: 8, F32: 4, I32: 4, F16: 2, BF16: 2, I8: 1, U8: 1, BOOL: 1 } as const

/** Types that files of others have and ours do not. */
export const FOREIGN_BYTES = {
  C64: 8,
  U64: 8,
  U32: 4,
  U16: 2,
  I16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E8M0: 1,
} as const

/** Element types that a tensor file may hold. */
export type FileDtype = keyof typeof BYTES

export function isFileDtype(name: string): name is FileDtype {
  return Object.hasOwn(BYTES, name)
}

/** Bytes of one element of any type; null for names that are not known here. */
export function elementBytes(name: string): number | null {
  if (isFileDtype(name)) return BYTES[name]
  return Object.hasOwn(FOREIGN_BYTES, name) ? FOREIGN_BYTES[name as keyof typeof FOREIGN_BYTES] : null
}

/** Bytes of a tensor, or null beyond 2^53 - 1. A dimension of 0 does not excuse an overflow before it. */
export function byteLength(dtype: FileDtype, shape: readonly number[]): number | null {
  return productUpTo(BYTES[dtype], shape)
}

/** `bytes` times all sizes, or null where that, or a part of it, is beyond 2^53 - 1. */
export function productUpTo(bytes: number, shape: readonly number[]): number | null {
  let product = bytes
  for (const size of shape) {
    product *= size
    if (!Number.isSafeInteger(product)) return null
  }
  return product
}
