import type { BindingSpec } from '../../graph/trace.ts'
import type { Value } from '../../graph/value.ts'
import { encoderLayer } from '../../layers/encoder.ts'
import { linear } from '../../layers/linear.ts'
import { layerNorm } from '../../layers/norm.ts'
import type { Weights } from '../../layers/weights.ts'
import { add, concat, embedding, mul, reshape, sub } from '../../ops/index.ts'
import type { Compute } from '../../ops/matmul.ts'
import { features, normEps } from './adapter.ts'
import { type InverterConfig, memoryRows, memoryStride } from './config.ts'

/** What was written for a vector so far. */
export interface WrittenText {
  readonly tokens: ArrayLike<number>
  /** Its own embedding, [dims], of unit length. */
  readonly embedding: Float32Array
}

/** Tokens of a text of common length: what the difference to another one is multiplied by is about 1. */
const COMMON_TOKENS = 16

/**
 * Inputs of readHypotheses, beside those of the vectors: hypothesisIds, hypothesisPositions i32 [vectors · capacityTokens],
 * the text of vector i from row i · capacityTokens on; hypothesisOffsets i32 [vectors + 1] and hypothesisRange i32
 * [vectors, 2], all rows of each and those with a token; hypothesisVectors f32 [vectors, dims] and hypothesisTokens f32
 * [vectors, 1], how many there are.
 */
export function hypothesisInputs(
  { dims, capacityTokens }: InverterConfig,
  vectors: number,
): Record<string, BindingSpec> {
  const input = (dtype: 'f32' | 'i32', ...shape: number[]): BindingSpec => ({ kind: 'input', dtype, shape })
  return {
    hypothesisIds: input('i32', vectors * capacityTokens),
    hypothesisPositions: input('i32', vectors * capacityTokens),
    hypothesisOffsets: input('i32', vectors + 1),
    hypothesisRange: input('i32', vectors, 2),
    hypothesisVectors: input('f32', vectors, dims),
    hypothesisTokens: input('f32', vectors, 1),
  }
}

/**
 * The inputs of hypothesisInputs, and memoryRange, i32 [2] for each vector: the rows of memory that tell of it. Texts that
 * are not there, or beyond those given, have no rows.
 */
export function packHypotheses(
  config: InverterConfig,
  vectors: number,
  texts: readonly (WrittenText | null)[],
): {
  readonly inputs: Readonly<Record<string, Int32Array | Float32Array>>
  readonly memoryRange: Int32Array
} {
  const { dims, capacityTokens } = config
  const [rows, stride] = [memoryRows(config), memoryStride(config)]
  const hypothesisIds = new Int32Array(vectors * capacityTokens)
  const hypothesisRange = new Int32Array(2 * vectors)
  const hypothesisVectors = new Float32Array(vectors * dims)
  const hypothesisTokens = new Float32Array(vectors)
  const memoryRange = new Int32Array(2 * vectors)
  for (let i = 0; i < vectors; i++) {
    const text = texts[i] ?? null
    const [first, length] = [i * capacityTokens, text?.tokens.length ?? 0]
    hypothesisRange.set([first, first + length], 2 * i)
    memoryRange.set([i * stride, i * stride + (text === null ? rows : 2 * rows + length)], 2 * i)
    if (text === null) continue
    hypothesisIds.set(text.tokens, first)
    hypothesisVectors.set(text.embedding, i * dims)
    hypothesisTokens[i] = length
  }
  return {
    inputs: {
      hypothesisIds,
      hypothesisPositions: Int32Array.from(hypothesisIds, (_, i) => i % capacityTokens),
      hypothesisOffsets: Int32Array.from({ length: vectors + 1 }, (_, i) => i * capacityTokens),
      hypothesisRange,
      hypothesisVectors,
      hypothesisTokens,
    },
    memoryRange,
  }
}

/**
 * Memory that also tells what was written so far, as vec2text's corrector is told (Morris et al. 2023, arXiv 2310.06816):
 * for each vector its own rows, as many of the text's embedding and of the difference of both, and the text's tokens as an
 * encoder reads them. The difference is told per token as well: before the tanh, vectors of sentences are means of what
 * their words add.
 *
 * @param memory [n · memoryRows, memoryDims], of the vectors
 * @returns [n · memoryStride, memoryDims]
 */
export function readHypotheses(config: InverterConfig, w: Weights, memory: Value, compute: Compute): Value {
  const { memoryDims, capacityTokens, hypothesisLayers, heads } = config
  const own = w.scope('hypothesis')
  const vectors = w.get('vectors')
  const n = vectors.shape[0]!
  const rows = memoryRows(config)

  const noise = w.find('noise') ?? null
  const [wanted, written] = [vectors, w.get('hypothesisVectors')].map((x) => features(config, x, noise)) as [
    Value,
    Value,
  ]
  const missing = sub(wanted, written)
  const perToken = mul(missing, mul(w.get('hypothesisTokens'), 1 / COMMON_TOKENS))
  const read = concat([wanted, written, missing, perToken], 1)
  const unfolded = linear(
    own.scope('out'),
    linear(own.scope('hidden'), read, 'gelu', compute),
    'none',
    compute,
  )
  const compared = add(reshape(unfolded, [n, rows, memoryDims]), own.get('rows'))

  let x = add(
    embedding({ table: w.get('tokens.weight'), ids: w.get('hypothesisIds') }),
    embedding({ table: w.get('positions.weight'), ids: w.get('hypothesisPositions') }),
  )
  const [offsets, kvRange] = [w.get('hypothesisOffsets'), w.get('hypothesisRange')]
  for (let i = 0; i < hypothesisLayers; i++)
    x = encoderLayer(own.scope(`layers.${i}`), x, { heads, offsets, kvRange })
  const tokens = reshape(linear(own.scope('tokens'), x, 'none', compute), [n, capacityTokens, memoryDims])

  const normed = (part: Value, name: string, length: number) =>
    reshape(layerNorm(own.scope(name), reshape(part, [n * length, memoryDims]), normEps), [
      n,
      length,
      memoryDims,
    ])
  const all = [
    reshape(memory, [n, rows, memoryDims]),
    normed(compared, 'norm', rows),
    normed(tokens, 'tokens_norm', capacityTokens),
  ]
  return reshape(concat(all, 1), [n * memoryStride(config), memoryDims])
}
