import type { VectorDocuments } from '../../data/documents/open.ts'
import type { SpaceCoordinates } from '../../models/predictor/parameters.ts'

/** Vectors that are looked at: mean and scale of so many are known to a hundredth. */
const ENOUGH = 65_536
/** No coordinate counts for less than this share of the mean scale: one that never changes would blow up. */
const LEAST = 0.01

/** Where the vectors of documents lie: mean and standard deviation of each coordinate. Documents are evenly spread. */
export async function spaceCoordinates(
  documents: VectorDocuments,
  indices: readonly number[],
  signal: AbortSignal | undefined,
): Promise<SpaceCoordinates> {
  const { dims } = documents
  const total = indices.reduce((n, i) => n + documents.documents[i]!.count, 0)
  const every = Math.max(1, Math.floor(total / ENOUGH))
  const sums = new Float64Array(dims)
  const squares = new Float64Array(dims)
  let count = 0
  for (let at = 0; at < indices.length; at += every) {
    signal?.throwIfAborted()
    const { vectors } = await documents.document(indices[at]!)
    count += vectors.length / dims
    for (let i = 0; i < vectors.length; i++) {
      sums[i % dims]! += vectors[i]!
      squares[i % dims]! += vectors[i]! ** 2
    }
  }
  const means = sums.map((sum) => sum / count)
  const variances = squares.map((sum, i) => Math.max(0, sum / count - means[i]! ** 2))
  const typical = Math.sqrt(variances.reduce((sum, x) => sum + x, 0) / dims)
  // Vectors that are all the same have no scale: they are read as they are.
  const least = typical > 0 ? LEAST * typical : 1 / Math.sqrt(dims)
  return {
    mean: Float32Array.from(means),
    scale: Float32Array.from(variances, (x) => Math.max(Math.sqrt(x), least)),
  }
}
