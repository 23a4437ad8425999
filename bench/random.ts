import { type Dtype, type TypedArray, toF16Bits } from '../lib/tensor/dtype.ts'

/** What random elements are: uniform in [low, high) for floats, whole numbers in it for integers. */
export interface Fill {
  readonly low: number
  readonly high: number
}

/** Seeded 32-bit numbers (xorshift); fast enough for gigabytes. */
export function random32(seed: number): () => number {
  let x = (seed * 0x9e3779b9 + 0x7f4a7c15) | 0 || 1
  return () => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return x >>> 0
  }
}

/** `count` random elements of `dtype`. bf16 is cut, not rounded: random bits are random bits. */
export function randomElements(
  dtype: Dtype,
  count: number,
  { low, high }: Fill,
  next: () => number,
): TypedArray {
  const scale = (high - low) / 2 ** 32
  if (dtype === 'f32') {
    const values = new Float32Array(count)
    for (let i = 0; i < count; i++) values[i] = low + next() * scale
    return values
  }
  if (dtype === 'bf16') {
    const values = new Float32Array(1)
    const bits = new Uint32Array(values.buffer)
    const halves = new Uint16Array(count)
    for (let i = 0; i < count; i++) {
      values[0] = low + next() * scale
      halves[i] = bits[0]! >>> 16
    }
    return halves
  }
  if (dtype === 'f16') return Uint16Array.from({ length: count }, () => toF16Bits(low + next() * scale))
  const values = new { i32: Int32Array, i8: Int8Array, u8: Uint8Array }[dtype](count)
  for (let i = 0; i < count; i++) values[i] = Math.floor(low + next() * scale)
  return values
}
