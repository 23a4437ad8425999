/** Whole numbers below n that depend on a seed alone. */
export type Random = (n: number) => number

/** Splitmix32, so that neighbouring seeds have nothing in common. */
export function randomOf(seed: number, stream = 0): Random {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b)) >>> 0
  return (n) => {
    state = (state + 0x9e3779b9) >>> 0
    let x = state
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
    return Math.floor((((x ^ (x >>> 15)) >>> 0) / 2 ** 32) * n)
  }
}

export function pick<T>(list: readonly T[], random: Random): T {
  return list[random(list.length)]!
}
