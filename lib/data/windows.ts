import { badArgument, check } from '../core/errors.ts'
import { randomNumbers, sampleWithout } from '../ops/random_numbers.ts'

/** How documents are cut into windows, and windows packed into batches. */
export interface WindowOptions {
  /** Rows of every batch; all there are where there are fewer. */
  readonly rows: number
  /** Longest window. */
  readonly window: number
  /** Documents with fewer rows are left out, and no document is cut into windows that are shorter. */
  readonly minimum: number
  /** Windows of a document that stay side by side when windows are shuffled. */
  readonly together: number
  readonly seed: number
}

/** A run of rows of one document. */
export interface Window {
  /** Index of the document. */
  readonly document: number
  readonly begin: number
  readonly end: number
}

/** Documents cut into windows, and windows packed into batches of equal size. */
export interface Windows {
  /** Rows of every batch. */
  readonly rows: number
  /** Windows of a batch at most. */
  readonly most: number
  /** Batches of an epoch; rows that are left over come in another order in the next one. */
  readonly perEpoch: number
  /** Documents left out because they are too short. */
  readonly tooShort: number
  /** The windows of batch 0, 1, 2…, in order: `rows` rows together. */
  batch(number: number): Window[]
}

/**
 * In each epoch every document is cut into windows, from another place on, and the windows are shuffled and laid one
 * after the other; a batch is the next `rows` rows, and cuts the windows at its ends. Batches depend on the seed and
 * their number alone.
 *
 * @param counts rows of each document
 * @throws VmmError BAD_ARGUMENT for options out of range, and when no document is long enough
 */
export function planWindows(counts: readonly number[], options: WindowOptions): Windows {
  const { window, minimum, seed } = options
  check(Number.isInteger(minimum) && minimum >= 2, 'batch.minimum', minimum, 'a whole number of 2 or more')
  check(
    Number.isInteger(window) && window >= 2 * minimum,
    'batch.window',
    window,
    'twice batch.minimum or more',
  )
  const { together } = options
  check(
    Number.isInteger(together) && together >= 1,
    'batch.together',
    together,
    'a whole number of 1 or more',
  )
  check(
    Number.isInteger(options.rows) && options.rows >= window,
    'batch.rows',
    options.rows,
    'batch.window or more',
  )
  const documents = counts.flatMap((count, i) => (count >= minimum ? [i] : []))
  const total = documents.reduce((sum, i) => sum + counts[i]!, 0)
  if (documents.length === 0)
    throw badArgument('documents', `none of at least ${minimum} sentences`, 'one that is long enough')
  const rows = Math.min(options.rows, total)
  const perEpoch = Math.floor(total / rows)
  let known: { readonly epoch: number; readonly windows: Window[]; readonly starts: Float64Array } | null =
    null
  const epochOf = (epoch: number) => {
    if (known?.epoch === epoch) return known
    const numbers = randomNumbers(seed, epoch)
    const cut = documents.flatMap((document) =>
      grouped(cutDocument(document, counts[document]!, window, minimum, numbers.below(window)), together),
    )
    const windows = Array.from(sampleWithout(numbers, cut.length, cut.length), (i) => cut[i]!).flat()
    const starts = new Float64Array(windows.length + 1)
    for (const [i, { begin, end }] of windows.entries()) starts[i + 1] = starts[i]! + end - begin
    known = { epoch, windows, starts }
    return known
  }
  return {
    rows,
    most: Math.floor(rows / minimum) + 2,
    perEpoch,
    tooShort: counts.length - documents.length,
    batch: (number) => {
      check(Number.isSafeInteger(number) && number >= 0, 'number', number, 'a whole number of 0 or more')
      const { windows, starts } = epochOf(Math.floor(number / perEpoch))
      const from = (number % perEpoch) * rows
      const to = from + rows
      const some: Window[] = []
      for (let i = lastAtMost(starts, from); i < windows.length && starts[i]! < to; i++) {
        const { document, begin } = windows[i]!
        const [start, end] = [Math.max(starts[i]!, from), Math.min(starts[i + 1]!, to)]
        some.push({ document, begin: begin + start - starts[i]!, end: begin + end - starts[i]! })
      }
      return some
    },
  }
}

/** Windows from `phase` on; ends that would be shorter than `minimum` go with their neighbours. */
function cutDocument(
  document: number,
  count: number,
  window: number,
  minimum: number,
  phase: number,
): Window[] {
  if (count <= window) return [{ document, begin: 0, end: count }]
  const cuts = [0]
  for (let at = phase; at <= count - minimum; at += window) if (at >= minimum) cuts.push(at)
  return cuts.map((begin, i) => ({ document, begin, end: cuts[i + 1] ?? count }))
}

/** Neighbours by `size`; the last ones are fewer. */
function grouped<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  )
}

/** The last index whose number is at most `value`, in ascending numbers that begin with 0. */
export function lastAtMost(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (sorted[middle]! <= value) low = middle
    else high = middle - 1
  }
  return low
}
