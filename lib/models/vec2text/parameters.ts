import { linearParameters, normParameters, type ParameterSpecs } from '../../weights/specs.ts'
import { t5Parameters } from '../lm/families/t5/family.ts'
import type { Vec2TextConfig } from './config.ts'

/** The layers that unfold the vectors which a model reads; null for those that it does not. */
export interface Unfoldings {
  readonly target: string
  readonly guess: string | null
  /** Of target and guess. */
  readonly difference: string | null
}

/** By their names in the checkpoint, whose numbers are not in the order in which a corrector reads. */
export function unfoldings({ kind, isShared }: Pick<Vec2TextConfig, 'kind' | 'isShared'>): Unfoldings {
  if (kind === 'hypothesizer') return { target: 'embedding_transform', guess: null, difference: null }
  const name = (i: number) => (isShared ? 'embedding_transform' : `embedding_transform_${i}`)
  return { target: name(1), guess: name(3), difference: name(2) }
}

/** Every parameter of a model of vec2text by name. */
export function vec2textParameters(config: Vec2TextConfig): ParameterSpecs {
  const { t5, dims, bottleneck, repeats, kind } = config
  const unfolding = (name: string): ParameterSpecs => ({
    ...linearParameters(`${name}.0`, bottleneck, dims),
    ...linearParameters(`${name}.3`, repeats * t5.width, bottleneck),
  })
  return Object.assign(
    {},
    t5Parameters(t5),
    ...[...new Set<string | null>(Object.values(unfoldings(config)))].map((name) => name && unfolding(name)),
    kind === 'corrector' ? normParameters('layernorm', t5.width) : {},
  )
}
