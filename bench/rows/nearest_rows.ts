import { nearestRows } from '../../lib/ops/index.ts'
import { programJob, uniform } from '../program_job.ts'
import type { Group, Job, PeerCall, Row } from '../row.ts'

const [rows, d, k] = [1_000_000, 384, 10]

type Storage = 'f32' | 'bf16' | 'i8'

const bytesOf = { f32: 4, bf16: 2, i8: 1 }

/** The same question to exact searches that people use; they hold f32. */
function searches(queries: number): PeerCall[] {
  const args = { rows, d, queries, k }
  return [
    { peer: 'faiss', call: 'nearest_rows', args },
    { peer: 'usearch', call: 'nearestRows', args },
  ]
}

/** The kernel over rows in memory. */
export function nearestRowsJob(queries: number, dtype: Storage): Job {
  const table = dtype === 'i8' ? uniform([rows, d], -127, 128, dtype) : uniform([rows, d], -1, 1, dtype)
  return programJob({ queries: uniform([queries, d]), rows: table }, (values) => {
    const { scores, indices } = nearestRows(values, { k })
    return { scores, indices }
  })
}

/** One query is bound by the bytes of the rows, many by their products. */
function row(queries: number, dtype: Storage): Row {
  const flops = 2 * queries * rows * d
  const bytes = rows * d * bytesOf[dtype]
  const one = queries === 1
  return {
    name: `nearest_rows ${dtype} ${rows}x${d}, ${queries} ${one ? 'query' : 'queries'}`,
    unit: one ? 'GB/s' : 'GFLOP/s',
    amount: one ? bytes : flops,
    work: { flops, bytes },
    prepare: () => nearestRowsJob(queries, dtype),
    peers: dtype === 'f32' ? searches(queries) : [],
  }
}

export const nearestRowsRows: Group = {
  name: 'nearest_rows',
  rows: [row(1, 'f32'), row(64, 'f32'), row(1, 'bf16'), row(1, 'i8')],
}
