import type { Value } from '../../graph/value.ts'
import { linear } from '../../layers/linear.ts'
import { layerNorm } from '../../layers/norm.ts'
import type { Weights } from '../../layers/weights.ts'
import { abs, add, concat, div, log, max, mul, reshape, sub } from '../../ops/index.ts'
import type { Compute } from '../../ops/matmul.ts'
import { type InverterConfig, memoryRows } from './config.ts'

export const normEps = 1e-5

/** What a decoder is told of vectors, each of them n rows. */
export interface Told {
  /** What every layer looks at, [n · memoryRows, memoryDims]. */
  readonly memory: Value
  /** Added to each token of a text, [n, dModel]; null where the model has none. */
  readonly sum: Value | null
  /** Words that the text has, as a direction of the table of tokens, [n, dModel]; null where the model has none. */
  readonly hint: Value | null
}

/** The largest element of a vector is taken for so much of what a tanh gives at most. */
const LARGEST = 0.999
/** Keeps the zeros of no vector from 0 / 0. */
const TINY = 1e-9
/** Brings what comes out to about 1. */
const PRE_TANH = 2

/**
 * Reads vectors [n, dims], of zeros for no vector, with how blurred each is, noise [n, 1], 0 … 1: null for a model that
 * does not ask.
 */
export function readVectors(
  config: InverterConfig,
  w: Weights,
  vectors: Value,
  noise: Value | null,
  compute: Compute,
): Told {
  const adapter = w.scope('adapter')
  const read = features(config, vectors, noise)
  const told = (name: string) => linear(adapter.scope(name), read, 'none', compute)
  return {
    memory: unfold(config, adapter, read, compute),
    sum: config.vectorInTokens ? told('sum') : null,
    hint: config.wordHints ? told('hint') : null,
  }
}

/**
 * What the adapter sees of vectors, elements of about 1: they themselves; what was there before a tanh made them, up to
 * a factor, in which the words of a sentence add up; how blurred they are.
 */
export function features(
  { dims, preTanh, noiseRange }: InverterConfig,
  vectors: Value,
  noise: Value | null,
): Value {
  const parts = [mul(vectors, Math.sqrt(dims))]
  if (preTanh) {
    const most = add(max(abs(vectors), [1], { keepDims: true }), TINY)
    const y = mul(div(vectors, most), LARGEST)
    // atanh y, times 2.
    parts.push(mul(sub(log(add(1, y)), log(sub(1, y))), PRE_TANH / 2))
  }
  if (noiseRange !== null) parts.push(noise!)
  return parts.length === 1 ? parts[0]! : concat(parts, 1)
}

/** How many features of a vector there are. */
export function featureCount({ dims, preTanh, noiseRange }: InverterConfig): number {
  return dims * (preTanh ? 2 : 1) + (noiseRange === null ? 0 : 1)
}

/**
 * Each vector unfolded into a short sequence of rows, at several scales (EmbAdapter of Aparecium v2, SentiChain): rows of
 * scale i = out_i gelu(hidden_i e) + what marks them, all under one norm. With `directUnits`, out_i also reads a plain
 * product of e beside those units.
 */
function unfold(config: InverterConfig, adapter: Weights, read: Value, compute: Compute): Value {
  const { scales, memoryDims, directUnits } = config
  const n = read.shape[0]!
  const rows = memoryRows(config)
  const parts = scales.map((_, i) => {
    const scale = adapter.scope(`scales.${i}`)
    const hidden = linear(scale.scope('hidden'), read, 'gelu', compute)
    const all =
      directUnits === 0 ? hidden : concat([hidden, linear(scale.scope('direct'), read, 'none', compute)], 1)
    return linear(scale.scope('out'), all, 'none', compute)
  })
  const unfolded = reshape(concat(parts, 1), [n, rows, memoryDims])
  const marked = add(unfolded, adapter.get('scale_rows'))
  return layerNorm(adapter.scope('norm'), reshape(marked, [n * rows, memoryDims]), normEps)
}
