import type { CallOptions } from '../../core/run_options.ts'
import { searchRows } from '../../store/search_rows.ts'
import { mapFile } from '../../tensor/device_tensor.ts'

/** How a search is executed; never what it finds. */
export type SearchOptions = CallOptions

/** Vectors in a file that is mapped, not read. */
export interface MappedRows {
  /** For each query its `k` nearest rows, best first. `queries` are whole vectors; there are at least `k` rows. */
  nearest(queries: Float32Array, k: number, options?: SearchOptions): Promise<NearestRows>
  dispose(): void
}

/** `k` numbers per query in both arrays. */
export interface NearestRows {
  readonly indices: Int32Array
  readonly scores: Float32Array
}

/** Maps `count` f32 rows of `dims` that begin at byte `begin` of a file. */
export type MapRows = (path: string, begin: number, count: number, dims: number) => MappedRows

/** Rows that native code maps and searches. */
export const mapRows: MapRows = (path, begin, count, dims) => {
  const file = mapFile(path)
  try {
    const rows = file.tensor('f32', [count, dims], begin)
    return {
      nearest: (queries, k, options) => searchRows(queries, rows, k, options),
      dispose: () => rows.dispose(),
    }
  } finally {
    file.dispose() // the rows keep the mapping
  }
}
