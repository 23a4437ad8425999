import { type ProgramCache, programCache } from '../graph/program_cache.ts'
import type { WeightSet } from '../weights/weight_set.ts'

/** A model that can run: its config, its weights on the device, and its compiled programs. */
export interface Network<C> extends Disposable {
  readonly config: C
  readonly weights: WeightSet
  readonly programs: ProgramCache
  /** Frees programs and weights; runs under way finish. */
  dispose(): void
}

export function makeNetwork<C>(config: C, weights: WeightSet): Network<C> {
  const programs = programCache()
  const dispose = () => {
    programs.dispose()
    weights.dispose()
  }
  return { config, weights, programs, dispose, [Symbol.dispose]: dispose }
}
