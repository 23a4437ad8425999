import { badArgument } from '../core/errors.ts'
import type { RunOptions } from '../core/run_options.ts'
import { toFloat32 } from '../graph/program.ts'
import { programCache } from '../graph/program_cache.ts'
import type { BindingSpec, TraceResult } from '../graph/trace.ts'
import type { Value } from '../graph/value.ts'
import { nearestRows } from '../ops/index.ts'
import type { DeviceTensor } from '../tensor/device_tensor.ts'

/** For each query the indices and dot products of its nearest rows, best first: [queries · k]. */
export interface Nearest {
  readonly k: number
  readonly indices: Int32Array
  readonly scores: Float32Array
}

export interface SearchRowsOptions extends RunOptions {
  /** A factor for each row's products: f32 [count]. Rows of factor NaN come last, with score NaN. */
  readonly scales?: DeviceTensor | undefined
}

const queryBuckets = [1, 8, 64]
const programs = programCache(32)

function search(config: { readonly k: number }, values: Readonly<Record<string, Value>>): TraceResult {
  const { queries, rows, scales } = values
  const operands = { queries: queries!, rows: rows! }
  const found = nearestRows(scales === undefined ? operands : { ...operands, scales }, { k: config.k })
  return { outputs: { scores: found.scores, indices: found.indices } }
}

/**
 * Exact search: the k rows with the largest dot product with each query (the cosine where both are unit vectors).
 * queries: f32 [n · dims]; rows: [count, dims]. k is cut to the number of rows.
 */
export async function searchRows(
  queries: Float32Array,
  rows: DeviceTensor,
  k: number,
  { scales, ...options }: SearchRowsOptions = {},
): Promise<Nearest> {
  const [count, dims] = rows.shape as [number, number]
  if (!Number.isInteger(k) || k < 1) throw badArgument('k', String(k), 'a positive integer')
  if (queries.length % dims !== 0)
    throw badArgument('queries', `${queries.length} numbers`, `a multiple of ${dims}`)
  const kept = Math.min(k, count)
  const n = queries.length / dims
  const indices = new Int32Array(n * kept)
  const scores = new Float32Array(n * kept)
  const table = { rows, ...(scales === undefined ? {} : { scales }) }
  const kinds = Object.fromEntries(
    Object.entries(table).map(([name, { dtype, shape }]): [string, BindingSpec] => [
      name,
      { kind: 'weight', dtype, shape },
    ]),
  )
  for (let first = 0; first < n; ) {
    const bucket = queryBuckets.find((b) => b >= n - first) ?? queryBuckets.at(-1)!
    const size = Math.min(bucket, n - first)
    const config = { k: kept }
    const program = programs.get(search, config, {
      queries: { kind: 'input', dtype: 'f32', shape: [bucket, dims], live: 'queries' },
      ...kinds,
    })
    const part = queries.subarray(first * dims, (first + size) * dims)
    const found = await program.run({ queries: part, ...table }, { ...options, scalars: { queries: size } })
    scores.set(toFloat32(found.scores!), first * kept)
    indices.set(new Int32Array(found.indices!.buffer), first * kept)
    first += size
  }
  return { k: kept, indices, scores }
}
