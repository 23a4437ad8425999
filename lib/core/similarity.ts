import { badArgument, check } from './errors.ts'
import { dot } from './rows.ts'
import { requireSameSpace } from './space.ts'
import { isVectors, notVectors, type Vectors } from './vectors.ts'

/** One vector: a row of Vectors, or plain numbers. */
export type Row = Float32Array | readonly number[]

/**
 * Cosine of the angle between two vectors, -1 … 1, whatever their Euclidean lengths; 0 where one of them is all zeros.
 *
 * @throws VmmError BAD_ARGUMENT for no numbers, for different counts of them, and for NaN or infinity, naming the element
 * @example
 * ```js
 * import { cosine } from 'vector-mamba'
 *
 * console.log(cosine([1, 0], [1, 1]).toFixed(3)) // 0.707
 * console.log(cosine([1, 2], [2, 4]), cosine([1, 2], [0, 0])) // 1 0
 * ```
 */
export function cosine(a: Row, b: Row): number {
  const [x, y] = [usable('a', a), usable('b', b)]
  if (a.length !== b.length) throw badArgument('b', `${b.length} numbers`, `${a.length}, as many as a has`)
  return cosineOf(dot(x, y), dot(x, x), dot(y, y))
}

/**
 * Cosines of all rows of `a` with all rows of `b`, [a.count][b.count], each as `cosine` gives it. It is computed on the
 * calling thread: for more than some ten thousand pairs, search an index of concepts.
 *
 * @throws VmmError SPACE_MISMATCH for vectors of two spaces; BAD_ARGUMENT for what is no vectors, and for two dims
 * @example
 * ```js
 * import { loadModel, similarity } from 'vector-mamba'
 *
 * const model = await loadModel()
 * const { vectors: questions } = await model.encode(['How do plants grow?'])
 * const { vectors: answers } = await model.encode(['Ships sail on the sea.', 'Plants turn light into sugar.'])
 * const [cosines] = similarity(questions, answers)
 * console.log(cosines[1] > cosines[0]) // true
 * model.dispose()
 * ```
 */
export function similarity(a: Vectors, b: Vectors): number[][] {
  if (!isVectors(a)) throw notVectors('a', a)
  if (!isVectors(b)) throw notVectors('b', b)
  requireSameSpace(a, b)
  if (a.dims !== b.dims) throw badArgument('b', `${b.dims} dimensions`, `${a.dims} dimensions, as a has`)
  const others = Array.from(b, (row) => ({ row, squares: dot(row, row) }))
  return Array.from(a, (row) => {
    const squares = dot(row, row)
    return others.map((other) => cosineOf(dot(row, other.row), squares, other.squares))
  })
}

function cosineOf(ab: number, aa: number, bb: number): number {
  return aa === 0 || bb === 0 ? 0 : Math.max(-1, Math.min(1, ab / Math.sqrt(aa * bb)))
}

/** The row, or one of its direction where f64 cannot hold its squares: those of f32 it always can. */
function usable(name: string, row: Row): Row {
  const ok = row instanceof Float32Array || Array.isArray(row)
  check(ok && row.length > 0, name, row, 'a Float32Array or an array of numbers, at least one')
  const squares = dot(row, row)
  if (squares > 1e-150 && squares < 1e150) return row
  let largest = 0
  for (const [i, x] of row.entries()) {
    check(Number.isFinite(x), `${name}[${i}]`, x, 'a finite number')
    largest = Math.max(largest, Math.abs(x))
  }
  return largest === 0 ? row : Array.from(row, (x) => x / largest)
}
