import { add, mul, silu } from '../../lib/ops/index.ts'
import { uniform } from '../program_job.ts'
import type { Group } from '../row.ts'
import { streamingRow } from './streaming.ts'

const [rows, d] = [4096, 768]

/** A gate and a residual, which the graph makes one node of. */
export const chainRows: Group = {
  name: 'chain',
  rows: [
    streamingRow(
      `silu(x) * gate + residual ${rows}x${d}`,
      16 * rows * d,
      { x: uniform([rows, d]), gate: uniform([rows, d]), residual: uniform([rows, d]) },
      ({ x, gate, residual }) => ({ y: add(mul(silu(x), gate), residual) }),
      { peer: { call: 'gated', args: { rows, d } } },
    ),
  ],
}
