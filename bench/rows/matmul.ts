import { matmul } from '../../lib/ops/index.ts'
import { programJob, uniform } from '../program_job.ts'
import type { Group, Row } from '../row.ts'

/** y [m, n] = a [m, k] b [k, n]; both are packed in the timed part. */
function row(m: number, k: number, n: number, compute: 'f32' | 'bf16' = 'f32'): Row {
  const flops = 2 * m * k * n
  return {
    name: `matmul ${compute} ${m}x${k}x${n}`,
    unit: 'GFLOP/s',
    amount: flops,
    work: { flops, precision: compute },
    prepare: () =>
      programJob({ a: uniform([m, k], -1, 1, compute), b: uniform([k, n], -1, 1, compute) }, ({ a, b }) => ({
        y: matmul({ a, b }, { compute }),
      })),
    peers: [{ peer: 'torch', call: 'matmul', args: { m, k, n, dtype: compute } }],
  }
}

export const matmulRows: Group = {
  name: 'matmul',
  rows: [
    row(2048, 2048, 2048),
    row(2048, 2048, 2048, 'bf16'),
    row(256, 1536, 768),
    row(31, 127, 513),
    row(8, 512, 512),
  ],
}
