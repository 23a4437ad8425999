import { check } from '../../core/errors.ts'
import { packTokens } from '../../text/packed_tokens.ts'
import { type InverterConfig, memoryRows } from './config.ts'
import type { TextCapacity } from './forward.ts'
import type { Opening } from './habits.ts'

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

/**
 * The same for texts with nothing before their first token: each has two sequences, what is asked for that token and its
 * tokens, token t at place t. It has rows and targets as packTexts gives them.
 */
export function packOpened(
  config: InverterConfig,
  capacity: TextCapacity,
  texts: readonly Int32Array[],
  { asked, told }: Opening,
): PackedTexts {
  const { inputs, scalars } = packTexts(config, capacity, texts)
  const { rows: _, ...packed } = packTokens(
    texts.flatMap((text) => [[asked], text]),
    2 * capacity.texts,
  )
  const kvRange = Int32Array.from(
    { length: 4 * capacity.texts },
    (_, i) => inputs.kvRange[(i >> 2) * 2 + (i & 1)]!,
  )
  const targets = inputs.targets.slice()
  let row = 0
  for (const text of texts) {
    if (text.length > 0) targets[row] = told(text[0]!)
    row += text.length + 1
  }
  return { inputs: { ...packed, kvRange, targets }, scalars }
}

/**
 * How blurred vectors [n · dims] are, each 0 … 1, as noiseInput has it: not at all, and wholly where there is no vector but
 * zeros. Nothing for a model that is not told.
 *
 * @param blurred what is said of the vectors that are there, by their place
 */
export function noiseLevels(
  { dims, noiseRange }: InverterConfig,
  vectors: Float32Array,
  blurred: (vector: number) => number = () => 0,
): Readonly<Record<string, Float32Array>> {
  if (noiseRange === null) return {}
  const isThere = (i: number) => vectors.subarray(i * dims, (i + 1) * dims).some((x) => x !== 0)
  const length = vectors.length / dims
  return { noise: Float32Array.from({ length }, (_, i) => (isThere(i) ? blurred(i) : 1)) }
}

/** The level of a random vector of some length. */
export function noiseLevel([least, most]: readonly [number, number], length: number): number {
  return Math.min(1, Math.max(0, Math.log(length / least) / Math.log(most / least)))
}
