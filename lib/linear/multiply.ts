import type { RunOptions } from '../core/run_options.ts'
import { toFloat32 } from '../graph/program.ts'
import { programCache } from '../graph/program_cache.ts'
import type { TraceResult } from '../graph/trace.ts'
import type { Value } from '../graph/value.ts'
import { matmul } from '../ops/index.ts'

const programs = programCache(16)

/** A matrix in memory, f32 [rows · columns]. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly data: Float32Array
}

function product(_: null, { a, b }: Readonly<Record<string, Value>>): TraceResult {
  return { outputs: { c: matmul({ a: a!, b: b! }) } }
}

/** A B by the matmul kernel. The columns of A are as many as the rows of B. */
export async function multiply(a: Matrix, b: Matrix, options: RunOptions): Promise<Matrix> {
  const program = programs.get(product, null, {
    a: { kind: 'input', dtype: 'f32', shape: [a.rows, a.columns] },
    b: { kind: 'input', dtype: 'f32', shape: [b.rows, b.columns] },
  })
  const { c } = await program.run({ a: a.data, b: b.data }, options)
  return { rows: a.rows, columns: b.columns, data: toFloat32(c!) }
}

export function transposed({ rows, columns, data }: Matrix): Matrix {
  const turned = new Float32Array(data.length)
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) turned[j * rows + i] = data[i * columns + j]!
  return { rows: columns, columns: rows, data: turned }
}
