import { philox } from '../../ops/philox.ts'

/** Normal numbers that depend on (seed, candidate, step) alone: those of the op `random`, a row of their own. */
export function gaussians(seed: number, candidate: number, step: number, n: number): Float32Array {
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0] as const
  const values = new Float32Array(n)
  for (let i = 0; i < n; i += 2) {
    const words = philox([i >> 2, step, candidate, 0], key)
    const [a, b] = i % 4 === 0 ? [words[0], words[1]] : [words[2], words[3]]
    const radius = Math.sqrt(-2 * Math.log(1 - (a >>> 8) / 2 ** 24))
    const angle = (2 * Math.PI * (b >>> 8)) / 2 ** 24
    values[i] = radius * Math.cos(angle)
    if (i + 1 < n) values[i + 1] = radius * Math.sin(angle)
  }
  return values
}

/** A vector scaled to length 1; zeros stay. */
export function unitLength(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return length > 0 ? vector.map((value) => value / length) : vector.slice()
}

/**
 * A vector near another one: both of length 1, with a Gaussian step of expected length `spread` between them before
 * the result is scaled, so that their cosine is about 1 / √(1 + spread²).
 */
export function nearby(unit: Float32Array, noise: Float32Array, spread: number): Float32Array {
  const factor = spread / Math.sqrt(unit.length)
  return unitLength(unit.map((value, i) => value + factor * noise[i]!))
}
