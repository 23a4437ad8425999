import { check } from '../../core/errors.ts'
import { type InverterConfig, memoryRows } from './config.ts'
import type { TextCapacity } from './forward.ts'

/** What a run over whole texts is given beside their vectors. */
export interface PackedTexts {
  /** ids, positions, targets of `rows`; offsets, kvRange of the whole capacity. */
  readonly inputs: Readonly<Record<'ids' | 'positions' | 'targets' | 'offsets' | 'kvRange', Int32Array>>
  readonly scalars: { readonly rows: number }
}

/**
 * The index inputs of a run over texts: row t of a text has its token t - 1, `start` for t = 0, and its target is
 * token t, or `end` after the last. Texts beyond those given have no rows. Throws VmmError BAD_ARGUMENT where the texts
 * do not fit.
 */
export function packTexts(
  config: InverterConfig,
  capacity: TextCapacity,
  texts: readonly Int32Array[],
): PackedTexts {
  const { start, end, capacityTokens } = config
  const rows = texts.reduce((sum, ids) => sum + ids.length + 1, 0)
  check(texts.length <= capacity.texts, 'texts', texts.length, `at most ${capacity.texts} texts`)
  check(rows <= capacity.rows, 'texts', `${rows} rows`, `at most ${capacity.rows} rows`)
  const [ids, positions, targets] = [0, 1, 2].map(() => new Int32Array(rows)) as [
    Int32Array,
    Int32Array,
    Int32Array,
  ]
  const offsets = new Int32Array(capacity.texts + 1).fill(rows)
  let row = 0
  for (const [i, text] of texts.entries()) {
    check(text.length <= capacityTokens, `texts[${i}]`, `${text.length} tokens`, `at most ${capacityTokens}`)
    offsets[i] = row
    for (let t = 0; t <= text.length; t++, row++) {
      ids[row] = t === 0 ? start : text[t - 1]!
      positions[row] = t
      targets[row] = text[t] ?? end
    }
  }
  const width = memoryRows(config)
  const kvRange = Int32Array.from({ length: 2 * capacity.texts }, (_, i) => Math.ceil(i / 2) * width)
  return { inputs: { ids, positions, targets, offsets, kvRange }, scalars: { rows } }
}
