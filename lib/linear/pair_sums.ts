import { RUN_OPTIONS, type RunOptions } from '../core/run_options.ts'
import { toFloat32 } from '../graph/program.ts'
import { programCache } from '../graph/program_cache.ts'
import type { TraceResult } from '../graph/trace.ts'
import type { Value } from '../graph/value.ts'
import { matmul, transpose } from '../ops/index.ts'

/** Sums over pairs of rows x [n] and y [m]: all that a linear map from x to y is fitted from. */
export interface PairSums {
  readonly pairs: number
  /** [n] */
  readonly x: Float64Array
  /** [m] */
  readonly y: Float64Array
  /** Σ x xᵀ, [n · n] */
  readonly xx: Float64Array
  /** Σ x yᵀ, [n · m] */
  readonly xy: Float64Array
}

/** Pairs on their way into sums. */
export interface PairSumming {
  /** The memory of the next pair, to be filled at once. */
  next(): { readonly x: Float32Array; readonly y: Float32Array }
  /** Adds the pairs so far where there are many. Called after each pair. */
  settle(): Promise<void> | undefined
  /** Adds what is left. */
  end(): Promise<PairSums>
}

/** Pairs that are multiplied at a time. */
const BLOCK = 2048
const programs = programCache(8)

/** Σ over rows of the products of x with x and with y: xᵀ [x y]. */
function products(_: null, { x, y }: Readonly<Record<string, Value>>): TraceResult {
  const rows = transpose(x!)
  return { outputs: { xx: matmul({ a: rows, b: x! }), xy: matmul({ a: rows, b: y! }) } }
}

/** Sums pairs of n and m numbers. Products are made by the matmul kernel and summed in f64. */
export function sumPairs(
  n: number,
  m: number,
  options: RunOptions & { readonly onProgress?: ((pairs: number) => void) | undefined },
): PairSumming {
  const sums = {
    pairs: 0,
    x: new Float64Array(n),
    y: new Float64Array(m),
    xx: new Float64Array(n * n),
    xy: new Float64Array(n * m),
  }
  const program = programs.get(products, null, {
    x: { kind: 'input', dtype: 'f32', shape: [BLOCK, n] },
    y: { kind: 'input', dtype: 'f32', shape: [BLOCK, m] },
  })
  const run = Object.fromEntries(
    Object.keys(RUN_OPTIONS).map((key) => [key, options[key as keyof RunOptions]]),
  )
  const [x, y] = [new Float32Array(BLOCK * n), new Float32Array(BLOCK * m)]
  let rows = 0
  const flush = async (): Promise<void> => {
    x.fill(0, rows * n) // rows of zeros add nothing
    y.fill(0, rows * m)
    const { xx, xy } = await program.run({ x, y }, run)
    addTo(sums.xx, toFloat32(xx!))
    addTo(sums.xy, toFloat32(xy!))
    addRows(sums.x, x)
    addRows(sums.y, y)
    sums.pairs += rows
    rows = 0
    options.onProgress?.(sums.pairs)
  }
  return {
    next: () => {
      const row = rows++
      return { x: x.subarray(row * n, (row + 1) * n), y: y.subarray(row * m, (row + 1) * m) }
    },
    settle: () => (rows === BLOCK ? flush() : undefined),
    end: async () => {
      if (rows > 0) await flush()
      return sums
    },
  }
}

function addTo(sums: Float64Array, values: Float32Array): void {
  for (let i = 0; i < sums.length; i++) sums[i]! += values[i]!
}

function addRows(sums: Float64Array, rows: Float32Array): void {
  for (let at = 0; at < rows.length; at += sums.length)
    for (let i = 0; i < sums.length; i++) sums[i]! += rows[at + i]!
}
