import { topK } from '../../lib/ops/index.ts'
import { uniform } from '../program_job.ts'
import type { Group } from '../row.ts'
import { streamingRow } from './streaming.ts'

const [rows, n, k] = [64, 32_000, 40]

/** Candidates for the next token of beams. */
export const topKRows: Group = {
  name: 'top_k',
  rows: [
    streamingRow(
      `top_k ${rows}x${n}, k=${k}`,
      4 * rows * n,
      { x: uniform([rows, n]) },
      (values) => {
        const { values: largest, indices } = topK(values, { k })
        return { largest, indices }
      },
      { peer: { call: 'top_k', args: { rows, n, k } } },
    ),
  ],
}
