import { integers, normal, uniform } from '../../../lib/graph/samples.ts'
import { badData, indices } from '../bad_data.ts'
import type { KernelCases } from './cases.ts'

const scatter = (rows: number, d: number, size: number) => ({
  inputs: { x: normal([rows, d]), index: integers([rows], 0, size) },
  attrs: { size },
})
/** Targets of some rows each, one after the other. */
const runs = (...lengths: readonly number[]) => ({
  inputs: {
    x: normal([lengths.reduce((a, b) => a + b, 0), 3]),
    index: indices(...lengths.flatMap((length, target) => Array.from({ length }, () => target))),
  },
  attrs: { size: lengths.length },
})
const wrong = { x: normal([3, 4]) }

export const cases: KernelCases = {
  larger: [
    { name: 'several groups', ...scatter(300, 131, 9) },
    { name: 'two digits', ...scatter(90, 3, 700) },
    { name: 'a long sort', ...scatter(2300, 2, 37) },
    {
      name: 'a long sum',
      inputs: { x: uniform([6000, 1], 0, 1), index: integers([6000], 0, 1) },
      attrs: { size: 1 },
      tolerance: 4e-7,
    },
    { name: 'pieces that begin anywhere', ...runs(65, 130, 0, 1, 64, 100, 66, 63, 65, 129, 62, 200) },
    { name: 'pieces that begin at a block', ...runs(64, 65, 63, 64, 192, 65) },
  ],
  survivors: [
    {
      code: 'if (col >= d || piece.begin >= piece.end) return;',
      what: 'piece . begin >= piece . end is false',
      why: 'nobody reads what would be written where there is no piece; the guard saves the traffic',
    },
  ],
  traffic: [
    { sample: { name: 'long segments', ...scatter(700, 260, 5) } },
    { sample: { name: 'short segments', ...scatter(200, 260, 150) } },
  ],
  special: [
    badData('scatter_add', { ...wrong, index: indices(0, 5, 4) }, 'index[1] is 5; expected 0 … 4', {
      size: 5,
    }),
    badData('scatter_add', { ...wrong, index: indices(0, 1, -1) }, 'index[2] is -1; expected 0 … 4', {
      size: 5,
    }),
    badData('scatter_add', { ...wrong, index: indices(70000, 1, 2) }, 'index[0] is 70000; expected 0 … 299', {
      size: 300,
    }),
  ],
}
