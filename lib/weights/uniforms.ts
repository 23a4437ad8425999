import { philoxKey } from '../ops/philox.ts'

/** Seeded numbers in [0, 1) for one name (sfc32, by Chris Doty-Humphrey): names do not share their numbers. */
export function uniforms(seed: number, name: string): () => number {
  let [a, b, c, counter] = [...philoxKey(seed), 0x9e3779b9, 1]
  const next = (): number => {
    const sum = (a + b + counter++) >>> 0
    a = (b ^ (b >>> 9)) >>> 0
    b = (c + (c << 3)) >>> 0
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0
    return sum
  }
  for (let i = 0; i < name.length; i++) {
    c = (c ^ Math.imul(name.charCodeAt(i), 0x85ebca6b)) >>> 0
    next()
  }
  for (let i = 0; i < 15; i++) next()
  return () => next() / 2 ** 32
}
