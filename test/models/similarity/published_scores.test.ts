// The scores that are published of Stella, for users who have its weights: VMM_TEST_MODELS is a folder of models.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadSimilarity } from '../../../lib/models/similarity/load.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { testUnless } from '../../support/skip.ts'

const models = process.env.VMM_TEST_MODELS

/** The queries and passages of the model cards. */
const QUERIES = ['What are some ways to reduce stress?', 'What are the benefits of drinking green tea?']
const PASSAGES = [
  'There are many effective ways to reduce stress. Some common techniques include deep breathing, meditation, and physical activity. Engaging in hobbies, spending time in nature, and connecting with loved ones can also help alleviate stress. Additionally, setting boundaries, practicing self-care, and learning to say no can prevent stress from building up.',
  'Green tea has been consumed for centuries and is known for its potential health benefits. It contains antioxidants that may help protect the body against damage caused by free radicals. Regular consumption of green tea has been associated with improved heart health, enhanced cognitive function, and a reduced risk of certain types of cancer. The polyphenols in green tea may also have anti-inflammatory and weight loss properties.',
]

/** Cosines of each query and each passage, by the model cards and by Candle's examples of them. */
const PUBLISHED = {
  stella_en_400M_v5: [0.83975, 0.299, 0.3282, 0.80954],
  'stella_en_1.5B_v5': [0.81788, 0.2958, 0.3194, 0.78535],
}

/** Well above what rounding of published digits and of sums makes, well below what another prompt or mask does. */
const TOLERANCE = 1e-3

for (const [name, expected] of Object.entries(PUBLISHED)) {
  const places = models === undefined ? [] : [join(models, name), join(models, 'NovaSearch', name)]
  const model = places.find((folder) => existsSync(join(folder, 'config.json')))
  const missing =
    model === undefined
      ? `no weights of ${name}: VMM_TEST_MODELS=folder npm test -- test/models/similarity, where folder has ${name}`
      : null
  testUnless(missing, `${name}: published scores of queries and passages`, async () => {
    const encoder = { prompt_type: 's2p', embedding_dimension: 1024 } as const
    const options = { cacheDir: temporaryFolder(), storage: 'f32' } as const
    await using similarity = await loadSimilarity({ model: model!, encoder }, options)
    const pairs = QUERIES.flatMap((query) => PASSAGES.map((passage) => [query, passage] as const))
    const { cosines } = await similarity.computeSimilarities(pairs)
    for (const [i, score] of expected.entries())
      assert.ok(Math.abs(cosines[i]! - score) < TOLERANCE, `pair ${i}: ${cosines[i]}, published ${score}`)
  })
}

test.run()
