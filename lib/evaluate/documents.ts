import { badArgument } from '../core/errors.ts'
import type { RunOptions } from '../core/run_options.ts'

/** A document as a sequence of concept vectors. */
export interface DocumentVectors {
  readonly id: string
  /** Its domain or book; '' when unknown. */
  readonly group: string
  /** Number of vectors. */
  readonly count: number
  /** f32 [count · dims] */
  readonly vectors: Float32Array
}

/** Documents at once, or one after another as they are read. */
export type Documents = Iterable<DocumentVectors> | AsyncIterable<DocumentVectors>

/** Something that predicts the next vector of a document. */
export interface Predicts {
  /**
   * For each position t the vector expected at row t + 1, made from rows 0 … t alone: f32 [positions · dims], of any
   * length but 0.
   *
   * @param positions ascending, all below `document.count - 1`
   */
  predictNext(document: DocumentVectors, positions: Int32Array, options: RunOptions): Promise<Float32Array>
  /** How blurred an inverter is told that they are: see InvertOptions. Left out, the best of some levels counts. */
  readonly blur?: number | undefined
}

/** Throws VmmError BAD_ARGUMENT for vectors of another size and for NaN or infinity, naming document and row. */
export function checkDocument({ id, count, vectors }: DocumentVectors, dims: number): void {
  if (vectors.length !== count * dims)
    throw badArgument(
      `document ${JSON.stringify(id)}`,
      `${vectors.length} numbers`,
      `${count} rows of ${dims}`,
    )
  const bad = vectors.findIndex((x) => !Number.isFinite(x))
  if (bad >= 0)
    throw badArgument(
      `document ${JSON.stringify(id)}, vector ${Math.floor(bad / dims)}`,
      String(vectors[bad]),
      'finite numbers',
    )
}

/** Positions with at least `context` rows up to and with them, and a row after them. */
export function positionsOf({ count }: DocumentVectors, context: number): Int32Array {
  return Int32Array.from({ length: Math.max(0, count - context) }, (_, i) => context - 1 + i)
}
