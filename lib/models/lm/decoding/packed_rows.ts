/** Tokens that come next in a sequence. */
export interface Part {
  readonly sequence: number
  readonly tokens: ArrayLike<number>
  /** The first of them after which something is asked; it is asked after the others as well. Default: the last one. */
  readonly from?: number | undefined
}

/** A token after which something is asked: the place of its part among all, its own from the first such one on, its row. */
export interface AskedRow {
  readonly part: number
  readonly place: number
  readonly row: number
}

/** Some tokens of some sequences as the rows of a run. */
export interface PackedRows {
  readonly rows: number
  readonly inputs: {
    readonly ids: Int32Array
    readonly positions: Int32Array
    readonly sequences: Int32Array
    /** [sequences + 1] */
    readonly offsets: Int32Array
    /** [sequences, 2] */
    readonly seen: Int32Array
  }
  readonly asked: readonly AskedRow[]
}

/**
 * The rows of one run after another, until all parts have been read; they are in the order of their sequences.
 *
 * @param lengths tokens that each sequence has before; counted up as rows are given
 * @param capacity rows that each sequence has in states of kind `tokens`
 */
export function* packRows(
  parts: readonly Part[],
  lengths: number[],
  capacity: number,
  rowsFor: (left: number) => number,
): Generator<PackedRows> {
  const sequences = lengths.length
  const order = parts.map((_, i) => i).sort((a, b) => parts[a]!.sequence - parts[b]!.sequence)
  const done = parts.map(() => 0)
  let left = parts.reduce((sum, { tokens }) => sum + tokens.length, 0)
  while (left > 0) {
    const rows = Math.min(left, rowsFor(left))
    const [ids, positions, ofRow] = [0, 1, 2].map(() => new Int32Array(rows)) as [
      Int32Array,
      Int32Array,
      Int32Array,
    ]
    const counts = new Int32Array(sequences)
    const asked: AskedRow[] = []
    let row = 0
    for (const part of order) {
      const { sequence, tokens, from = tokens.length - 1 } = parts[part]!
      const begin = done[part]!
      const end = Math.min(tokens.length, begin + rows - row)
      if (end === begin) continue
      for (let at = begin; at < end; at++, row++) {
        ids[row] = tokens[at]!
        positions[row] = lengths[sequence]!++
        ofRow[row] = sequence
        if (at >= from) asked.push({ part, place: at - from, row })
      }
      done[part] = end
      counts[sequence]! += end - begin
    }
    const offsets = new Int32Array(sequences + 1)
    const seen = new Int32Array(2 * sequences)
    for (let s = 0; s < sequences; s++) {
      offsets[s + 1] = offsets[s]! + counts[s]!
      seen[2 * s] = s * capacity
      seen[2 * s + 1] = s * capacity + (counts[s]! > 0 ? Math.min(capacity, lengths[s]!) : 0)
    }
    left -= rows
    yield { rows, inputs: { ids, positions, sequences: ofRow, offsets, seen }, asked }
  }
}
