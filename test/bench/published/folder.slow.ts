// The folders of the benchmark's models, with layers of few numbers: what is written opens, and gives vectors.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { publishedPath, writeModel } from '../../../bench/published/folder.ts'
import {
  configOf,
  gtrBase,
  miniLm,
  mpnetBase,
  type PublishedModel,
  stella400,
  stella1500,
} from '../../../bench/published/models.ts'
import { frequentWords } from '../../../bench/published/vocabulary.ts'
import { drawnTexts } from '../../../bench/texts.ts'
import { loadEncoder } from '../../../lib/models/load_encoder.ts'
import { count } from '../../../lib/tensor/shape.ts'
import { readPublishedTokenizer } from '../../../lib/text/tokenizers/published/load.ts'
import { temporaryFolder } from '../../support/folder.ts'

const BYTES = { F32: 4, F16: 2, BF16: 2 }
const WIDTH = 16
/** Those of its config.json that say how large it is, and which are small here. */
const SMALL: Readonly<Record<string, number>> = {
  ...{ hidden_size: WIDTH, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 32 },
  ...{ d_model: WIDTH, d_kv: 8, d_ff: 32, num_layers: 1, num_heads: 2, num_key_value_heads: 1 },
}

/** A model of the same kind with the same tokens. */
function smaller(model: PublishedModel): PublishedModel {
  const own = Object.keys(SMALL).filter((key) => key in model.config)
  const config = { ...model.config, ...Object.fromEntries(own.map((key) => [key, SMALL[key]])) }
  return { ...model, config, dense: model.dense && { ...model.dense, dims: 8 } }
}

const cacheDir = temporaryFolder()

for (const [model, around] of [
  [miniLm, 2],
  [mpnetBase, 2],
  [gtrBase, 1],
  [stella400, 2],
  [stella1500, 0],
] as const)
  test(`a folder of ${model.name} opens and has the sizes that it says`, async () => {
    const small = smaller(model)
    const folder = temporaryFolder()
    await writeModel(small, folder)
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    assert.is(files.includes(join('2_Dense', 'model.safetensors')), model.dense !== null)

    const specs = Object.values(small.family.parameters(configOf(small)))
    const elements = specs.reduce((sum, { shape }) => sum + count(shape), 0)
    const bytes = files
      .filter((file) => file.endsWith('.safetensors'))
      .map((file) => statSync(join(folder, file)).size - 8 - headerBytes(join(folder, file)))
    assert.is(
      bytes.reduce((sum, one) => sum + one),
      BYTES[model.dtype] * elements,
    )

    // The most frequent words are tokens, and characters of all else: a text of a row has the length that the row says.
    const texts = drawnTexts((await frequentWords()).slice(0, 20_000), 4, 6)
    const isOfBytes = model.family === stella1500.family
    const { counts } = (await readPublishedTokenizer(folder)).encodeBatch(texts)
    assert.equal(
      [...counts],
      texts.map((text) => (isOfBytes ? text.length : 6 + around)),
    )

    const encoder = await loadEncoder(folder, { cacheDir })
    try {
      assert.is(encoder.dims, model.dense === null ? WIDTH : 8)
      assert.is(encoder.capacityTokens, model.maxTokens)
      const { vectors, truncated } = await encoder.encode([...texts, 'word '.repeat(model.maxTokens + 1)])
      assert.equal(truncated, [4])
      for (const row of vectors) assert.ok(Math.abs(Math.hypot(...row) - 1) < 1e-5)
      assert.not.equal(vectors.row(0), vectors.row(1))
    } finally {
      encoder.dispose()
    }
  })

test('a folder is the same every time', async () => {
  const [first, second] = [temporaryFolder(), temporaryFolder()]
  for (const folder of [first, second]) await writeModel(smaller(gtrBase), folder)
  for (const file of [
    'model.safetensors',
    'tokenizer.json',
    'config.json',
    join('2_Dense', 'model.safetensors'),
  ])
    assert.ok(readFileSync(join(first, file)).equals(readFileSync(join(second, file))), file)
  assert.not.equal(publishedPath(gtrBase), publishedPath(miniLm))
})

function headerBytes(path: string): number {
  return Number(readFileSync(path).readBigUInt64LE())
}

test.run()
