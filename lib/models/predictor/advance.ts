import type { BindingSpec, TraceResult } from '../../graph/trace.ts'
import type { Value } from '../../graph/value.ts'
import { l2Normalize } from '../../layers/norm.ts'
import { chooseExperts, type Routing, routerLogits } from '../../layers/router.ts'
import { weightsOf } from '../../layers/weights.ts'
import { linear } from '../../ops/index.ts'
import { count, type Shape } from '../../tensor/shape.ts'
import { innerChannels } from '../mamba.ts'
import type { PredictorConfig } from './config.ts'
import { predictorBody, routerInput } from './forward.ts'
import { type PredictorCapacity, predictorInputs, spreadsSequences } from './inputs.ts'

/** A config whose program may be told the router's logits instead of asking the router. */
export interface AdvanceConfig {
  readonly model: PredictorConfig
  readonly givenLogits: boolean
}

/**
 * What a model remembers of its sequences, f32 by name: the last inputs of the convolutions, the states of the scans
 * and, in variant `concept`, the router's fading sum. All of it is zero where a sequence begins. A sequence that is
 * copied for its experts has a state per copy: the first choices of all sequences, then their second ones.
 */
export function predictorStates(config: PredictorConfig, sequences: number): Record<string, Shape> {
  const { dims, dConv, dState, blocks, variant, experts, topK } = config
  const inner = innerChannels(config)
  const copies = spreadsSequences(config) ? topK * sequences : sequences
  const block = (i: number): [string, Shape][] => [
    [`blocks.${i}.conv`, [copies, inner, dConv - 1]],
    [`blocks.${i}.scan`, [copies, inner, dState]],
  ]
  return {
    recent: [sequences, dims, dConv - 1],
    ...Object.fromEntries(Array.from({ length: blocks }, (_, i) => block(i)).flat()),
    ...(variant === 'concept' && experts > 1 ? { memory: [sequences, dims, 1] } : {}),
  }
}

/** Bytes that a model keeps per sequence, whatever its length. */
export function stateBytes(config: PredictorConfig): number {
  return Object.values(predictorStates(config, 1)).reduce((n, shape) => n + 4 * count(shape), 0)
}

/** Bindings of predictorAdvance beside the parameters. */
export function advanceBindings(
  { model, givenLogits }: AdvanceConfig,
  capacity: PredictorCapacity,
): Record<string, BindingSpec> {
  const { prefixOffsets: _, ...inputs } = predictorInputs(model, capacity)
  const { rows, sequences } = capacity
  const chosen = [sequences, model.topK]
  return {
    ...inputs,
    ...(spreadsSequences(model)
      ? {
          experts: { kind: 'input', dtype: 'i32', shape: chosen },
          expertWeights: { kind: 'input', dtype: 'f32', shape: chosen },
        }
      : {}),
    ...(givenLogits
      ? { routerLogits: { kind: 'input', dtype: 'f32', shape: [rows, model.experts], live: 'rows' } }
      : {}),
    ...Object.fromEntries(
      Object.entries(predictorStates(model, sequences)).map(([name, shape]) => [
        `state.${name}`,
        { kind: 'state', dtype: 'f32', shape },
      ]),
    ),
  }
}

/**
 * predictorForward over the next concepts of sequences that it has met before: one or many of each, or none. In
 * variant `sequence` their experts are given, as routeSequences chose them.
 */
export function predictorAdvance(
  { model }: AdvanceConfig,
  values: Readonly<Record<string, Value>>,
): TraceResult {
  const w = weightsOf(values)
  const names = Object.keys(predictorStates(model, 1))
  const state = Object.fromEntries(names.map((name) => [name, w.get(`state.${name}`)]))
  const given = w.find('experts')
  let routing: Routing | null = given && { experts: given, weights: w.get('expertWeights') }
  let memory: Value | null = null
  if (!given && model.experts > 1) {
    const router = routerInput(model, w, state.memory!)
    const logits =
      w.find('routerLogits') ?? routerLogits(w.scope('router'), router.seen, model.centroidWeight)
    routing = chooseExperts(logits, model.topK)
    memory = router.memory
  }
  const { predicted, expected, stateOut } = predictorBody(model, w, routing, state, {})
  const updates = { ...stateOut, ...(memory ? { memory } : {}) }
  return {
    outputs: {
      predicted,
      ...(model.standardised ? { expected } : {}),
      ...(memory ? { experts: routing!.experts, expertWeights: routing!.weights } : {}),
    },
    updates: Object.fromEntries(Object.entries(updates).map(([name, value]) => [`state.${name}`, value])),
  }
}

/**
 * The router alone: seen [n, dims], the sum or mean of what each sequence has shown, gives logits [n, experts], the
 * chosen experts and weights [n, topK], and the cosines to the domains [n, domains], if there are any.
 */
export function routeSequences(
  config: PredictorConfig,
  values: Readonly<Record<string, Value>>,
): TraceResult {
  const w = weightsOf(values)
  const seen = w.get('seen')
  const logits = routerLogits(w.scope('router'), seen, config.centroidWeight)
  const { experts, weights } = chooseExperts(logits, config.topK)
  const centroids = w.find('router.centroids')
  return {
    outputs: {
      logits,
      experts,
      expertWeights: weights,
      ...(centroids ? { cosines: linear({ x: l2Normalize(seen), weight: centroids }) } : {}),
    },
  }
}
