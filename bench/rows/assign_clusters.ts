import { assignClusters } from '../../lib/ops/index.ts'
import { programJob, uniform } from '../program_job.ts'
import type { Group, Row } from '../row.ts'

/** Operations as those of dot products, the cheapest form of a distance. */
function row(rows: number, d: number, k: number): Row {
  const flops = 2 * rows * d * k
  return {
    name: `assign_clusters ${rows}x${d}, ${k} centroids`,
    unit: 'GFLOP/s',
    amount: flops,
    work: { flops, bytes: rows * d * 4 },
    prepare: () =>
      programJob({ x: uniform([rows, d]), centroids: uniform([k, d]) }, (values) => {
        const { index, distance } = assignClusters(values)
        return { index, distance }
      }),
    peers: [{ peer: 'faiss', call: 'assign_clusters', args: { rows, d, k } }],
  }
}

export const assignClustersRows: Group = { name: 'assign_clusters', rows: [row(100_000, 384, 64)] }
