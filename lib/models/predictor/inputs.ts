import { badArgument, check } from '../../core/errors.ts'
import type { BindingSpec } from '../../graph/trace.ts'
import type { PredictorConfig } from './config.ts'
import { parameterBindings } from './parameters.ts'

/** Sizes of a program: what a run may have at most. */
export interface PredictorCapacity {
  /** Concepts of all sequences. */
  readonly rows: number
  readonly sequences: number
}

/** Whether sequences are copied, once per expert that they are sent to. */
export function spreadsSequences({ variant, experts }: PredictorConfig): boolean {
  return variant === 'sequence' && experts > 1
}

/**
 * Inputs of predictorForward. `x` f32 [rows, dims] has the concepts of all sequences one after the other, rows beyond
 * the run scalar `rows` do not count. The others are made by packSequences.
 */
export function predictorInputs(
  config: PredictorConfig,
  { rows, sequences }: PredictorCapacity,
): Record<string, BindingSpec> {
  const indices = (size: number, live?: string): BindingSpec => ({
    kind: 'input',
    dtype: 'i32',
    shape: [size],
    ...(live === undefined ? {} : { live }),
  })
  const k = config.topK
  return {
    x: { kind: 'input', dtype: 'f32', shape: [rows, config.dims], live: 'rows' },
    offsets: indices(sequences + 1),
    ...(spreadsSequences(config)
      ? {
          prefixOffsets: indices(2 * sequences + 1),
          routedRow: indices(k * rows, 'routed'),
          routedSequence: indices(k * rows, 'routed'),
          routedOffsets: indices(k * sequences + 1),
        }
      : {}),
  }
}

/** All bindings of predictorForward: its inputs, and its parameters as states that a trainer updates. */
export function predictorBindings(
  config: PredictorConfig,
  capacity: PredictorCapacity,
): Record<string, BindingSpec> {
  return { ...predictorInputs(config, capacity), ...parameterBindings(config) }
}

/** What a run of packed sequences is given beside `x`. */
export interface PackedSequences {
  readonly inputs: Readonly<Record<string, Int32Array>>
  readonly scalars: { readonly rows: number; readonly routed: number }
}

/**
 * The index inputs of a run over sequences of the given lengths. `prefixes`: the first concepts of each sequence that
 * the router may see, at most all of it; they matter in variant `sequence` alone. A row predicts in fairness from the
 * prefix's last row on. Throws VmmError BAD_ARGUMENT where the sequences do not fit.
 */
export function packSequences(
  config: PredictorConfig,
  { rows: most, sequences }: PredictorCapacity,
  lengths: readonly number[],
  prefixes: readonly number[] = lengths,
): PackedSequences {
  check(lengths.length <= sequences, 'lengths', lengths, `at most ${sequences} sequences`)
  check(prefixes.length === lengths.length, 'prefixes', prefixes, `${lengths.length} numbers`)
  const offsets = new Int32Array(sequences + 1)
  const prefixOffsets = new Int32Array(2 * sequences + 1)
  let rows = 0
  for (let s = 0; s < sequences; s++) {
    const length = lengths[s] ?? 0
    const prefix = prefixes[s] ?? 0
    if (!Number.isInteger(length) || length < 0)
      throw badArgument(`lengths[${s}]`, String(length), 'a whole number of 0 or more')
    if (!Number.isInteger(prefix) || prefix < 0 || prefix > length)
      throw badArgument(`prefixes[${s}]`, String(prefix), `0 … ${length}, the length of the sequence`)
    prefixOffsets[2 * s + 1] = rows + prefix
    rows += length
    offsets[s + 1] = rows
    prefixOffsets[2 * s + 2] = rows
  }
  check(rows <= most, 'lengths', `${rows} concepts`, `at most ${most} concepts`)
  if (!spreadsSequences(config)) return { inputs: { offsets }, scalars: { rows, routed: 0 } }
  const k = config.topK
  const routedRow = new Int32Array(k * rows)
  const routedSequence = new Int32Array(k * rows)
  const routedOffsets = new Int32Array(k * sequences + 1)
  for (let choice = 0; choice < k; choice++)
    for (let s = 0; s < sequences; s++) {
      const number = choice * sequences + s
      routedOffsets[number + 1] = choice * rows + offsets[s + 1]!
      for (let row = offsets[s]!; row < offsets[s + 1]!; row++) {
        routedRow[choice * rows + row] = row
        routedSequence[choice * rows + row] = number
      }
    }
  return {
    inputs: { offsets, prefixOffsets, routedRow, routedSequence, routedOffsets },
    scalars: { rows, routed: k * rows },
  }
}
