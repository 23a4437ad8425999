import type { T5Config } from '../../models/lm/families/t5/config.ts'
import type { Vec2TextConfig } from '../../models/vec2text/config.ts'
import { vec2textParameters } from '../../models/vec2text/parameters.ts'
import type { ParameterSpec, ParameterSpecs } from '../../weights/specs.ts'

/** The standard deviations with which T5 begins (mesh_tensorflow's, as transformers has them), by the ends of names. */
const deviations = ({ width, heads, headWidth, ffn }: T5Config): readonly (readonly [RegExp, number])[] => [
  [/^shared\.weight$/, 1],
  [/relative_attention_bias\.weight$/, width ** -0.5],
  [/Attention\.q\.weight$/, (width * headWidth) ** -0.5],
  [/Attention\.[kv]\.weight$/, width ** -0.5],
  [/Attention\.o\.weight$/, (heads * headWidth) ** -0.5],
  [/DenseReluDense\.wi(_[01])?\.weight$/, width ** -0.5],
  [/DenseReluDense\.wo\.weight$/, ffn ** -0.5],
]

/**
 * The parameters of a model in training, with what they begin with. A tied head has none of its own. Queries are not scaled in
 * T5, so that other start values would leave its attention to one key alone, or to all.
 */
export function trainedParameters(config: Vec2TextConfig): ParameterSpecs {
  const { t5 } = config
  const begin = deviations(t5)
  const all = Object.entries(vec2textParameters(config)).filter(
    ([name]) => !(t5.isTied && name === 'head.weight'),
  )
  return Object.fromEntries(
    all.map(([name, spec]): [string, ParameterSpec] => {
      const deviation = begin.find(([pattern]) => pattern.test(name))?.[1]
      if (deviation === undefined) return [name, spec]
      return [name, { ...spec, init: { kind: 'uniform', bound: deviation * Math.sqrt(3) } }]
    }),
  )
}
