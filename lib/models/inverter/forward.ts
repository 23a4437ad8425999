import type { BindingSpec, TraceResult } from '../../graph/trace.ts'
import type { Value } from '../../graph/value.ts'
import { decoderLayer, type Keys, perHead } from '../../layers/decoder.ts'
import { linear } from '../../layers/linear.ts'
import { layerNorm } from '../../layers/norm.ts'
import { type Weights, weightsOf } from '../../layers/weights.ts'
import { add, concat, embedding, linear as linearOp, mul, packedLinear, reshape } from '../../ops/index.ts'
import type { Compute } from '../../ops/matmul.ts'
import { type InverterConfig, memoryRows } from './config.ts'

const normEps = 1e-5

/**
 * The adapter: each vector unfolded into a short sequence of rows, at several scales (EmbAdapter of Aparecium v2,
 * SentiChain): rows of scale i = out_i gelu(hidden_i e) + what marks them, all under one norm. A vector of zeros
 * stands for no vector. vectors [n, dims]; gives [n · memoryRows, memoryDims].
 */
export function unfold(config: InverterConfig, w: Weights, vectors: Value, compute: Compute): Value {
  const { dims, scales, memoryDims } = config
  const n = vectors.shape[0]!
  const rows = memoryRows(config)
  const adapter = w.scope('adapter')
  // Elements of about 1, as of a normalised row.
  const scaled = mul(vectors, Math.sqrt(dims))
  const parts = scales.map((_, i) => {
    const scale = adapter.scope(`scales.${i}`)
    return linear(scale.scope('out'), linear(scale.scope('hidden'), scaled, 'gelu', compute), 'none', compute)
  })
  const unfolded = reshape(concat(parts, 1), [n, rows, memoryDims])
  const marked = add(unfolded, adapter.get('scale_rows'))
  return layerNorm(adapter.scope('norm'), reshape(marked, [n * rows, memoryDims]), normEps)
}

export interface DecodeParts {
  /** i32 [rows] each: tokens so far, and their places, `start` at 0. */
  readonly ids: Value
  readonly positions: Value
  readonly offsets: Value
  /** What tokens may look back at in layer i: see DecoderOptions. */
  readonly own: (layer: number, kv: Value) => Keys
  readonly memory: (layer: number) => Keys
  readonly compute: Compute
}

/** The decoder (RealizerDecoder of Aparecium v2, pre-norm): the normalised last hidden rows, [rows, dModel]. */
export function decoderBody(config: InverterConfig, w: Weights, parts: DecodeParts): Value {
  const { ids, positions, offsets, own, memory, compute } = parts
  let x = add(
    embedding({ table: w.get('tokens.weight'), ids }),
    embedding({ table: w.get('positions.weight'), ids: positions }),
  )
  for (let i = 0; i < config.layers; i++)
    x = decoderLayer(w.scope(`layers.${i}`), x, {
      heads: config.heads,
      offsets,
      own: (kv) => own(i, kv),
      memory: memory(i),
      compute,
    })
  return layerNorm(w.scope('norm_f'), x, normEps)
}

/** Logits of the next tokens, [rows, vocabulary]: products with the table of tokens, which a loader may have packed. */
export function nextLogits(w: Weights, hidden: Value, compute: Compute): Value {
  const bias = w.get('head.bias')
  const packed = w.find('head.packed')
  return packed
    ? packedLinear({ x: hidden, weight: packed, bias }, { out: bias.shape[0]! })
    : linearOp({ x: hidden, weight: w.get('tokens.weight'), bias }, { compute })
}

/** A memory [n · memoryRows, memoryDims] as the keys and values of layer i, [n · memoryRows, 2 dModel]. */
export function memoryKeys(w: Weights, memory: Value, layer: number, compute: Compute): Value {
  return linear(w.scope(`layers.${layer}.cross.kv`), memory, 'none', compute)
}

/** Sizes of a program over whole texts. */
export interface TextCapacity {
  /** Tokens of all texts, `start` included. */
  readonly rows: number
  readonly texts: number
}

/** Inputs of inverterForward: ids, positions [rows]; offsets [texts + 1]; vectors [texts, dims]; kvRange [texts, 2]. */
export function textInputs(
  { dims }: Pick<InverterConfig, 'dims'>,
  { rows, texts }: TextCapacity,
): Record<string, BindingSpec> {
  return {
    ids: { kind: 'input', dtype: 'i32', shape: [rows], live: 'rows' },
    positions: { kind: 'input', dtype: 'i32', shape: [rows], live: 'rows' },
    offsets: { kind: 'input', dtype: 'i32', shape: [texts + 1] },
    vectors: { kind: 'input', dtype: 'f32', shape: [texts, dims] },
    kvRange: { kind: 'input', dtype: 'i32', shape: [texts, 2] },
  }
}

/** The decoder over whole texts at once: the logits of the token after each, [rows, vocabulary]. */
export function inverterLogits(
  config: InverterConfig,
  values: Readonly<Record<string, Value>>,
  compute: Compute = 'f32',
): Value {
  const w = weightsOf(values)
  const memory = unfold(config, w, w.get('vectors'), compute)
  const hidden = decoderBody(config, w, {
    ids: w.get('ids'),
    positions: w.get('positions'),
    offsets: w.get('offsets'),
    own: (_, kv) => ({ kv, kvRange: null }),
    memory: (layer) => ({
      kv: perHead(memoryKeys(w, memory, layer, compute), config.dModel / config.heads),
      kvRange: w.get('kvRange'),
    }),
    compute,
  })
  return nextLogits(w, hidden, compute)
}

/** inverterLogits as a program. */
export function inverterForward(
  config: InverterConfig,
  values: Readonly<Record<string, Value>>,
): TraceResult {
  return { outputs: { logits: inverterLogits(config, values) } }
}
