import { rmsNorm } from '../../lib/ops/index.ts'
import { uniform } from '../program_job.ts'
import type { Group } from '../row.ts'
import { streamingRow } from './streaming.ts'

const [rows, d] = [4096, 768]

export const rmsNormRows: Group = {
  name: 'rms_norm',
  rows: [
    streamingRow(
      `rms_norm ${rows}x${d}`,
      8 * rows * d,
      { x: uniform([rows, d]), weight: uniform([d]) },
      (values) => ({ y: rmsNorm(values) }),
      { peer: { call: 'rms_norm', args: { rows, d } } },
    ),
  ],
}
