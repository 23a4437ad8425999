import { integers, normal } from '../../../lib/graph/samples.ts'
import { badData, indices } from '../bad_data.ts'
import type { KernelCases } from './cases.ts'

const few = { cache: normal([2, 3, 5]), x: normal([3, 5]) }
const [rows, d] = [67, 515]
/** A row for each slot. The cache of a sample is no state: it is copied first. */
const step = (dtype: 'f32' | 'bf16', bytes: number) => ({
  sample: {
    name: dtype,
    inputs: {
      cache: normal([rows, 1, d], 1, dtype),
      x: normal([rows, d]),
      slot: indices(...Array.from({ length: rows }, (_, i) => (i * 5) % rows)),
      position: integers([rows], 0, 1),
    },
  },
  least: rows * (d * (3 * bytes + 4) + 8),
})

export const cases: KernelCases = {
  larger: [
    {
      name: 'several groups',
      inputs: {
        cache: normal([3, 5, 1031], 1, 'bf16'),
        x: normal([19, 1031]),
        slot: integers([19], 0, 3),
        position: integers([19], 0, 5),
      },
    },
    {
      name: 'many rows for one place',
      inputs: {
        cache: normal([1, 3, 5]),
        x: normal([101, 5]),
        slot: indices(...Array.from({ length: 101 }, () => 0)),
        position: indices(...Array.from({ length: 101 }, (_, i) => (i < 60 ? 2 : 1))),
      },
    },
  ],
  traffic: [step('f32', 4), step('bf16', 2)],
  special: [
    badData(
      'cache_append',
      { ...few, slot: indices(0, 2, 1), position: indices(5, 0, 0) },
      'slot[1] is 2; expected 0 to 1',
    ),
    badData(
      'cache_append',
      { ...few, slot: indices(0, 1, -1), position: indices(0, 0, 0) },
      'slot[2] is -1; expected 0 to 1',
    ),
    badData(
      'cache_append',
      { ...few, slot: indices(0, 1, 1), position: indices(0, 2, 3) },
      'position[2] is 3; expected 0 to 2',
    ),
    badData(
      'cache_append',
      { ...few, slot: indices(0, 1, 1), position: indices(-4, 2, 3) },
      'position[0] is -4; expected 0 to 2',
    ),
  ],
}
