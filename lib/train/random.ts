import { philox } from '../ops/philox.ts'

/** Seeded numbers without a state: each is a function of seed, stream and position alone. */
export interface Random {
  /** In [0, 1). */
  uniform(stream: number, row: number, index: number): number
  /** A whole number in [low, high). */
  whole(stream: number, row: number, index: number, low: number, high: number): number
  /** 0 … count - 1 in another order (Fisher and Yates). */
  order(stream: number, row: number, count: number): Int32Array
}

/** @param seed a whole number from 0 to 2^53 - 1 */
export function randomOf(seed: number): Random {
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0] as const
  const uniform = (stream: number, row: number, index: number) => {
    const words = philox([index >>> 2, row >>> 0, stream >>> 0, 0x74726169], key)
    return words[index & 3]! / 2 ** 32
  }
  const whole = (stream: number, row: number, index: number, low: number, high: number) =>
    low + Math.floor(uniform(stream, row, index) * (high - low))
  return {
    uniform,
    whole,
    order: (stream, row, count) => {
      const order = Int32Array.from({ length: count }, (_, i) => i)
      for (let i = count - 1; i > 0; i--) {
        const j = whole(stream, row, i, 0, i + 1)
        const moved = order[i]!
        order[i] = order[j]!
        order[j] = moved
      }
      return order
    },
  }
}
