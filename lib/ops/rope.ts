import { check } from '../core/errors.ts'
import { defineOp } from '../graph/define.ts'
import { literal, normal, refTensor } from '../graph/samples.ts'
import { attr } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'

const base = (half: number) => literal(Array.from({ length: half }, (_, i) => 10000 ** (-i / half)))

/**
 * Rotary position embedding (Su et al. 2021): pair i of each head turns by positions[row] * invFreq[i]:
 * (a, b) becomes (a cos - b sin, a sin + b cos). Pairs are (i, i + half), or (2i, 2i + 1) when interleaved.
 * Elements from 2 * half on pass through. inverse turns the other way, which is also the gradient.
 * x, y: f32 [rows, heads, d]; positions: i32 [rows]; invFreq: f32 [half], 2 * half <= d.
 */
export const rope = defineOp('rope', {
  inputs: {
    x: { dims: 'rows heads d', layout: 'rows' },
    positions: { dims: 'rows', dtypes: ['i32'] },
    invFreq: { dims: 'half', fixed: true },
  },
  attrs: { interleaved: attr.bool(), inverse: attr.bool() },
  outputs: { y: { dims: 'rows heads d' } },
  shape: ({ inputs: { x, invFreq } }) => {
    const most = Math.floor(x.shape[2]! / 2)
    check(invFreq.shape[0]! <= most, 'rope.invFreq', invFreq.shape, `at most ${most} frequencies`)
    return {}
  },
  gradient: ({ inputs: { positions, invFreq }, attrs, upstream }) => ({
    x: turn(upstream.y!, positions, invFreq, { ...attrs, inverse: !attrs.inverse }),
  }),
  reference: ({ inputs: { x, positions, invFreq }, attrs: { interleaved, inverse } }) => {
    const [rows, heads, d] = x.shape as [number, number, number]
    const half = invFreq.data.length
    const y = refTensor(x.shape, x.data.slice())
    for (let row = 0; row < rows; row++)
      for (let head = 0; head < heads; head++)
        for (let i = 0; i < half; i++) {
          const angle = positions.data[row]! * invFreq.data[i]! * (inverse ? -1 : 1)
          const begin = (row * heads + head) * d
          const first = begin + (interleaved ? 2 * i : i)
          const second = begin + (interleaved ? 2 * i + 1 : i + half)
          const [a, b] = [x.data[first]!, x.data[second]!]
          y.data[first] = a * Math.cos(angle) - b * Math.sin(angle)
          y.data[second] = a * Math.sin(angle) + b * Math.cos(angle)
        }
    return { y }
  },
  samples: [
    {
      name: 'halves',
      inputs: { x: normal([5, 3, 38]), positions: literal([0, 1, 2, 100, 3], [5], 'i32'), invFreq: base(19) },
    },
    {
      name: 'interleaved',
      inputs: { x: normal([3, 2, 64]), positions: literal([0, 7, 511], [3], 'i32'), invFreq: base(32) },
      attrs: { interleaved: true },
    },
    {
      name: 'partial, inverse',
      inputs: { x: normal([2, 2, 21]), positions: literal([5, 9], [2], 'i32'), invFreq: base(5) },
      attrs: { inverse: true },
    },
    {
      name: 'partial, interleaved, inverse',
      inputs: { x: normal([2, 1, 7]), positions: literal([5, 9], [2], 'i32'), invFreq: base(2) },
      attrs: { interleaved: true, inverse: true },
    },
    {
      name: 'far and negative positions',
      inputs: {
        x: normal([4, 1, 66]),
        positions: literal([16384, 16383, -5000, 12345], [4], 'i32'),
        invFreq: base(33),
      },
    },
    {
      name: 'one row',
      inputs: { x: normal([1, 1, 2]), positions: literal([3], [1], 'i32'), invFreq: base(1) },
    },
    {
      name: 'no rows',
      inputs: { x: normal([0, 2, 4]), positions: literal([], [0], 'i32'), invFreq: base(2) },
    },
  ],
  rejects: [
    {
      name: 'no heads',
      inputs: { x: normal([3, 4]), positions: literal([0, 1, 2], [3], 'i32'), invFreq: base(2) },
      message: 'rope: x [rows heads d] has shape [3, 4]: expected 3 axes',
    },
    {
      name: 'positions of other rows',
      inputs: { x: normal([3, 1, 4]), positions: literal([0, 1], [2], 'i32'), invFreq: base(2) },
      message: 'rope: positions [rows] has shape [2]: rows is 2 here but 3 in x',
    },
    {
      name: 'float positions',
      inputs: { x: normal([2, 1, 4]), positions: literal([0, 1]), invFreq: base(2) },
      message: 'rope.positions: got f32; expected i32',
    },
    {
      name: 'frequencies as a matrix',
      inputs: { x: normal([2, 1, 4]), positions: literal([0, 1], [2], 'i32'), invFreq: normal([2, 2]) },
      message: 'rope: invFreq [half] has shape [2, 2]: expected 1 axes',
    },
    {
      name: 'too many frequencies',
      inputs: { x: normal([2, 1, 5]), positions: literal([0, 1], [2], 'i32'), invFreq: base(3) },
      message: 'rope.invFreq: got [3]; expected at most 2 frequencies',
    },
  ],
})

/** rope by name, so that its gradient can refer to it. */
function turn(
  x: Value,
  positions: Value,
  invFreq: Value,
  attrs: { readonly interleaved: boolean; readonly inverse: boolean },
): Value {
  return rope({ x, positions, invFreq }, attrs)
}
