import { bounded } from '../../graph/emit.ts'
import type { TraceResult } from '../../graph/trace.ts'
import type { Value } from '../../graph/value.ts'
import { dropout, dropoutSeed } from '../../layers/dropout.ts'
import { mambaBlock } from '../../layers/mamba.ts'
import { type ExpertChoice, project } from '../../layers/moe.ts'
import { chooseExperts, fadingSum, type Routing, routerLogits } from '../../layers/router.ts'
import { type Weights, weightsOf } from '../../layers/weights.ts'
import {
  add,
  causalConv1d,
  div,
  gather,
  mul,
  random,
  reshape,
  rmsNorm,
  scatterAdd,
  segmentPool,
  slice,
  sub,
  transpose,
} from '../../ops/index.ts'
import type { Compute } from '../../ops/matmul.ts'
import type { PredictorConfig } from './config.ts'

type Values = Readonly<Record<string, Value>>

export interface ForwardOptions {
  /** Operands of the large products; f32 when left out. */
  readonly compute?: Compute | undefined
  /**
   * In training, the share of elements that is left out of what enters a stack, of what each block adds and of what
   * leaves; drawn by the run scalar `seed`. 0 when left out.
   */
  readonly dropout?: number | undefined
  /**
   * In training, the standard deviation of what is added to the router's logits before experts are chosen, so that
   * each expert meets more than its own domains (noisy top-k gating, Shazeer et al. 2017, arXiv 1701.06538); drawn by
   * the run scalar `seed`. 0 when left out.
   */
  readonly routerNoise?: number | undefined
}

/**
 * A predictor as a program. Parameters as in predictorParameters, inputs as in predictorInputs. Gives
 *   predicted [rows, dims]: the vector expected after each row, not of unit length: its direction tells which vector
 *     comes next. A row sees its sequence up to itself, and in variant `sequence` the routing prefix of its sequence:
 *     rows before the prefix's last one have seen the future and count for nothing.
 *   expected [rows, dims]: the same where the vectors of the space lie, to be decoded or read as the next concept. In a
 *     model that is standardised it is `predicted` and the mean of the space; elsewhere the two are one.
 *   routerLogits [n, experts], experts i32 and expertWeights [n, topK], best first: n is the sequences in variant
 *     `sequence`, the rows in variant `concept`. Missing with one expert.
 */
export function predictorForward(
  config: PredictorConfig,
  values: Values,
  options: ForwardOptions = {},
): TraceResult {
  const w = weightsOf(values)
  const seen = config.experts > 1 ? routerInput(config, w, null).seen : null
  const logits = seen && routerLogits(w.scope('router'), seen, config.centroidWeight)
  const { routerNoise = 0 } = options
  const routing = logits && chooseExperts(routerNoise > 0 ? noisy(logits, routerNoise) : logits, config.topK)
  const { predicted, expected } = predictorBody(config, w, routing, null, options)
  return {
    outputs: {
      predicted,
      expected,
      ...(routing ? { routerLogits: logits!, experts: routing.experts, expertWeights: routing.weights } : {}),
    },
  }
}

/** The stream of noise that no dropout draws from. */
const noiseStream = 1 << 20

function noisy(logits: Value, deviation: number): Value {
  const noise = random({ like: logits }, { kind: 'normal', stream: noiseStream }, { seed: dropoutSeed })
  return add(logits, mul(noise, deviation))
}

/** What the router sees: the mean of each sequence's prefix, or at each row a fading sum of the rows so far. */
export function routerInput(
  { variant, dims, routerDecay }: PredictorConfig,
  w: Weights,
  memory: Value | null,
): { readonly seen: Value; readonly memory: Value | null } {
  const x = w.get('x')
  if (variant === 'concept') {
    const { y, stateOut } = fadingSum(x, w.get('offsets'), routerDecay, memory)
    return { seen: y, memory: memory && stateOut }
  }
  // Each sequence is cut in two after its prefix; the halves' means stand side by side.
  const means = segmentPool({ x, offsets: w.get('prefixOffsets') }, { fn: 'mean' })
  const paired = reshape(means, [means.shape[0]! / 2, 2 * dims])
  return { seen: slice(paired, 1, 0, dims), memory: null }
}

/** States of a predictor that goes on where it stopped, by the names of predictorStates. */
export type PredictorState = Readonly<Record<string, Value>>

/** The model behind the router; `routing` is null with one expert. `state` null: sequences begin here. */
export function predictorBody(
  config: PredictorConfig,
  w: Weights,
  routing: Routing | null,
  state: PredictorState | null,
  { compute = 'f32', dropout: rate = 0 }: ForwardOptions,
): { readonly predicted: Value; readonly expected: Value; readonly stateOut: PredictorState } {
  const { blocks } = config
  const space = coordinatesOf(config, w)
  const x = space.read(w.get('x'))
  const offsets = w.get('offsets')
  const recent = causalConv1d({ x, weight: w.get('recent.weight'), offsets, state: state?.recent ?? null })
  const stateOut: Record<string, Value> = state ? { recent: recent.stateOut } : {}

  const spread = routing && config.variant === 'sequence' ? spreadSequences(w, routing) : null
  const route = spread?.route ?? { offsets, expert: null, mixture: routing && choices(routing) }
  const expert = route.expert?.ofRow ?? null
  const entering = spread ? gather({ x, index: spread.row }) : x
  let h = project(w.get('input.weight'), dropout(entering, rate, 0), expert, compute, w.get('input.bias'))
  for (let i = 0; i < blocks; i++) {
    const before = state && { conv: state[`blocks.${i}.conv`]!, scan: state[`blocks.${i}.scan`]! }
    const block = mambaBlock(w.scope(`blocks.${i}`), h, { ...route, compute, state: before }, (added) =>
      dropout(added, rate, 2 + i),
    )
    h = block.y
    if (state) {
      stateOut[`blocks.${i}.conv`] = block.state.conv
      stateOut[`blocks.${i}.scan`] = block.state.scan
    }
  }
  h = dropout(rmsNorm({ x: h, weight: w.get('norm_f.weight'), expert }), rate, 1)
  if (spread) {
    const mixed = scatterAdd({ x: mul(h, spread.weight), index: spread.row }, { size: x.shape[0]! })
    h = x.live === null ? mixed : bounded(mixed, x.live)
  }
  const standard = add(project(w.get('output.weight'), h, null, compute, w.get('output.bias')), recent.y)
  const predicted = space.scaled(standard)
  return { predicted, expected: space.placed(predicted), stateOut }
}

/** From the vectors of the space to the coordinates in which the stack computes, elements of about 1, and back. */
function coordinatesOf({ dims, standardised }: PredictorConfig, w: Weights) {
  if (!standardised)
    return {
      read: (x: Value) => mul(x, Math.sqrt(dims)),
      scaled: (x: Value) => mul(x, 1 / Math.sqrt(dims)),
      placed: (x: Value) => x,
    }
  const [mean, scale] = [w.get('space.mean'), w.get('space.scale')]
  return {
    read: (x: Value) => div(sub(x, mean), scale),
    scaled: (x: Value) => mul(x, scale),
    placed: (x: Value) => add(x, mean),
  }
}

/** The choices of each row, [rows, k], as k choices of all rows. */
function choices({ experts, weights }: Routing): ExpertChoice[] {
  const [rows, k] = experts.shape as [number, number]
  return Array.from({ length: k }, (_, i) => ({
    expert: reshape(slice(experts, 1, i, i + 1), [rows]),
    weight: slice(weights, 1, i, i + 1),
  }))
}

/** A copy of every sequence for each of its experts: the first choices of all sequences, then their second ones. */
function spreadSequences(w: Weights, { experts, weights }: Routing) {
  const n = experts.shape[0]! * experts.shape[1]!
  const row = w.get('routedRow')
  const sequence = w.get('routedSequence')
  const listed = (x: Value) => reshape(transpose(x), [n, 1])
  const spread = (x: Value) => gather({ x: listed(x), index: sequence })
  const route = {
    offsets: w.get('routedOffsets'),
    expert: {
      ofRow: reshape(spread(experts), [row.shape[0]!]),
      ofSequence: reshape(listed(experts), [n]),
    },
    mixture: null,
  }
  return { route, row, weight: spread(weights) }
}
