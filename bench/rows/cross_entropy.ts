import { crossEntropy } from '../../lib/ops/index.ts'
import { uniform } from '../program_job.ts'
import type { Group } from '../row.ts'
import { streamingRow } from './streaming.ts'

const [rows, vocab] = [512, 32_000]

export const crossEntropyRows: Group = {
  name: 'cross_entropy',
  rows: [
    streamingRow(
      `cross_entropy ${rows}x${vocab}`,
      4 * rows * vocab,
      { logits: uniform([rows, vocab], -4, 4), targets: uniform([rows], 0, vocab, 'i32') },
      (values) => ({ loss: crossEntropy(values) }),
      { work: { exps: rows * vocab }, peer: { call: 'cross_entropy', args: { rows, vocab } } },
    ),
  ],
}
