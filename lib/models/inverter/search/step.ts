import type { BindingSpec, TraceResult } from '../../../graph/trace.ts'
import type { Value } from '../../../graph/value.ts'
import { perHead } from '../../../layers/decoder.ts'
import { nextLogits } from '../../../layers/next_logits.ts'
import { type Weights, weightsOf } from '../../../layers/weights.ts'
import {
  add,
  cacheAppend,
  crossEntropy,
  gather,
  mul,
  reshape,
  slice,
  sub,
  takeAlong,
  topK,
} from '../../../ops/index.ts'
import type { Shape } from '../../../tensor/shape.ts'
import { readVectors, type Told } from '../adapter.ts'
import { type InverterConfig, memoryStride } from '../config.ts'
import { decoderBody, memoryKeys, noiseInput } from '../forward.ts'
import { hypothesisInputs, readHypotheses } from '../hypotheses.ts'

/** A program that takes hypotheses one token further. */
export interface StepConfig {
  readonly model: InverterConfig
  /** Vectors that have a memory, and hypotheses at most. */
  readonly vectors: number
  readonly rows: number
  /** What is told of the next token: the k most likely ones, and the logits of `asked` others that the run names. */
  readonly k: number
  readonly asked: number
  /** 0: every hypothesis has one row. Else two, the second without its vector: see nextTokens. */
  readonly guidance: number
}

/** Rows of the decoder in a run at most. */
export function decoderRows({ rows, guidance }: StepConfig): number {
  return guidance === 0 ? rows : 2 * rows
}

/** What the model is told of a vector beside its memory. */
export function alsoTold({ vectorInTokens, wordHints }: InverterConfig): ('sum' | 'hint')[] {
  return [...(vectorInTokens ? ['sum' as const] : []), ...(wordHints ? ['hint' as const] : [])]
}

/**
 * What a decoding keeps: memory.i, memory.sum and memory.hint [vectors, dModel] (see Told), and cache.i [steps, rows, 2
 * dModel], the keys and values of all steps.
 */
export function stepStates(config: StepConfig): Record<string, Shape> {
  const { model, vectors } = config
  const layers = Array.from({ length: model.layers }, (_, i) => i)
  const cache = [model.capacityTokens + 1, decoderRows(config), 2 * model.dModel]
  return Object.fromEntries([
    ...layers.map((i): [string, Shape] => [`memory.${i}`, [vectors * memoryStride(model), 2 * model.dModel]]),
    ...alsoTold(model).map((name): [string, Shape] => [`memory.${name}`, [vectors, model.dModel]]),
    ...layers.map((i): [string, Shape] => [`cache.${i}`, cache]),
  ])
}

const states = (config: StepConfig, of: string): Record<string, BindingSpec> =>
  Object.fromEntries(
    Object.entries(stepStates(config)).flatMap(([name, shape]): [string, BindingSpec][] =>
      name.startsWith(of) ? [[name, { kind: 'state', dtype: 'f32', shape }]] : [],
    ),
  )

/** Bindings of fillMemory beside the parameters. */
export function memoryBindings(config: StepConfig): Record<string, BindingSpec> {
  return {
    vectors: { kind: 'input', dtype: 'f32', shape: [config.vectors, config.model.dims] },
    ...noiseInput(config.model, config.vectors),
    ...(config.model.hypothesisLayers > 0 ? hypothesisInputs(config.model, config.vectors) : {}),
    ...states(config, 'memory.'),
  }
}

/** Unfolds vectors [vectors, dims] into the keys and values, and what else is told, that all their hypotheses share. */
export function fillMemory(config: StepConfig, values: Readonly<Record<string, Value>>): TraceResult {
  const w = weightsOf(values)
  const { model } = config
  const told = readVectors(model, w, w.get('vectors'), w.find('noise') ?? null, 'f32')
  const memory = model.hypothesisLayers > 0 ? readHypotheses(model, w, told.memory, 'f32') : told.memory
  const layers = Array.from({ length: model.layers }, (_, i): [string, Value] => [
    `memory.${i}`,
    memoryKeys(w, memory, i, 'f32'),
  ])
  const others = alsoTold(model).map((name): [string, Value] => [`memory.${name}`, told[name]!])
  return { outputs: {}, updates: Object.fromEntries([...layers, ...others]) }
}

/**
 * Bindings of nextTokens beside the parameters: ids, positions i32 [rows], the last token of each row and its place;
 * history i32 [keys], the entries of the cache (step · rows + row) that each row looks back at, its own last, row after
 * row, as ownRange i32 [rows, 2] says; place i32 [rows] 0, 1, 2 …; memoryRange i32 [rows, 2]; vector i32 [rows] for a
 * model that is told more than a memory. With guidance the inputs
 * told, untold i32 [hypotheses]: the two rows of each hypothesis. asked i32 [hypotheses, asked].
 */
export function stepBindings(config: StepConfig): Record<string, BindingSpec> {
  const { model, asked, guidance } = config
  const rows = decoderRows(config)
  const indices = (shape: Shape, live?: string): BindingSpec => ({
    kind: 'input',
    dtype: 'i32',
    shape,
    ...(live === undefined ? {} : { live }),
  })
  const hypotheses = guidance === 0 ? 'rows' : 'hypotheses'
  return {
    ids: indices([rows], 'rows'),
    positions: indices([rows], 'rows'),
    place: indices([rows], 'rows'),
    offsets: indices([rows + 1]),
    history: indices([rows * (model.capacityTokens + 1)], 'keys'),
    ownRange: indices([rows, 2]),
    memoryRange: indices([rows, 2]),
    ...(alsoTold(model).length > 0 ? { vector: indices([rows], 'rows') } : {}),
    ...(guidance === 0
      ? {}
      : { told: indices([config.rows], hypotheses), untold: indices([config.rows], hypotheses) }),
    ...(asked === 0 ? {} : { asked: indices([config.rows, asked], hypotheses) }),
    ...states(config, ''),
  }
}

/**
 * One step of decoding. Gives for each hypothesis the k largest logits and their tokens, [hypotheses, k]; `surprise`
 * f32 [hypotheses], the negative log-probability of the first of them; with `asked`, the logits of these tokens.
 * With guidance g the hidden row is u + g (c - u), of c with and u without the vector: their logits are mixed so, and
 * with g > 1 what the vector adds is exaggerated (classifier-free guidance, Ho and Salimans, arXiv 2207.12598).
 */
export function nextTokens(config: StepConfig, values: Readonly<Record<string, Value>>): TraceResult {
  const { model, k, asked, guidance } = config
  const w = weightsOf(values)
  const heads = model.dModel / model.heads
  const updates: Record<string, Value> = {}
  const rows = w.get('ids')
  const hidden = decoderBody(model, w, {
    ids: rows,
    positions: w.get('positions'),
    offsets: w.get('offsets'),
    own: (layer, kv) => {
      const name = `cache.${layer}`
      const x = reshape(kv, [kv.shape[0]!, 2 * model.dModel])
      const cache = cacheAppend({ cache: w.get(name), x, slot: w.get('positions'), position: w.get('place') })
      updates[name] = cache
      const entries = reshape(cache, [cache.shape[0]! * cache.shape[1]!, 2 * model.dModel])
      return { kv: perHead(entries, heads), kvRange: w.get('ownRange'), keyIndex: w.get('history') }
    },
    memory: (layer) => ({
      kv: perHead(w.get(`memory.${layer}`), heads),
      kvRange: w.get('memoryRange'),
    }),
    ...toldPerRow(w),
    compute: 'f32',
  })
  const mixed = guidance === 0 ? hidden : guided(hidden, w.get('told'), w.get('untold'), guidance)
  const logits = nextLogits(w, mixed, 'f32')
  const best = topK({ x: logits }, { k })
  const first = reshape(slice(best.indices, 1, 0, 1), [logits.shape[0]!])
  return {
    outputs: {
      logits: best.values,
      tokens: best.indices,
      surprise: crossEntropy({ logits, targets: first }),
      ...(asked === 0 ? {} : { asked: takeAlong({ x: logits, index: w.get('asked') }) }),
    },
    updates,
  }
}

function toldPerRow(w: Weights): Pick<Told, 'sum' | 'hint'> {
  const of = (name: string): Value | null => {
    const told = w.find(`memory.${name}`)
    return told ? gather({ x: told, index: w.get('vector') }) : null
  }
  return { sum: of('sum'), hint: of('hint') }
}

function guided(hidden: Value, told: Value, untold: Value, guidance: number): Value {
  const without = gather({ x: hidden, index: untold })
  return add(without, mul(sub(gather({ x: hidden, index: told }), without), guidance))
}
