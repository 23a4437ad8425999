import { causalConv1d } from '../../lib/ops/index.ts'
import { uniform, whole } from '../program_job.ts'
import type { Group } from '../row.ts'
import { streamingRow } from './streaming.ts'

const [rows, d, width] = [2048, 1536, 4]

export const causalConv1dRows: Group = {
  name: 'causal_conv1d',
  rows: [
    streamingRow(
      `causal_conv1d ${rows}x${d}, width ${width}, silu`,
      8 * rows * d,
      { x: uniform([rows, d]), weight: uniform([d, width]), bias: uniform([d]), offsets: whole(0, rows) },
      (values) => ({ y: causalConv1d(values, { activation: 'silu' }).y }),
      { work: { exps: rows * d }, peer: { call: 'causal_conv1d', args: { rows, d, width } } },
    ),
  ],
}
