import { integers, normal } from '../../../lib/graph/samples.ts'
import { badData, indices } from '../bad_data.ts'
import type { KernelCases } from './cases.ts'

const product = { x: normal([70, 4]), upstream: normal([70, 5]) }
const wrongAt = (place: number, value: number) =>
  indices(...Array.from({ length: 70 }, (_, i) => (i === place ? value : i % 2)))
const bad = (place: number, value: number) =>
  badData(
    'linear_grad_weight',
    { ...product, expert: wrongAt(place, value) },
    `expert[${place}] is ${value}; expected 0 ... 1`,
    { experts: 2 },
  )
const [rows, out, width] = [37, 131, 770]
const large = { x: normal([rows, width]), upstream: normal([rows, out]) }
/** What is written, and upstream again for the bias. */
const beside = 4 * (out * width + out + rows * out)

export const cases: KernelCases = {
  larger: [
    { name: 'large tiles', inputs: { x: normal([77, 515]), upstream: normal([77, 197]) } },
    { name: 'more slices than simdgroups', inputs: { x: normal([603, 35]), upstream: normal([603, 9]) } },
    {
      name: 'large tiles of experts',
      inputs: { x: normal([330, 260]), upstream: normal([330, 100]), expert: integers([330], 0, 3) },
      attrs: { experts: 3 },
    },
    {
      name: 'many experts',
      inputs: { x: normal([340, 5]), upstream: normal([340, 6]), expert: integers([340], 0, 37) },
      attrs: { experts: 37 },
    },
    {
      name: 'no rows for experts',
      inputs: { x: normal([0, 5]), upstream: normal([0, 6]), expert: integers([0], 0, 2) },
      attrs: { experts: 2 },
    },
  ],
  traffic: [
    {
      sample: { name: 'large tiles', inputs: large },
      counted: 'distinct',
      least: beside + 4 * rows * (width + out),
    },
    {
      // Operands once for each tile.
      sample: { name: 'large tiles', inputs: large },
      least: beside + 4 * rows * (width * Math.ceil(out / 64) + out * Math.ceil(width / 128)),
    },
  ],
  special: [bad(5, 2), bad(69, 5000), bad(0, -7)],
}
