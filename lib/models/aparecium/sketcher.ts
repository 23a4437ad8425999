import type { CallOptions } from '../../core/run_options.ts'
import { toFloat32 } from '../../graph/program.ts'
import type { TraceResult } from '../../graph/trace.ts'
import type { Value } from '../../graph/value.ts'
import { linear as linearLayer } from '../../layers/linear.ts'
import { weightsOf } from '../../layers/weights.ts'
import { concat, sigmoid } from '../../ops/index.ts'
import type { Checkpoint } from '../../weights/checkpoint.ts'
import type { WeightSet } from '../../weights/weight_set.ts'
import type { TextPlan } from '../inverter/inversion.ts'
import { makeNetwork } from '../network.ts'
import { linear } from './linear_weights.ts'
import type { DerivedWeight, WeightsPart } from './weights.ts'

/** Guesses from a vector what its text has. */
export interface Sketcher {
  /** @param vectors [dims] each */
  plans(vectors: readonly Float32Array[], run: CallOptions): Promise<TextPlan[]>
  dispose(): void
}

/** The checkpoint's names of what a plan says, in its order. */
const HEADS = { url: 'has_url', ticker: 'ticker_logits', address: 'addr_logits', number: 'num_logits' }
const NAMES = Object.keys(HEADS) as (keyof typeof HEADS)[]
const HIDDEN = 'sketcher.net.0.weight'
/** Vectors of a run. */
const SIZE = 64

/** The weights of the sketcher of Aparecium v2; null for a checkpoint without one of that kind. */
export function sketcherPart(checkpoint: Checkpoint, dims: number): WeightsPart | null {
  if (!checkpoint.has(HIDDEN)) return null
  const width = checkpoint.info(HIDDEN).shape[0] ?? 0
  const heads = NAMES.map((name) => `sketcher.${HEADS[name]}`)
  const stacked = (name: 'weight' | 'bias', shape: readonly number[], own: readonly number[]) => ({
    ...{ name: `heads.${name}`, shape, product: name === 'weight' },
    from: Object.fromEntries(heads.map((head) => [`${head}.${name}`, own])),
    make: (all: readonly Value[]) => concat(all, 0),
  })
  const derived: DerivedWeight[] = [
    ...linear('hidden', 'sketcher.net.0', width, dims),
    ...linear('inner', 'sketcher.net.3', width, width),
    stacked('weight', [heads.length, width], [1, width]),
    stacked('bias', [heads.length], [1]),
  ]
  return { checkpoint, prefixes: ['sketcher.'], derived, fixed: [] }
}

function sketch(_: object, values: Readonly<Record<string, Value>>): TraceResult {
  const w = weightsOf(values)
  const hidden = linearLayer(w.scope('hidden'), w.get('vectors'), 'gelu')
  const read = linearLayer(w.scope('inner'), hidden, 'gelu')
  return { outputs: { plans: sigmoid(linearLayer(w.scope('heads'), read)) } }
}

/** A sketcher over its weights; it disposes them. */
export function makeSketcher(dims: number, weights: WeightSet): Sketcher {
  const { config, programs, dispose } = makeNetwork({ dims }, weights)
  const block = async (vectors: readonly Float32Array[], run: CallOptions): Promise<TextPlan[]> => {
    const program = programs.get(sketch, config, {
      ...weights.specs,
      vectors: { kind: 'input', dtype: 'f32', shape: [SIZE, dims], live: 'rows' },
    })
    const given = new Float32Array(vectors.length * dims)
    for (const [i, vector] of vectors.entries()) given.set(vector, i * dims)
    const { signal, threads, device } = run
    const options = { signal, threads, device, scalars: { rows: vectors.length } }
    const plans = toFloat32((await program.run({ ...weights.tensors, vectors: given }, options)).plans!)
    return vectors.map(
      (_, i) =>
        Object.fromEntries(
          NAMES.map((name, n) => [name, plans[i * NAMES.length + n]!]),
        ) as unknown as TextPlan,
    )
  }
  return {
    plans: async (vectors, run) => {
      const all: TextPlan[] = []
      for (let first = 0; first < vectors.length; first += SIZE)
        all.push(...(await block(vectors.slice(first, first + SIZE), run)))
      return all
    },
    dispose,
  }
}
