/** Sizes of the axes of a tensor, outermost first. */
export type Shape = readonly number[]

export const maxRank = 6

export function count(shape: Shape): number {
  let n = 1
  for (const d of shape) n *= d
  return n
}

/** Row-major strides in elements. */
export function rowMajor(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let step = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step
    step *= shape[i]!
  }
  return strides
}

/** Whether the strides walk memory in row-major order; axes of size 1 do not matter. */
export function isContiguous(shape: Shape, strides: readonly number[]): boolean {
  let step = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i]! !== 1 && strides[i] !== step) return false
    step *= shape[i]!
  }
  return true
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((d, i) => d === b[i])
}

/** NumPy's broadcast of two shapes, or null where they do not fit. */
export function broadcast(a: Shape, b: Shape): number[] | null {
  const rank = Math.max(a.length, b.length)
  const out = new Array<number>(rank)
  for (let i = 0; i < rank; i++) {
    const p = a[a.length - rank + i] ?? 1
    const q = b[b.length - rank + i] ?? 1
    if (p !== q && p !== 1 && q !== 1) return null
    out[i] = p === 1 ? q : p
  }
  return out
}

export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`
}
