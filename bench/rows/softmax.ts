import { softmax } from '../../lib/ops/index.ts'
import { uniform } from '../program_job.ts'
import type { Group } from '../row.ts'
import { streamingRow } from './streaming.ts'

const [rows, n] = [4096, 1024]

export const softmaxRows: Group = {
  name: 'softmax',
  rows: [
    streamingRow(
      `softmax ${rows}x${n}`,
      8 * rows * n,
      { x: uniform([rows, n], -4, 4) },
      (values) => ({ y: softmax(values) }),
      { work: { exps: rows * n }, peer: { call: 'softmax', args: { rows, n } } },
    ),
  ],
}
