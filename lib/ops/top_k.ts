import { badArgument } from '../core/errors.ts'
import { defineOp } from '../graph/define.ts'
import { integers, literal, normal, refTensor } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import { count } from '../tensor/shape.ts'
import { putAlong } from './put_along.ts'
import { reshape } from './reshape.ts'

/** Indices of the k largest values: largest first, ties to the lower index, NaN after everything else. */
export function largest(values: Float64Array, k: number): number[] {
  const before = (i: number, j: number) => {
    const a = values[i]!
    const b = values[j]!
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || i - j
    return a === b ? i - j : b > a ? 1 : -1
  }
  return Array.from(values, (_, i) => i)
    .sort(before)
    .slice(0, k)
}

/** Throws VmmError unless 1 ≤ k ≤ n. */
export function checkK(op: string, k: number, n: number, what: string): void {
  if (k < 1 || k > n) throw badArgument(`${op}.k`, String(k), `1 … ${n}, the number of ${what}`)
}

/**
 * The k largest values of each row and where they are, largest first, ties to the lower index, NaN last.
 * x: [..., n], values: f32 [..., k], indices: i32 [..., k]. The gradient flows through the values.
 */
export const topK = defineOp('top_k', {
  inputs: { x: { dims: '... n' } },
  attrs: { k: attr.int() },
  outputs: { values: { dims: '... k' }, indices: { dims: '... k', dtype: 'i32' } },
  shape: ({ inputs: { x }, attrs: { k } }) => {
    checkK('top_k', k, x.shape.at(-1)!, 'elements in a row')
    const shape = [...x.shape.slice(0, -1), k]
    return { values: shape, indices: shape }
  },
  gradient: ({ inputs: { x }, attrs: { k }, outputs, upstream }) => {
    if (!upstream.values) return { x: null }
    const size = x.shape.at(-1)!
    if (x.shape.length === 2) return { x: putAlong({ x: upstream.values, index: outputs.indices }, { size }) }
    const rows = count(x.shape.slice(0, -1))
    const flat = { x: reshape(upstream.values, [rows, k]), index: reshape(outputs.indices, [rows, k]) }
    return { x: reshape(putAlong(flat, { size }), x.shape) }
  },
  reference: ({ inputs: { x }, attrs: { k } }) => {
    const n = x.shape.at(-1)!
    const shape = [...x.shape.slice(0, -1), k]
    const values = refTensor(shape)
    const indices = refTensor(shape)
    for (let row = 0; row * k < values.data.length; row++)
      largest(x.data.subarray(row * n, (row + 1) * n), k).forEach((index, i) => {
        values.data[row * k + i] = x.data[row * n + index]!
        indices.data[row * k + i] = index
      })
    return { values, indices }
  },
  samples: [
    { name: 'a few', inputs: { x: normal([9, 100]) }, attrs: { k: 5 } },
    { name: 'the largest', inputs: { x: normal([3, 2, 37]) }, attrs: { k: 1 } },
    { name: 'all, sorted', inputs: { x: normal([2, 19]) }, attrs: { k: 19 } },
    { name: 'one row', inputs: { x: normal([1000]) }, attrs: { k: 7 } },
    { name: 'one element', inputs: { x: normal([4, 1]) }, attrs: { k: 1 } },
    { name: 'ties', inputs: { x: integers([6, 50], 0, 4, 'f32') }, attrs: { k: 20 }, smooth: false },
    {
      name: 'zeros, infinities and NaN',
      inputs: { x: literal([NaN, -0, 0, -Infinity, NaN, Infinity, -1, -0, Infinity], [1, 9]) },
      attrs: { k: 9 },
      smooth: false,
    },
    { name: 'no rows', inputs: { x: normal([0, 4]) }, attrs: { k: 2 } },
  ],
  rejects: [
    {
      name: 'k above n',
      inputs: { x: normal([2, 3]) },
      attrs: { k: 4 },
      message: 'top_k.k: got 4; expected 1 … 3',
    },
    {
      name: 'no k',
      inputs: { x: normal([2, 3]) },
      attrs: { k: 0 },
      message: 'top_k.k: got 0; expected 1 … 3',
    },
    { name: 'a scalar', inputs: { x: normal([]) }, attrs: { k: 1 }, message: 'x [... n] has shape []' },
  ],
})
