import type { BindingSpec, TraceResult } from '../../graph/trace.ts'
import type { Value } from '../../graph/value.ts'
import { linear } from '../../layers/linear.ts'
import { layerNorm } from '../../layers/norm.ts'
import { type Weights, weightsOf } from '../../layers/weights.ts'
import { concat, embedding, gather, gelu, reshape, sub, where } from '../../ops/index.ts'
import type { Compute } from '../../ops/matmul.ts'
import { t5Encoded, WORDS } from '../lm/families/t5/forward.ts'
import type { Vec2TextConfig } from './config.ts'
import { unfoldings } from './parameters.ts'

/** T5's tokens: of a text's end, which also parts what a corrector reads, and of what is no token. */
export const END = 1
export const PAD = 0
/** Far below any score: such a key gets no share of the attention. */
const UNSEEN = -1e9
const normEps = 1e-5

/** What an encoder is to read for one text. */
export interface Reading {
  readonly target: Float32Array
  /** What was written before, from the decoder's start on, and its own vector; null for a hypothesizer. */
  readonly written: { readonly ids: ArrayLike<number>; readonly vector: Float32Array } | null
}

/** A program over some readings. */
export interface EncodeConfig {
  readonly model: Vec2TextConfig
  readonly compute: Compute
}

/** Sizes of that program. */
export interface EncodeCapacity {
  readonly readings: number
  readonly rows: number
}

/**
 * Bindings of encodeReadings beside the weights: targets and, for a corrector, guesses f32 [readings, dims]; unfolded i32
 * [rows], the unfolded row that a row is, of those of a reading after another; offsets i32 [readings + 1]; kept i32 [kept], the
 * rows that the decoder sees. For a corrector also ids i32 [rows], isToken f32 [rows, 1], and keyScores f32 [rows, 1].
 */
export function encodeBindings(
  { kind, dims }: Vec2TextConfig,
  { readings, rows }: EncodeCapacity,
): Record<string, BindingSpec> {
  const input = (dtype: 'i32' | 'f32', shape: number[], live?: string): BindingSpec => ({
    ...{ kind: 'input', dtype, shape },
    ...(live === undefined ? {} : { live }),
  })
  const corrects = kind === 'corrector'
  return {
    targets: input('f32', [readings, dims]),
    unfolded: input('i32', [rows], 'rows'),
    offsets: input('i32', [readings + 1]),
    kept: input('i32', [rows], 'kept'),
    ...(corrects
      ? {
          guesses: input('f32', [readings, dims]),
          ids: input('i32', [rows], 'rows'),
          isToken: input('f32', [rows, 1], 'rows'),
          keyScores: input('f32', [rows, 1], 'rows'),
        }
      : {}),
  }
}

/**
 * What T5's encoder makes of readings, [kept, width]. A hypothesizer reads a vector, unfolded into some rows. A corrector
 * reads, with a separator before each part: the target, the vector of its hypothesis, and their difference, each unfolded, and
 * the tokens of the hypothesis; all of them go through one LayerNorm.
 */
export function encodeReadings(config: EncodeConfig, values: Readonly<Record<string, Value>>): TraceResult {
  return { outputs: { encoded: encodedRows(config, values) } }
}

/**
 * The same, as a part of a larger program.
 *
 * @param drop what training does to rows and hidden units: dropout
 */
export function encodedRows(
  { model, compute }: EncodeConfig,
  values: Readonly<Record<string, Value>>,
  drop?: (x: Value) => Value,
): Value {
  const w = weightsOf(values, '', compute)
  const { t5 } = model
  const [targets, index, offsets] = [w.get('targets'), w.get('unfolded'), w.get('offsets')]
  const { target, guess, difference } = unfoldings(model)
  const rowsOf = (parts: readonly Value[]) => {
    const all = parts.length === 1 ? parts[0]! : concat(parts, 1)
    return gather({ x: reshape(all, [(all.shape[0]! * all.shape[1]!) / t5.width, t5.width]), index })
  }
  let x: Value
  if (guess !== null && difference !== null) {
    const guesses = w.get('guesses')
    const told = rowsOf([
      unfold(w, target, targets, drop),
      unfold(w, guess, guesses, drop),
      unfold(w, difference, sub(targets, guesses), drop),
    ])
    const tokens = embedding({ table: w.get(WORDS), ids: w.get('ids') })
    x = layerNorm(w.scope('layernorm'), where(w.get('isToken'), tokens, told), normEps)
  } else x = rowsOf([unfold(w, target, targets, drop)])
  const encoded = t5Encoded(t5, w, { x, offsets, keyScores: w.find('keyScores'), drop })
  return gather({ x: encoded, index: w.get('kept') })
}

function unfold(w: Weights, name: string, x: Value, drop: ((x: Value) => Value) | undefined): Value {
  const own = w.scope(name)
  const hidden = drop ? gelu(drop(linear(own.scope('0'), x))) : linear(own.scope('0'), x, 'gelu')
  return linear(own.scope('3'), hidden)
}

/** Rows that a reading has. */
export function readingRows({ kind, repeats }: Vec2TextConfig, { written }: Reading): number {
  return kind === 'hypothesizer' ? repeats : 3 * repeats + 4 + written!.ids.length
}

/** The inputs of encodeBindings, and how many rows of each reading the decoder sees. */
export function packReadings(
  model: Vec2TextConfig,
  capacity: EncodeCapacity,
  readings: readonly Reading[],
): {
  readonly inputs: Readonly<Record<string, Int32Array | Float32Array>>
  readonly scalars: { readonly rows: number; readonly kept: number }
  readonly keptOf: readonly number[]
} {
  const { dims, repeats, kind } = model
  const targets = new Float32Array(capacity.readings * dims)
  const guesses = new Float32Array(capacity.readings * dims)
  const offsets = new Int32Array(capacity.readings + 1)
  const rows: { readonly unfolded: number; readonly id: number; readonly isToken: boolean }[] = []
  const keptOf: number[] = []
  const parts = kind === 'hypothesizer' ? 1 : 3
  for (const [i, { target, written }] of readings.entries()) {
    targets.set(target, i * dims)
    const first = rows.length
    for (let part = 0; part < parts; part++) {
      if (written !== null) rows.push({ unfolded: 0, id: END, isToken: true })
      for (let r = 0; r < repeats; r++)
        rows.push({ unfolded: (i * parts + part) * repeats + r, id: PAD, isToken: false })
    }
    if (written !== null) {
      guesses.set(written.vector, i * dims)
      for (const id of [END, ...Array.from(written.ids)]) rows.push({ unfolded: 0, id, isToken: true })
    }
    offsets.fill(rows.length, i + 1)
    keptOf.push(rows.slice(first).filter((row) => !isHidden(row)).length)
  }
  const kept = Int32Array.from(rows.flatMap((row, at) => (isHidden(row) ? [] : [at])))
  const common = { targets, offsets, kept, unfolded: Int32Array.from(rows, ({ unfolded }) => unfolded) }
  const inputs =
    kind === 'hypothesizer'
      ? common
      : {
          ...common,
          guesses,
          ids: Int32Array.from(rows, ({ id }) => id),
          isToken: Float32Array.from(rows, ({ isToken }) => (isToken ? 1 : 0)),
          keyScores: Float32Array.from(rows, (row) => (isHidden(row) ? UNSEEN : 0)),
        }
  return { inputs, scalars: { rows: rows.length, kept: kept.length }, keptOf }
}

/** What fills a place that the decoder's start has, too: it is read, but not looked at. */
function isHidden({ isToken, id }: { readonly isToken: boolean; readonly id: number }): boolean {
  return isToken && id === PAD
}
