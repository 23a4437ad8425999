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
  for (let at = 0; at < scales.length; at++) {
    const [begin, end] = [at * block, (at + 1) * block]
    let most = 0
    for (let i = begin; i < end; i++) most = Math.max(most, Math.abs(weights[i]!))
    scales[at] = toF16Bits(most / 127)
    const scale = fromF16Bits(scales[at]!)
    if (scale === 0) continue
    for (let i = begin; i < end; i++)
      quants[i] = Math.max(-127, Math.min(127, Math.round(weights[i]! / scale)))
  }
  return { quants, scales }
}

/** q4_0: four bits a weight, with scale = -w / 8 for the weight w that is farthest from zero. */
export function quantizeQ4(weights: Float32Array): Quantized<Uint8Array> {
  const quants = new Uint8Array(weights.length / 2)
  const scales = new Uint16Array(weights.length / block)
  for (let at = 0; at < scales.length; at++) {
    const begin = at * block
    let far = weights[begin]!
    for (let i = begin + 1; i < begin + block; i++)
      if (Math.abs(weights[i]!) > Math.abs(far)) far = weights[i]!
    scales[at] = toF16Bits(far / -8)
    const scale = fromF16Bits(scales[at]!)
    const bits = (w: number) => (scale === 0 ? 8 : Math.max(0, Math.min(15, Math.round(w / scale) + 8)))
    for (let i = 0; i < block / 2; i++)
      quants[begin / 2 + i] = bits(weights[begin + i]!) | (bits(weights[begin + i + block / 2]!) << 4)
  }
  return { quants, scales }
}
