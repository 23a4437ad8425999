/** The nearest rows of each query, best first: `k` numbers per query in both arrays. */
export interface NearestRows {
  readonly rows: Int32Array
  readonly cosines: Float32Array
}

/** Vectors in a file that is mapped, not read. */
export interface MappedRows {
  /**
   * The `k` nearest rows of each query.
   *
   * @param queries whole vectors, one after another
   * @param k       1 to the number of rows
   */
  nearest(queries: Float32Array, k: number, options?: { readonly signal?: AbortSignal }): Promise<NearestRows>
  dispose(): void
}

/** Maps `count` f32 rows of `dims` that begin at byte `begin` of a file. */
export type MapRows = (path: string, begin: number, count: number, dims: number) => MappedRows
