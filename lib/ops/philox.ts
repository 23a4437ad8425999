/** High 32 bits of a 32 × 32 bit product. */
function mulHigh(a: number, b: number): number {
  const [ah, al, bh, bl] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff]
  const middle = ah * bl + ((al * bl) >>> 16)
  const carry = (middle & 0xffff) + al * bh
  return (ah * bh + Math.floor(middle / 65536) + Math.floor(carry / 65536)) >>> 0
}

type Words = readonly [number, number, number, number]

/** A seed of 0 … 2^53 - 1 as a key. */
export function philoxKey(seed: number): readonly [number, number] {
  return [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0]
}

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

/**
 * The first `n` columns of a row of normal numbers: Box-Muller of the upper 24 bits of words 0 and 1 gives two columns,
 * that of words 2 and 3 the next two. Counters are (column / 4, row, stream, 0).
 */
export function normalRow(
  key: readonly [number, number],
  stream: number,
  row: number,
  n: number,
): Float64Array {
  const values = new Float64Array(n)
  for (let i = 0; i < n; i += 2) {
    const words = philox([i >> 2, row, stream, 0], key)
    const [a, b] = i % 4 === 0 ? [words[0], words[1]] : [words[2], words[3]]
    const radius = Math.sqrt(-2 * Math.log(1 - (a >>> 8) / 2 ** 24))
    const angle = (2 * Math.PI * (b >>> 8)) / 2 ** 24
    values[i] = radius * Math.cos(angle)
    if (i + 1 < n) values[i + 1] = radius * Math.sin(angle)
  }
  return values
}
