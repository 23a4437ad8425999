import { integers, normal } from '../../../lib/graph/samples.ts'
import { badData, indices } from '../bad_data.ts'
import type { KernelCases } from './cases.ts'

const product = { x: normal([70, 4]), weight: normal([2, 5, 4]) }
const wrongAt = (place: number, value: number) =>
  indices(...Array.from({ length: 70 }, (_, i) => (i === place ? value : i % 2)))
const [height, depth, width] = [131, 77, 150]
const tiles = { name: 'tiles', inputs: { x: normal([height, depth]), weight: normal([width, depth]) } }
const ofTile = 64

export const cases: KernelCases = {
  larger: [
    { name: 'tiles', inputs: { x: normal([67, 21]), weight: normal([131, 21], 0.2), bias: normal([131]) } },
    { name: 'few rows, many outputs', inputs: { x: normal([3, 37]), weight: normal([77, 37], 0.2, 'bf16') } },
    {
      name: 'tiles of experts',
      inputs: { x: normal([90, 9]), weight: normal([3, 66, 9], 0.2), expert: integers([90], 0, 3) },
    },
    {
      name: 'many experts',
      inputs: { x: normal([40, 5]), weight: normal([37, 6, 5], 0.2), expert: integers([40], 0, 37) },
    },
  ],
  traffic: [
    { sample: tiles, counted: 'distinct' },
    {
      // Operands once for each tile.
      sample: tiles,
      least:
        4 * depth * (height * Math.ceil(width / ofTile) + width * Math.ceil(height / ofTile)) +
        8 * height * width,
    },
  ],
  special: [
    badData('linear', { ...product, expert: wrongAt(5, 2) }, 'expert[5] is 2; expected 0 ... 1'),
    badData('linear', { ...product, expert: wrongAt(69, 5000) }, 'expert[69] is 5000; expected 0 ... 1'),
    badData('linear', { ...product, expert: wrongAt(0, -7) }, 'expert[0] is -7; expected 0 ... 1'),
  ],
}
