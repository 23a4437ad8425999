/** Storage types, in the order of their numbers in native code. */
export const dtypes = ['f32', 'f16', 'bf16', 'i8', 'u8', 'i32'] as const
export type Dtype = (typeof dtypes)[number]

export const dtypeBytes: Readonly<Record<Dtype, number>> = { f32: 4, f16: 2, bf16: 2, i8: 1, u8: 1, i32: 4 }

/** The three float storage types. */
export const floats = ['f32', 'f16', 'bf16'] as const satisfies readonly Dtype[]

/** Least and largest numbers of the integer types. */
export const ranges = {
  i8: { low: -128, high: 127 },
  u8: { low: 0, high: 255 },
  i32: { low: -2147483648, high: 2147483647 },
} as const

export function isFloat(dtype: Dtype): dtype is (typeof floats)[number] {
  return dtype === 'f32' || dtype === 'f16' || dtype === 'bf16'
}

const scratchF32 = new Float32Array(1)
const scratchU32 = new Uint32Array(scratchF32.buffer)

/**
 * Bits of `value` as f32 with the last bit set where digits were cut off (rounding to odd): rounding them once more
 * to fewer digits gives the number nearest to `value` itself.
 */
function oddF32Bits(value: number): number {
  scratchF32[0] = value
  const rounded = scratchF32[0]!
  const bits = scratchU32[0]!
  if (rounded === value || (bits & 1) === 1 || Number.isNaN(value)) return bits
  return Math.abs(rounded) > Math.abs(value) ? bits - 1 : bits + 1
}

/** Bits of the bfloat16 nearest to `value`, ties to even; NaN stays a quiet NaN. */
export function toBf16Bits(value: number): number {
  const bits = oddF32Bits(value)
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff
}

export function fromBf16Bits(bits: number): number {
  scratchU32[0] = bits << 16
  return scratchF32[0]!
}

/** Bits of the IEEE half nearest to `value`, ties to even, subnormals kept, overflow to infinity. */
export function toF16Bits(value: number): number {
  const bits = oddF32Bits(value)
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00
  if (magnitude >= 0x477ff000) return sign | 0x7c00
  if (magnitude < 0x38800000) {
    // Subnormal halves are multiples of 2^-24; doubles hold the scaled value exactly.
    const scaled = Math.abs(value) * 16777216
    const low = Math.floor(scaled)
    const rest = scaled - low
    const up = rest > 0.5 || (rest === 0.5 && (low & 1) === 1)
    return sign | (low + (up ? 1 : 0))
  }
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13)
}

export function fromF16Bits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >>> 10) & 31
  const mantissa = bits & 1023
  if (exponent === 31) return mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1 + mantissa / 1024) * 2 ** (exponent - 15)
}

export type TypedArray = Float32Array | Uint16Array | Int8Array | Uint8Array | Int32Array

/** Numbers to the bytes of `dtype` (rounded to nearest even for floats). */
export function encodeNumbers(values: ArrayLike<number>, dtype: Dtype): TypedArray {
  switch (dtype) {
    case 'f32':
      return new Float32Array(values)
    case 'f16':
      return bitsOf(values, toF16Bits)
    case 'bf16':
      return bitsOf(values, toBf16Bits)
    case 'i8':
      return new Int8Array(values)
    case 'u8':
      return new Uint8Array(values)
    case 'i32':
      return new Int32Array(values)
  }
}

/** A plain loop: `from` of typed arrays takes many times as long for whole models. */
function bitsOf(values: ArrayLike<number>, bits: (value: number) => number): Uint16Array {
  const all = new Uint16Array(values.length)
  for (let i = 0; i < all.length; i++) all[i] = bits(values[i]!)
  return all
}

function numbersOf(bits: Uint16Array, number: (bits: number) => number): Float64Array {
  const all = new Float64Array(bits.length)
  for (let i = 0; i < all.length; i++) all[i] = number(bits[i]!)
  return all
}

/** The numbers in `buffer`, which holds elements of `dtype`. */
export function decodeNumbers(buffer: ArrayBuffer, dtype: Dtype): Float64Array {
  switch (dtype) {
    case 'f32':
      return new Float64Array(new Float32Array(buffer))
    case 'f16':
      return numbersOf(new Uint16Array(buffer), fromF16Bits)
    case 'bf16':
      return numbersOf(new Uint16Array(buffer), fromBf16Bits)
    case 'i8':
      return new Float64Array(new Int8Array(buffer))
    case 'u8':
      return new Float64Array(new Uint8Array(buffer))
    case 'i32':
      return new Float64Array(new Int32Array(buffer))
  }
}
