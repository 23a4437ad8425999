import { VmmError } from '../../core/errors.ts'
import { grown } from '../../core/grown.ts'
import type { RunOptions } from '../../core/run_options.ts'
import { createTensor, type DeviceTensor, mapFile, readRows } from '../../tensor/device_tensor.ts'
import { mergeNearest } from '../merge_nearest.ts'
import { type Nearest, searchRows } from '../search_rows.ts'

/** A concept's number and the cosine of its vector. */
export interface Hit {
  readonly number: number
  readonly cosine: number
}

/** The vectors of one space: rows of a file that only grows, mapped and searched where they lie. */
export interface SpaceRows {
  readonly dims: number
  /** Rows in the file that count, with those of concepts that have another one now or are gone. */
  readonly rows: number
  readonly dead: number
  /** The row of a concept; -1 where it has none. */
  rowOf(number: number): number
  /** A copy of the rows of all concepts, by number, as they are now. */
  places(): Int32Array
  /** Adds rows: the concepts that they are of, and one over the length of each vector. */
  append(owners: Uint32Array, factors: Float32Array): void
  /** Maps all rows, which then stay readable when the file is removed. */
  map(): void
  remove(numbers: Uint32Array): void
  /** A copy of the vector in a row. */
  read(row: number): Float32Array
  /** One over its length; 0 for a vector of zeros. */
  scale(row: number): number
  /**
   * The nearest rows of each query of length 1, best first.
   *
   * @param mask concepts that may be found, by number, and how many they are
   */
  nearest(
    queries: Float32Array,
    k: number,
    mask: { readonly mask: Uint8Array; readonly count: number } | null,
    options: RunOptions,
  ): Promise<Hit[][]>
  dispose(): void
}

/** Some consecutive rows of the file, as they are mapped. */
interface Piece {
  readonly first: number
  readonly count: number
  readonly rows: DeviceTensor
  /** Made when they are needed, and anew when a row has died: a search that is under way keeps its own. */
  scales: DeviceTensor | null
}

/** Where fewer than one in so many rows may be found, these are taken out and searched alone. */
const SPARSE = 16

export function spaceRows(path: string, dims: number): SpaceRows {
  let numbers = new Uint32Array(1 << 8)
  /** One over the length of each vector, 0 for a vector of zeros, NaN for a row that does not count any more. */
  let scales = new Float32Array(1 << 8)
  let rowByNumber = new Int32Array(1 << 8).fill(-1)
  let [rows, dead] = [0, 0]
  const pieces: Piece[] = []

  const pieceOf = (row: number) => pieces.find(({ first, count }) => row >= first && row < first + count)
  const kill = (row: number): void => {
    scales[row] = Number.NaN
    dead++
    const piece = pieceOf(row)
    if (piece) piece.scales = null
  }
  /** Maps what has come since; neighbours of like sizes become one, so that there are few of them. */
  const mapped = (): readonly Piece[] => {
    let first = pieces.reduce((sum, { count }) => sum + count, 0)
    if (first === rows) return pieces
    let kept = pieces.length
    while (kept > 0 && pieces[kept - 1]!.count <= 2 * (rows - first)) first = pieces[--kept]!.first
    const file = mapFile(path)
    try {
      const tensor = file.tensor('f32', [rows - first, dims], 4 * first * dims)
      // Searches that are under way go on with those that are replaced, which the garbage collector frees.
      pieces.splice(kept, pieces.length, { first, count: rows - first, rows: tensor, scales: null })
    } finally {
      file.dispose() // the rows keep the mapping
    }
    return pieces
  }
  const read = (row: number): Float32Array => {
    // What is mapped is not asked to be mapped anew: the file may be gone.
    if (pieceOf(row) === undefined) mapped()
    const piece = pieceOf(row)!
    return readRows(piece.rows, row - piece.first, 1)
  }
  /** Rows of concepts that may be found, taken out of the file. As many places as a power of two: few programs are needed. */
  const sparse = async (
    queries: Float32Array,
    k: number,
    mask: Uint8Array,
    options: RunOptions,
  ): Promise<Hit[][]> => {
    const found: number[] = []
    for (let number = 0; number < mask.length; number++)
      if (mask[number] === 1 && rowOf(number) >= 0) found.push(rowOf(number))
    if (found.length === 0) return noHits(queries.length / dims)
    const places = 2 ** Math.ceil(Math.log2(found.length))
    const vectors = new Float32Array(places * dims)
    const factors = new Float32Array(places).fill(Number.NaN)
    for (const [i, row] of found.entries()) {
      vectors.set(read(row), i * dims)
      factors[i] = scales[row]!
    }
    const owners = Uint32Array.from(found, (row) => numbers[row]!)
    using table = createTensor('f32', [places, dims], vectors)
    using factor = createTensor('f32', [places], factors)
    const result = await searchRows(queries, table, k, { ...options, scales: factor })
    return hitsOf(result, (row) => owners[row]!, path)
  }
  const rowOf = (number: number) => (number < rowByNumber.length ? rowByNumber[number]! : -1)

  const searchPiece = async (
    piece: Piece,
    queries: Float32Array,
    k: number,
    mask: Uint8Array | null,
    options: RunOptions,
  ): Promise<Hit[][]> => {
    const { first, count } = piece
    const owners = numbers
    const own = scales.subarray(first, first + count)
    let factors: DeviceTensor
    if (mask === null) factors = piece.scales ??= createTensor('f32', [count], own)
    else {
      const masked = own.slice()
      for (let i = 0; i < count; i++) if (mask[owners[first + i]!] !== 1) masked[i] = Number.NaN
      factors = createTensor('f32', [count], masked)
    }
    try {
      const result = await searchRows(queries, piece.rows, k, { ...options, scales: factors })
      return hitsOf(result, (row) => owners[first + row]!, path)
    } finally {
      if (mask !== null) factors.dispose()
    }
  }
  return {
    dims,
    get rows() {
      return rows
    },
    get dead() {
      return dead
    },
    rowOf,
    places: () => rowByNumber.slice(),
    append: (added, factors) => {
      const n = added.length
      numbers = grown(numbers, rows + n, (length) => new Uint32Array(length))
      scales = grown(scales, rows + n, (length) => new Float32Array(length))
      numbers.set(added, rows)
      scales.set(factors, rows)
      let most = 0
      for (const number of added) most = Math.max(most, number + 1)
      rowByNumber = grown(rowByNumber, most, (length) => new Int32Array(length), -1)
      for (const number of added) {
        if (rowByNumber[number]! >= 0) kill(rowByNumber[number]!)
        rowByNumber[number] = rows++
      }
    },
    remove: (gone) => {
      for (const number of gone) {
        if (rowOf(number) < 0) continue
        kill(rowOf(number))
        rowByNumber[number] = -1
      }
    },
    map: () => {
      mapped()
    },
    read,
    scale: (row) => scales[row]!,
    nearest: async (queries, k, filtered, options) => {
      const n = queries.length / dims
      if (n === 0 || rows === dead) return noHits(n)
      if (filtered !== null && filtered.count * SPARSE < rows) {
        return filtered.count === 0 ? noHits(n) : sparse(queries, k, filtered.mask, options)
      }
      const parts = await Promise.all(
        [...mapped()].map((piece) => searchPiece(piece, queries, k, filtered?.mask ?? null, options)),
      )
      return parts.length === 1 ? parts[0]! : mergeNearest(parts, n, k)
    },
    dispose: () => {
      for (const piece of pieces.splice(0)) free(piece)
    },
  }
}

function free({ rows, scales }: Piece): void {
  rows.dispose()
  scales?.dispose()
}

function noHits(queries: number): Hit[][] {
  return Array.from({ length: queries }, () => [])
}

/** Hits of each query: rows that do not count have NaN, and come last. */
function hitsOf({ k, indices, scores }: Nearest, numberOf: (row: number) => number, path: string): Hit[][] {
  return Array.from({ length: scores.length / k }, (_, query) => {
    const hits: Hit[] = []
    for (let at = query * k; at < (query + 1) * k && !Number.isNaN(scores[at]!); at++) {
      if (!Number.isFinite(scores[at]!)) throw new VmmError('BAD_FILE', `${path}: damaged vectors of a store`)
      hits.push({ number: numberOf(indices[at]!), cosine: scores[at]! })
    }
    return hits
  })
}
