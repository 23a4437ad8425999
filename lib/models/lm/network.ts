import type { Compute } from '../../ops/matmul.ts'
import type { WeightSet } from '../../weights/weight_set.ts'
import { makeNetwork, type Network } from '../network.ts'
import { type LanguagePrograms, languagePrograms } from './decoding/programs.ts'
import type { LanguageConfig, LanguageFamily } from './families/define.ts'

/** A published language model that can run. */
export interface LanguageNetwork extends Network<LanguageConfig> {
  readonly family: LanguageFamily
  readonly traced: LanguagePrograms
}

/** @param compute what the products of weights of bf16 multiply */
export function languageNetwork(
  family: LanguageFamily,
  config: LanguageConfig,
  weights: WeightSet,
  compute: Compute,
): LanguageNetwork {
  return { ...makeNetwork(config, weights), family, traced: languagePrograms(family, compute) }
}
