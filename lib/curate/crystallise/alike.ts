import { nearestCentroids } from '../../concepts/domains/clusters.ts'
import { pickRows } from '../../core/rows.ts'
import type { RunOptions } from '../../core/run_options.ts'
import { toFloat32 } from '../../graph/program.ts'
import { programCache } from '../../graph/program_cache.ts'
import type { TraceResult } from '../../graph/trace.ts'
import type { Value } from '../../graph/value.ts'
import { nearestRows } from '../../ops/index.ts'
import { type RandomNumbers, sampleWithout } from '../../ops/random_numbers.ts'

/** Two rows and their cosine. */
export interface AlikePair {
  readonly a: number
  readonly b: number
  readonly cosine: number
}

/** Rows of a cell on average, and rows that are compared with each other at a time. */
const CELL = 128
const BLOCK = 256
/** Neighbours that are looked at for each row. */
const NEIGHBOURS = 8
const programs = programCache(4)

function neighbours(_: null, { queries, rows }: Readonly<Record<string, Value>>): TraceResult {
  const found = nearestRows({ queries: queries!, rows: rows! }, { k: NEIGHBOURS })
  return { outputs: { scores: found.scores, indices: found.indices } }
}

/**
 * Pairs of rows whose cosine is at least `least`: each row with its nearest in its cell. Cells are the surroundings of rows drawn
 * at random, so that of each row a small part of all is looked at, and some pairs are missed; another draw finds others.
 * Time grows as the square of the rows over the size of a cell, on the kernels; memory is that of two numbers a row.
 *
 * @param rows f32 [n · dims], of unit length
 */
export async function* alikePairs(
  rows: Float32Array,
  dims: number,
  least: number,
  numbers: RandomNumbers,
  options: RunOptions,
): AsyncGenerator<AlikePair> {
  const count = rows.length / dims
  const order = await cells(rows, dims, numbers, options)
  const program = programs.get(neighbours, null, {
    queries: { kind: 'input', dtype: 'f32', shape: [BLOCK, dims] },
    rows: { kind: 'input', dtype: 'f32', shape: [BLOCK, dims] },
  })
  const block = new Float32Array(BLOCK * dims)
  // Half of a block is seen again in the next one: a cell that lies across a border is looked at as well.
  for (let first = 0; first < count; first += BLOCK / 2) {
    const members = order.subarray(first, first + BLOCK)
    block.fill(0)
    block.set(pickRows(rows, dims, members))
    const found = await program.run({ queries: block, rows: block }, options)
    const scores = toFloat32(found.scores!)
    const indices = new Int32Array(found.indices!.buffer)
    for (let i = 0; i < members.length * NEIGHBOURS; i++) {
      const [a, b] = [Math.floor(i / NEIGHBOURS), indices[i]!]
      if (scores[i]! < least || b >= members.length || a === b) continue
      yield { a: members[a]!, b: members[b]!, cosine: scores[i]! }
    }
    if (first + BLOCK >= count) break
  }
}

/** All rows, those of a cell beside each other. */
async function cells(
  rows: Float32Array,
  dims: number,
  numbers: RandomNumbers,
  options: RunOptions,
): Promise<Int32Array> {
  const count = rows.length / dims
  const order = Int32Array.from({ length: count }, (_, i) => i)
  if (count <= BLOCK) return order
  const centres = sampleWithout(numbers, Math.ceil(count / CELL), count)
  const { index } = await nearestCentroids(rows, dims, pickRows(rows, dims, centres), options)
  return order.sort((a, b) => index[a]! - index[b]! || a - b)
}
