import type { BindingSpec, TraceResult } from '../../graph/trace.ts'
import type { Value } from '../../graph/value.ts'
import { decoderLayer, type Keys, perHead } from '../../layers/decoder.ts'
import { linear } from '../../layers/linear.ts'
import { nextLogits } from '../../layers/next_logits.ts'
import { layerNorm } from '../../layers/norm.ts'
import { type Weights, weightsOf } from '../../layers/weights.ts'
import { add, embedding, mul, reshape, segmentSpread } from '../../ops/index.ts'
import type { Compute } from '../../ops/matmul.ts'
import { normEps, readVectors, type Told } from './adapter.ts'
import type { InverterConfig } from './config.ts'
import { readHypotheses } from './hypotheses.ts'

export interface DecodeParts {
  /** i32 [rows] each: tokens so far, and their places, `start` at 0. */
  readonly ids: Value
  readonly positions: Value
  readonly offsets: Value
  /** What tokens may look back at in layer i: see DecoderOptions. */
  readonly own: (layer: number, kv: Value) => Keys
  readonly memory: (layer: number) => Keys
  /** Of the vector of each row, [rows, dModel]: see Told. */
  readonly sum: Value | null
  readonly hint: Value | null
  readonly compute: Compute
}

/**
 * The decoder (RealizerDecoder of Aparecium v2, pre-norm): the normalised last hidden rows, [rows, dModel]. A hint is
 * added to them as much as they ask for.
 */
export function decoderBody(config: InverterConfig, w: Weights, parts: DecodeParts): Value {
  const { ids, positions, offsets, own, memory, sum, hint, compute } = parts
  let x = add(
    embedding({ table: w.get('tokens.weight'), ids }),
    embedding({ table: w.get('positions.weight'), ids: positions }),
  )
  if (sum !== null) x = add(x, sum)
  for (let i = 0; i < config.layers; i++)
    x = decoderLayer(w.scope(`layers.${i}`), x, {
      heads: config.heads,
      offsets,
      own: (kv) => own(i, kv),
      memory: memory(i),
      compute,
      postNorm: config.postNorm ?? false,
    })
  const last = layerNorm(w.scope('norm_f'), x, normEps)
  if (hint === null) return last
  return add(last, mul(hint, linear(w.scope('hint_gate'), last, 'none', compute)))
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

/**
 * Inputs of inverterForward: ids, positions [rows]; offsets [texts + 1]; vectors [texts, dims]; kvRange [texts, 2]; noise
 * [texts, 1] for a model that is told of it.
 */
export function textInputs(
  config: Pick<InverterConfig, 'dims'> & Partial<Pick<InverterConfig, 'noiseRange'>>,
  { rows, texts }: TextCapacity,
): Record<string, BindingSpec> {
  return {
    ids: { kind: 'input', dtype: 'i32', shape: [rows], live: 'rows' },
    positions: { kind: 'input', dtype: 'i32', shape: [rows], live: 'rows' },
    offsets: { kind: 'input', dtype: 'i32', shape: [texts + 1] },
    vectors: { kind: 'input', dtype: 'f32', shape: [texts, config.dims] },
    kvRange: { kind: 'input', dtype: 'i32', shape: [texts, 2] },
    ...noiseInput(config, texts),
  }
}

/** The input that says how blurred vectors are, for a model that is told. */
export function noiseInput(
  { noiseRange = null }: Partial<Pick<InverterConfig, 'noiseRange'>>,
  vectors: number,
): Record<string, BindingSpec> {
  return noiseRange === null ? {} : { noise: { kind: 'input', dtype: 'f32', shape: [vectors, 1] } }
}

/** The decoder over whole texts at once: the logits of the token after each, [rows, vocabulary]. */
export function inverterLogits(
  config: InverterConfig,
  values: Readonly<Record<string, Value>>,
  compute: Compute = 'f32',
): Value {
  return decodeTexts(config, values, compute).logits
}

/**
 * What the decoder says over whole texts, and what it was told of their vectors; where there are inputs of hypotheses, also
 * what was written for them before.
 */
export function decodeTexts(
  config: InverterConfig,
  values: Readonly<Record<string, Value>>,
  compute: Compute,
): { readonly logits: Value; readonly told: Told } {
  const w = weightsOf(values)
  const told = readVectors(config, w, w.get('vectors'), w.find('noise') ?? null, compute)
  const corrects = w.find('hypothesisIds') !== null
  const memory = corrects ? readHypotheses(config, w, told.memory, compute) : told.memory
  const [ids, offsets] = [w.get('ids'), w.get('offsets')]
  const like = reshape(ids, [ids.shape[0]!, 1])
  const perRow = (x: Value | null) => x && segmentSpread({ x, offsets, like }, { fn: 'copy' })
  const hidden = decoderBody(config, w, {
    ids,
    positions: w.get('positions'),
    offsets,
    own: (_, kv) => ({ kv, kvRange: null }),
    memory: (layer) => ({
      kv: perHead(memoryKeys(w, memory, layer, compute), config.dModel / config.heads),
      kvRange: w.get('kvRange'),
    }),
    sum: perRow(told.sum),
    hint: perRow(told.hint),
    compute,
  })
  return { logits: nextLogits(w, hidden, compute), told }
}

/** inverterLogits as a program. */
export function inverterForward(
  config: InverterConfig,
  values: Readonly<Record<string, Value>>,
): TraceResult {
  return { outputs: { logits: inverterLogits(config, values) } }
}
