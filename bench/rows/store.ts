import { join } from 'node:path'
import { vectorsFrom } from '../../lib/core/vectors.ts'
import { buildOnce } from '../../lib/io/build_once.ts'
import { openStore } from '../../lib/store/open_store.ts'
import { buildDir } from '../published/folder.ts'
import { random32, randomElements } from '../random.ts'
import type { Group, Job, Row } from '../row.ts'
import { nearestRowsJob } from './nearest_rows.ts'

const [count, dims, k] = [1_000_000, 384, 10]
const space = `random-${dims}`
/** Concepts that are written at a time. */
const BATCH = 8192
/** Raised when stores are written otherwise than before. */
const FORMAT = 1

function uniformVectors(rows: number, next: () => number): Float32Array {
  return randomElements('f32', rows * dims, { low: -1, high: 1 }, next) as Float32Array
}

/** A store of concepts with random vectors. It is written on the first call. */
function randomStore(): Promise<string> {
  return buildOnce(join(buildDir, `store-${FORMAT}`, `${count}x${dims}`), async (folder) => {
    await using store = await openStore(folder)
    await store.addSpace(space, dims)
    const next = random32(1)
    for (let first = 0; first < count; first += BATCH) {
      const rows = Math.min(BATCH, count - first)
      const vectors = uniformVectors(rows, next)
      await store.upsert(
        Array.from({ length: rows }, (_, i) => ({
          id: `concept ${first + i}`,
          text: `the text of concept ${first + i}`,
          vectors: { [space]: vectors.subarray(i * dims, (i + 1) * dims) },
        })),
      )
    }
  })
}

async function searchJob(queries: number): Promise<Job> {
  const store = await openStore(await randomStore(), { create: false })
  const vectors = vectorsFrom(uniformVectors(queries, random32(2)), dims, space)
  return {
    async: true,
    bestSetOnly: true,
    run: (_, { threads }) => store.nearest(vectors, k, { threads }),
    dispose: () => {
      store.dispose().catch(() => {})
    },
  }
}

/** Beside the kernel alone, over rows in memory, which bounds it. */
function row(queries: number): Row {
  const one = queries === 1
  const flops = 2 * queries * count * dims
  const bytes = 4 * count * dims
  return {
    name: `store, mapped ${count}x${dims}, ${queries} ${one ? 'query' : 'queries'}`,
    unit: one ? 'GB/s' : 'GFLOP/s',
    amount: one ? bytes : flops,
    work: { flops, bytes },
    prepare: () => searchJob(queries),
    beside: { name: 'nearest_rows', prepare: () => nearestRowsJob(queries, 'f32') },
  }
}

export const storeRows: Group = { name: 'store', rows: [row(1), row(64)] }
