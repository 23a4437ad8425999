import { defineOp } from '../graph/define.ts'
import { literal, normal, refTensor } from '../graph/samples.ts'

/**
 * Writes row r of x to cacheOut[slot[r], position[r]]; the rest of the cache stays. Of several rows for one place
 * the last wins. In place where the cache is a state. No gradient: caches belong to inference.
 * cache, cacheOut: [slots, capacity, d] in f32, bf16 or f16; x: f32 [rows, d]; slot, position: i32 [rows].
 */
export const cacheAppend = defineOp('cache_append', {
  inputs: {
    cache: { dims: 'slots capacity d', dtypes: ['f32', 'bf16', 'f16'] },
    x: { dims: 'rows d', layout: 'rows' },
    slot: { dims: 'rows', dtypes: ['i32'] },
    position: { dims: 'rows', dtypes: ['i32'] },
  },
  outputs: { cacheOut: { dims: 'slots capacity d', dtype: { like: 'cache' } } },
  updates: { cacheOut: 'cache' },
  reference: ({ inputs: { cache, x, slot, position } }) => {
    const [, capacity, d] = cache.shape as [number, number, number]
    const cacheOut = refTensor(cache.shape, cache.data.slice())
    for (let row = 0; row < x.shape[0]!; row++)
      cacheOut.data.set(
        x.data.subarray(row * d, (row + 1) * d),
        (slot.data[row]! * capacity + position.data[row]!) * d,
      )
    return { cacheOut }
  },
  samples: [
    {
      name: 'one step of three sequences',
      inputs: {
        cache: normal([3, 4, 37]),
        x: normal([3, 37]),
        slot: literal([0, 1, 2], [3], 'i32'),
        position: literal([3, 0, 2], [3], 'i32'),
      },
    },
    {
      name: 'bf16, one slot',
      inputs: {
        cache: normal([2, 6, 150], 1, 'bf16'),
        x: normal([4, 150]),
        slot: literal([1, 1, 1, 1], [4], 'i32'),
        position: literal([1, 2, 3, 4], [4], 'i32'),
      },
    },
    {
      name: 'f16, the last row wins',
      inputs: {
        cache: normal([1, 3, 5], 1, 'f16'),
        x: normal([4, 5]),
        slot: literal([0, 0, 0, 0], [4], 'i32'),
        position: literal([1, 2, 1, 1], [4], 'i32'),
      },
    },
    {
      name: 'no rows',
      inputs: {
        cache: normal([1, 3, 5]),
        x: normal([0, 5]),
        slot: literal([], [0], 'i32'),
        position: literal([], [0], 'i32'),
      },
    },
  ],
  rejects: [
    {
      name: 'flat cache',
      inputs: {
        cache: normal([3, 5]),
        x: normal([1, 5]),
        slot: literal([0], [1], 'i32'),
        position: literal([0], [1], 'i32'),
      },
      message: 'cache_append: cache [slots capacity d] has shape [3, 5]: expected 3 axes',
    },
    {
      name: 'other width',
      inputs: {
        cache: normal([1, 3, 5]),
        x: normal([1, 6]),
        slot: literal([0], [1], 'i32'),
        position: literal([0], [1], 'i32'),
      },
      message: 'cache_append: x [rows d] has shape [1, 6]: d is 6 here but 5 in cache',
    },
    {
      name: 'slots of other rows',
      inputs: {
        cache: normal([1, 3, 5]),
        x: normal([1, 5]),
        slot: literal([0, 0], [2], 'i32'),
        position: literal([0], [1], 'i32'),
      },
      message: 'cache_append: slot [rows] has shape [2]: rows is 2 here but 1 in x',
    },
    {
      name: 'float positions',
      inputs: {
        cache: normal([1, 3, 5]),
        x: normal([1, 5]),
        slot: literal([0], [1], 'i32'),
        position: literal([0]),
      },
      message: 'cache_append.position: got f32; expected i32',
    },
  ],
})
