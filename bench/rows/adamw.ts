import { adamw } from '../../lib/ops/index.ts'
import { uniform } from '../program_job.ts'
import type { Group } from '../row.ts'
import { streamingRow } from './streaming.ts'

const size = 2 ** 24

/** Reads four tensors, writes three. */
export const adamwRows: Group = {
  name: 'adamw',
  rows: [
    streamingRow(
      `adamw of ${size} parameters`,
      28 * size,
      {
        param: { ...uniform([size]), state: true },
        grad: uniform([size]),
        m: { ...uniform([size], -0.1, 0.1), state: true },
        v: { ...uniform([size], 0, 0.1), state: true },
      },
      (values) => {
        const { paramOut, mOut, vOut } = adamw(values, {}, { lr: 'lr', step: 'step' })
        return { param: paramOut, m: mOut, v: vOut }
      },
      { peer: { call: 'adamw', args: { size } }, scalars: { lr: 0.001, step: 10 } },
    ),
  ],
}
