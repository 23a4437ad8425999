import { differentiate } from '../../lib/graph/differentiate.ts'
import { type BindingSpec, constant, type TraceResult } from '../../lib/graph/trace.ts'
import type { Value } from '../../lib/graph/value.ts'
import { linear } from '../../lib/layers/linear.ts'
import { l2Normalize, layerNorm } from '../../lib/layers/norm.ts'
import { type Weights, weightsOf } from '../../lib/layers/weights.ts'
import {
  adamw,
  attention,
  binary,
  causalConv1d,
  crossEntropy,
  embedding,
  gather,
  linear as linearOp,
  reduce,
  reshape,
  rmsNorm,
  rope,
  scatterAdd,
  segmentPool,
  slice,
  softmax,
  ssmScan,
  topK,
  transpose,
  unary,
} from '../../lib/ops/index.ts'
import type { Shape } from '../../lib/tensor/shape.ts'
import {
  type Capacity,
  d,
  experts,
  ffn,
  heads,
  ignored,
  inner,
  rank,
  router,
  state,
  vocab,
} from './tiny_data.ts'

const width = 4
const optimiser = { beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0.1 }
export const learningRate = 2e-3

/** Shape, centre and half width of the start values; make_tiny_model.py has the same table. */
export const parameters: Readonly<Record<string, readonly [shape: Shape, centre: number, spread: number]>> = {
  'router.hidden.weight': [[router, d], 0, 0.5],
  'router.hidden.bias': [[router], 0, 0.1],
  'router.out.weight': [[experts, router], 0, 2],
  'router.out.bias': [[experts], 0, 0.1],
  'experts.norm.weight': [[experts, d], 1, 0.2],
  'experts.in_proj.weight': [[experts, 2 * inner, d], 0, 0.3],
  'experts.conv.weight': [[experts, inner, width], 0, 0.6],
  'experts.conv.bias': [[experts, inner], 0, 0.1],
  'experts.x_proj.weight': [[experts, rank + 2 * state, inner], 0, 0.4],
  'experts.dt_proj.weight': [[experts, inner, rank], 0, 0.5],
  'experts.dt_proj.bias': [[experts, inner], -1.5, 1.5],
  'experts.a_log': [[experts, inner, state], 1.2, 1.2],
  'experts.skip': [[experts, inner], 1, 0.2],
  'experts.out_proj.weight': [[experts, d, inner], 0, 0.3],
  'next.weight': [[d, d], 0, 0.3],
  'next.bias': [[d], 0, 0.1],
  'decoder.embedding': [[vocab, d], 0, 0.5],
  'decoder.self_norm.weight': [[d], 1, 0.2],
  'decoder.self_norm.bias': [[d], 0, 0.1],
  'decoder.qkv.weight': [[3 * d, d], 0, 0.3],
  'decoder.self_out.weight': [[d, d], 0, 0.3],
  'decoder.cross_norm.weight': [[d], 1, 0.2],
  'decoder.cross_norm.bias': [[d], 0, 0.1],
  'decoder.cross_q.weight': [[d, d], 0, 0.3],
  'decoder.cross_kv.weight': [[2 * d, d], 0, 0.3],
  'decoder.cross_out.weight': [[d, d], 0, 0.3],
  'decoder.ffn_norm.weight': [[d], 1, 0.2],
  'decoder.ffn_norm.bias': [[d], 0, 0.1],
  'decoder.ffn_up.weight': [[ffn, d], 0, 0.3],
  'decoder.ffn_up.bias': [[ffn], 0, 0.1],
  'decoder.ffn_down.weight': [[d, ffn], 0, 0.2],
  'decoder.ffn_down.bias': [[d], 0, 0.1],
  'decoder.final_norm.weight': [[d], 1, 0.2],
  'decoder.final_norm.bias': [[d], 0, 0.1],
  'decoder.logit_bias': [[vocab], 0, 0.1],
}

/** What a training step is given. Axis 0 of `live` inputs is bounded from run to run when `bounded` is set. */
export function bindings(capacity: Capacity, topK: number, bounded: boolean): Record<string, BindingSpec> {
  const { rows, sequences, pairs, tokens, texts } = capacity
  const input = (shape: Shape, live?: string, dtype: 'f32' | 'i32' = 'i32'): BindingSpec => ({
    kind: 'input',
    dtype,
    shape,
    ...(live !== undefined && bounded ? { live } : {}),
  })
  const states = Object.entries(parameters).flatMap(([name, [shape]]) =>
    ['', 'm/', 'v/'].map((prefix) => [prefix + name, { kind: 'state', dtype: 'f32', shape }] as const),
  )
  return {
    x: input([rows, d], 'rows', 'f32'),
    offsets: input([sequences + 1]),
    routedRow: input([topK * rows], 'routed'),
    routedSequence: input([topK * rows], 'routed'),
    routedOffsets: input([topK * sequences + 1]),
    now: input([pairs], 'pairs'),
    following: input([pairs], 'pairs'),
    perPair: input([1], undefined, 'f32'),
    ids: input([tokens], 'tokens'),
    positions: input([tokens], 'tokens'),
    targets: input([tokens], 'tokens'),
    textOffsets: input([texts + 1]),
    memory: input([texts, 2]),
    perTarget: input([1], undefined, 'f32'),
    frequencies: input([d / heads / 2], undefined, 'f32'),
    ...Object.fromEntries(states),
  }
}

const add = (a: Value, b: Value) => binary({ a, b }, { fn: 'add' })
const multiply = (a: Value, b: Value) => binary({ a, b }, { fn: 'mul' })
const total = (x: Value) => reshape(reduce({ x }, { fn: 'sum', axes: (1 << x.shape.length) - 1 }), [1])

/** One Mamba-1 block (Gu and Dao 2023) per sequence, each by the expert that it was routed to. */
function expertBlock(
  w: Weights,
  x: Value,
  route: { readonly offsets: Value; readonly ofRow: Value; readonly ofSequence: Value },
): Value {
  const { offsets, ofRow, ofSequence } = route
  const project = (name: string, input: Value) =>
    linearOp({ x: input, weight: w.get(`${name}.weight`), expert: ofRow }, { epilogue: 'none' })
  const normed = rmsNorm({ x, weight: w.get('norm.weight'), expert: ofRow }, { eps: 1e-5 })
  const xz = project('in_proj', normed)
  const u = causalConv1d(
    {
      x: slice(xz, 1, 0, inner),
      weight: w.get('conv.weight'),
      bias: w.get('conv.bias'),
      offsets,
      expert: ofSequence,
    },
    { activation: 'silu' },
  ).y
  const selected = project('x_proj', u)
  const { y } = ssmScan(
    {
      u,
      delta: project('dt_proj', slice(selected, 1, 0, rank)),
      aLog: w.get('a_log'),
      b: slice(selected, 1, rank, rank + state),
      c: slice(selected, 1, rank + state, rank + 2 * state),
      skip: w.get('skip'),
      z: slice(xz, 1, inner, 2 * inner),
      deltaBias: w.get('dt_proj.bias'),
      offsets,
      expert: ofSequence,
    },
    { softplus: true },
  )
  return project('out_proj', y)
}

/** The vector after every row: a router sends each sequence to `k` experts and mixes what they add. */
function predict(w: Weights, k: number): Value {
  const x = w.get('x')
  const pooled = segmentPool({ x, offsets: w.get('offsets') }, { fn: 'mean' })
  const hidden = linear(w.scope('router.hidden'), pooled, 'tanh')
  const chosen = topK({ x: softmax({ x: linear(w.scope('router.out'), hidden) }) }, { k })
  // The first choices of all sequences, then their second choices: sequences of their own.
  const routed = (v: Value) => reshape(transpose(v), [v.shape[0]! * k, 1])
  const spread = (v: Value) => gather({ x: v, index: w.get('routedSequence') })
  const ofSequence = routed(chosen.indices)
  const ofRow = spread(ofSequence)
  const block = expertBlock(w.scope('experts'), gather({ x, index: w.get('routedRow') }), {
    offsets: w.get('routedOffsets'),
    ofRow: reshape(ofRow, [ofRow.shape[0]!]),
    ofSequence: reshape(ofSequence, [ofSequence.shape[0]!]),
  })
  const weighted = multiply(block, spread(routed(chosen.values)))
  const mixed = scatterAdd({ x: weighted, index: w.get('routedRow') }, { size: x.shape[0]! })
  return linear(w.scope('next'), add(x, mixed))
}

/** Pre-norm transformer layer over texts that attends to the predicted vectors of their sequences; gives logits. */
function decode(inputs: Weights, memory: Value): Value {
  const w = inputs.scope('decoder')
  const offsets = inputs.get('textOffsets')
  const positions = inputs.get('positions')
  const invFreq = inputs.get('frequencies')
  const perHead = (x: Value, n: number) => reshape(x, [x.shape[0]!, n * heads, d / heads])
  const part = (x: Value, i: number) => slice(x, 1, i * heads, (i + 1) * heads)
  const flat = (x: Value) => reshape(x, [x.shape[0]!, d])
  const turned = (x: Value) => rope({ x, positions, invFreq })
  const norm = (name: string, x: Value) => layerNorm(w.scope(name), x, 1e-5)

  const table = w.get('embedding')
  let x = embedding({ table, ids: inputs.get('ids') })
  const qkv = perHead(linear(w.scope('qkv'), norm('self_norm', x)), 3)
  const own = attention(
    { q: turned(part(qkv, 0)), k: turned(part(qkv, 1)), v: part(qkv, 2), offsets },
    { causal: true, scale: 0 },
  )
  x = add(x, linear(w.scope('self_out'), flat(own)))
  const q = perHead(linear(w.scope('cross_q'), norm('cross_norm', x)), 1)
  const kv = perHead(linear(w.scope('cross_kv'), memory), 2)
  const crossed = attention(
    { q, k: part(kv, 0), v: part(kv, 1), offsets, kvRange: inputs.get('memory') },
    { causal: false, scale: 0 },
  )
  x = add(x, linear(w.scope('cross_out'), flat(crossed)))
  const up = linear(w.scope('ffn_up'), norm('ffn_norm', x), 'gelu')
  x = add(x, linear(w.scope('ffn_down'), up))
  return linearOp(
    { x: norm('final_norm', x), weight: table, bias: w.get('logit_bias') },
    { epilogue: 'none' },
  )
}

export function losses(values: Readonly<Record<string, Value>>, k: number): Record<string, Value> {
  const w = weightsOf(values)
  const predicted = predict(w, k)
  const now = gather({ x: predicted, index: w.get('now') })
  const following = gather({ x: w.get('x'), index: w.get('following') })
  const squares = unary({ x: binary({ a: now, b: following }, { fn: 'sub' }) }, { fn: 'square' })
  const mse = total(multiply(reduce({ x: squares }, { fn: 'mean', axes: 2 }), w.get('perPair')))
  const similarity = total(multiply(multiply(l2Normalize(now), l2Normalize(following)), w.get('perPair')))
  const cosine = binary({ a: constant(predicted, [1], [1]), b: similarity }, { fn: 'sub' })
  const perToken = crossEntropy(
    { logits: decode(w, predicted), targets: w.get('targets') },
    { ignoreIndex: ignored },
  )
  const cross_entropy = total(multiply(perToken, w.get('perTarget')))
  return { mse, cosine, cross_entropy, total: add(add(mse, cosine), cross_entropy) }
}

/** Forward, backward and update as one program. Gives the losses and, named by their parameters, all gradients. */
export function trainingStep(k: number, values: Readonly<Record<string, Value>>): TraceResult {
  const outputs = losses(values, k)
  const names = Object.keys(parameters)
  const gradients = differentiate(
    outputs.total!,
    names.map((name) => values[name]!),
  )
  names.forEach((name, i) => {
    const [param, m, v] = ['', 'm/', 'v/'].map((prefix) => values[prefix + name]!) as [Value, Value, Value]
    adamw({ param, grad: gradients[i]!, m, v }, optimiser, { lr: 'lr', step: 'step' })
  })
  return { outputs: { ...outputs, ...Object.fromEntries(names.map((name, i) => [name, gradients[i]!])) } }
}
