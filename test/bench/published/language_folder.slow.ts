// The folders of the benchmark's language models, with few layers: what is written opens, and writes texts without an end.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { writeLanguageModel } from '../../../bench/published/language_folder.ts'
import {
  gpt2Small,
  mamba130,
  type PublishedLanguageModel,
  t5Base,
  weightsOfStep,
} from '../../../bench/published/language_models.ts'
import { loadTextGenerator } from '../../../lib/models/lm/load_text_generator.ts'
import { temporaryFolder } from '../../support/folder.ts'

/** Those of its config.json that say how large it is, and which are small here. */
const SMALL: Readonly<Record<string, number>> = {
  ...{ n_embd: 32, n_layer: 1, n_head: 2, hidden_size: 32, num_hidden_layers: 1, intermediate_size: 64 },
  ...{
    time_step_rank: 2,
    d_model: 32,
    d_kv: 16,
    d_ff: 64,
    num_layers: 1,
    num_decoder_layers: 1,
    num_heads: 2,
  },
}

function smaller(model: PublishedLanguageModel): PublishedLanguageModel {
  const own = Object.keys(SMALL).filter((key) => key in model.config)
  return { ...model, config: { ...model.config, ...Object.fromEntries(own.map((key) => [key, SMALL[key]])) } }
}

const cacheDir = temporaryFolder()

for (const model of [gpt2Small, mamba130, t5Base])
  test(`a folder of ${model.name} opens and writes as many tokens as are asked for`, async () => {
    const folder = temporaryFolder()
    await writeLanguageModel(smaller(model), folder)
    await using generator = await loadTextGenerator(folder, { cacheDir })
    const { tokens, ended } = await generator.generate('the water', { maxTokens: 40 })
    assert.equal([tokens.length, ended], [40, 'length'])
  })

test('weights that a token reads', () => {
  const [layers, width] = [12, 768]
  assert.is(weightsOfStep(gpt2Small), layers * 12 * width * width + 50_257 * width)
  // Of T5's decoder alone, without the projections of the prompt.
  assert.is(weightsOfStep(t5Base), layers * (6 * width * width + 2 * width * 3072) + 32_128 * width)
})

test.run()
