import { layerNorm } from '../../lib/ops/index.ts'
import { uniform } from '../program_job.ts'
import type { Group } from '../row.ts'
import { streamingRow } from './streaming.ts'

const [rows, d] = [4096, 768]

export const layerNormRows: Group = {
  name: 'layer_norm',
  rows: [
    streamingRow(
      `layer_norm ${rows}x${d}`,
      8 * rows * d,
      { x: uniform([rows, d]), weight: uniform([d]), bias: uniform([d]) },
      (values) => ({ y: layerNorm(values) }),
      { peer: { call: 'layer_norm', args: { rows, d } } },
    ),
  ],
}
