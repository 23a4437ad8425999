import { fromF16Bits, toF16Bits } from './dtype.ts'

/** Quants and scales (f16 bits) of a weight, as `quantized_linear` takes them. */
export interface Quantized<Q> {
  readonly quants: Q
  readonly scales: Uint16Array
}

const block = 32

/** q8_0: in each 32 weights in a row, quant = round(weight / scale) and scale = max |weight| / 127. */
export function quantizeQ8(weights: Float32Array): Quantized<Int8Array> {
  const quants = new Int8Array(weights.length)
  const scales = new Uint16Array(weights.length / block)
  scales.forEach((_, at) => {
    const of = weights.subarray(at * block, (at + 1) * block)
    scales[at] = toF16Bits(of.reduce((most, w) => Math.max(most, Math.abs(w)), 0) / 127)
    const scale = fromF16Bits(scales[at]!)
    of.forEach((w, i) => {
      quants[at * block + i] = scale === 0 ? 0 : Math.max(-127, Math.min(127, Math.round(w / scale)))
    })
  })
  return { quants, scales }
}

/** q4_0: four bits a weight, with scale = -w / 8 for the weight w that is farthest from zero. */
export function quantizeQ4(weights: Float32Array): Quantized<Uint8Array> {
  const quants = new Uint8Array(weights.length / 2)
  const scales = new Uint16Array(weights.length / block)
  scales.forEach((_, at) => {
    const of = weights.subarray(at * block, (at + 1) * block)
    scales[at] = toF16Bits(of.reduce((far, w) => (Math.abs(w) > Math.abs(far) ? w : far), 0) / -8)
    const scale = fromF16Bits(scales[at]!)
    const bits = (w: number) => (scale === 0 ? 8 : Math.max(0, Math.min(15, Math.round(w / scale) + 8)))
    for (let i = 0; i < block / 2; i++)
      quants[(at * block) / 2 + i] = bits(of[i]!) | (bits(of[i + block / 2]!) << 4)
  })
  return { quants, scales }
}
