/** Texts as packed rows, one row a token: what programs over token ids are given. */
export interface PackedTokens {
  /** i32 [rows] */
  readonly ids: Int32Array
  /** i32 [rows]: index of each token in its text. */
  readonly positions: Int32Array
  /** i32 [capacity + 1]: where each text begins; the last rows' end for texts beyond those given. */
  readonly offsets: Int32Array
  readonly rows: number
}

/**
 * Packs texts, given as token ids, one after another; nothing is padded.
 *
 * @param capacity texts that the program has room for, at least as many as are given
 */
export function packTokens(texts: readonly ArrayLike<number>[], capacity: number): PackedTokens {
  const rows = texts.reduce((sum, { length }) => sum + length, 0)
  const ids = new Int32Array(rows)
  const positions = new Int32Array(rows)
  const offsets = new Int32Array(capacity + 1).fill(rows)
  let row = 0
  for (const [i, tokens] of texts.entries()) {
    offsets[i] = row
    ids.set(tokens, row)
    for (let t = 0; t < tokens.length; t++) positions[row++] = t
  }
  return { ids, positions, offsets, rows }
}
