import { check } from '../../core/errors.ts'
import { packTokens } from '../../text/packed_tokens.ts'
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
  check(texts.length <= capacity.texts, 'texts', texts.length, `at most ${capacity.texts} texts`)
  for (const [i, { length }] of texts.entries())
    check(length <= capacityTokens, `texts[${i}]`, `${length} tokens`, `at most ${capacityTokens}`)
  const { rows, ...inputs } = packTokens(
    texts.map((text) => [start, ...text]),
    capacity.texts,
  )
  check(rows <= capacity.rows, 'texts', `${rows} rows`, `at most ${capacity.rows} rows`)
  const targets = new Int32Array(rows)
  for (const [i, text] of texts.entries()) targets.set([...text, end], inputs.offsets[i]!)
  const width = memoryRows(config)
  const kvRange = Int32Array.from({ length: 2 * capacity.texts }, (_, i) => Math.ceil(i / 2) * width)
  return { inputs: { ...inputs, targets, kvRange }, scalars: { rows } }
}
