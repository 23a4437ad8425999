import { dot, lengthOf, unitLength } from '../../core/rows.ts'
import type { CallOptions } from '../../core/run_options.ts'
import { type Vectors, vectorsFrom } from '../../core/vectors.ts'
import { multiply, transposed } from '../../linear/multiply.ts'
import { type Projection, type ProjectionQuality, project } from './projection.ts'

/** Pairs whose neighbours are compared, at most, and neighbours of each. */
const MOST_PAIRS = 2000
const NEIGHBOURS = 10

/**
 * How a projection does on some pairs. Without `to` what comes out is compared with what went in, by its neighbours and by how
 * much of each vector is left.
 */
export async function qualityOf(
  projection: Omit<Projection, 'quality'>,
  from: Vectors,
  to: Vectors | null,
  options: CallOptions,
): Promise<ProjectionQuality> {
  const known = { ...projection, quality: NONE }
  const projected = await project(known, from, options)
  const pairs = from.count
  const kept = to === null ? shareKept(known, from) : compare(projected, to)
  const some = Math.min(pairs, MOST_PAIRS)
  const neighbours = Math.min(NEIGHBOURS, some - 1)
  const [a, b] = [
    await nearestOf(projected, some, neighbours, options),
    await nearestOf(to ?? from, some, neighbours, options),
  ]
  let same = 0
  for (const [i, rows] of a.entries()) for (const row of rows) if (b[i]!.has(row)) same++
  const overlap = neighbours === 0 ? 1 : same / (some * neighbours)
  return { pairs, ...kept, neighbours, overlap }
}

const NONE: ProjectionQuality = { pairs: 0, cosine: 0, error: 0, neighbours: 0, overlap: 0 }

function compare(projected: Vectors, to: Vectors): Pick<ProjectionQuality, 'cosine' | 'error'> {
  const { count, dims } = to
  const mean = new Float64Array(dims)
  for (const row of to) for (const [c, x] of unitLength(row).entries()) mean[c]! += x / count
  let [cosine, squared, spread] = [0, 0, 0]
  for (const [i, row] of [...to].entries()) {
    const [wanted, got] = [unitLength(row), projected.row(i)]
    cosine += dot(wanted, got)
    for (let c = 0; c < dims; c++) {
      squared += (wanted[c]! - got[c]!) ** 2
      spread += (wanted[c]! - mean[c]!) ** 2
    }
  }
  return { cosine: cosine / count, error: spread === 0 ? 0 : squared / spread }
}

/** The mean length of what is left of vectors of length 1, and the share of the sum of squares that is lost. */
function shareKept(
  { weight, toDims }: Projection,
  from: Vectors,
): Pick<ProjectionQuality, 'cosine' | 'error'> {
  let [cosine, lost] = [0, 0]
  for (const vector of from) {
    const row = unitLength(vector)
    const left = new Float32Array(toDims)
    for (const [i, x] of row.entries())
      for (let c = 0; c < toDims; c++) left[c]! += x * weight[i * toDims + c]!
    const length = Math.min(1, lengthOf(left))
    cosine += length
    lost += 1 - length ** 2
  }
  return { cosine: cosine / from.count, error: lost / from.count }
}

/** The nearest others of each of the first rows, among them. */
async function nearestOf(
  vectors: Vectors,
  count: number,
  k: number,
  options: CallOptions,
): Promise<readonly ReadonlySet<number>[]> {
  const { dims, space } = vectors
  const rows = Array.from({ length: count }, (_, i) => unitLength(vectors.row(i)))
  const matrix = { rows: count, columns: dims, data: vectorsFrom(rows, dims, space).toFloat32Array() }
  const { data } = await multiply(matrix, transposed(matrix), options)
  return rows.map((_, i) => {
    const cosines = data.subarray(i * count, (i + 1) * count)
    const others = Array.from(cosines.keys()).filter((j) => j !== i)
    return new Set(others.sort((a, b) => cosines[b]! - cosines[a]!).slice(0, k))
  })
}
