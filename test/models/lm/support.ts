// A language model with random weights over the small vocabulary of the inverters' tests.
import { type LanguageModelConfig, languageModelConfig } from '../../../lib/models/lm/config.ts'
import { type LanguageModel, makeLanguageModel } from '../../../lib/models/lm/language_model.ts'
import { languageModelParameters } from '../../../lib/models/lm/parameters.ts'
import { startValues } from '../../../lib/weights/specs.ts'
import { weightSet } from '../../../lib/weights/weight_set.ts'
import { noise } from '../../train/tiny_data.ts'
import { tensorsOf } from '../inverter/support.ts'
import { tokens, vocabulary } from '../inverter/tiny_world.ts'

export { tokens } from '../inverter/tiny_world.ts'

export const config: LanguageModelConfig = languageModelConfig({
  ...{ vocabulary: vocabulary.length, dModel: 12, blocks: 2, dState: 3, dConv: 3, dtRank: 2 },
})
export const specs = languageModelParameters(config)

/** Seeded values near the start values, large enough that every token counts. */
export const parameters: Readonly<Record<string, Float32Array>> = Object.fromEntries(
  Object.entries(startValues(specs, 1)).map(([name, values], number) => {
    const noises = noise(300 + number, values.length)
    return [name, values.map((value, i) => value + 0.8 * (noises[i]! - 0.5))]
  }),
)

export function tinyLanguageModel(): LanguageModel {
  const weights = weightSet(tensorsOf(specs, parameters))
  return makeLanguageModel({ name: 'tiny', fingerprint: 'tiny-1', config, weights, tokens })
}
