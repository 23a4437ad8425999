/** High 32 bits of a 32 × 32 bit product. */
function mulHigh(a: number, b: number): number {
  const [ah, al, bh, bl] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff]
  const middle = ah * bl + ((al * bl) >>> 16)
  const carry = (middle & 0xffff) + al * bh
  return (ah * bh + Math.floor(middle / 65536) + Math.floor(carry / 65536)) >>> 0
}

type Words = readonly [number, number, number, number]

/** Philox 4x32-10 (Salmon et al., 2011): four random 32-bit words from a counter and a key. */
export function philox(counter: Words, key: readonly [number, number]): Words {
  let [a, b, c, d] = counter
  let [low, high] = key
  for (let round = 0; round < 10; round++) {
    const next: Words = [
      (mulHigh(0xcd9e8d57, c) ^ b ^ low) >>> 0,
      Math.imul(0xcd9e8d57, c) >>> 0,
      (mulHigh(0xd2511f53, a) ^ d ^ high) >>> 0,
      Math.imul(0xd2511f53, a) >>> 0,
    ]
    ;[a, b, c, d] = next
    low = (low + 0x9e3779b9) >>> 0
    high = (high + 0xbb67ae85) >>> 0
  }
  return [a, b, c, d]
}
