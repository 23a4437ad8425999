// Language models are written as a whole, and files that are not those of the model are refused.
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type LanguageModelConfig,
  languageModelConfig,
  languageModelParameters,
  loadLanguageModel,
  loadPredictor,
  saveLanguageModel,
} from '../../../lib/index.ts'
import { altered } from '../../io/safetensors/altered.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'
import { someTexts, vocabulary } from '../inverter/tiny_world.ts'
import { config, parameters, tinyLanguageModel, tokens } from './support.ts'

const folder = join(temporaryFolder(), 'tiny')
const path = (name: string) => join(folder, name)
const about = { config, tokens, parameters, licence: 'Apache-2.0', trainingData: 'none' }
const refused = (message: RegExp) => rejects(() => loadLanguageModel(folder), 'BAD_FILE', message)

test.before.each(() => saveLanguageModel(folder, about))

test('what is saved is loaded, and judges as it did', async () => {
  assert.equal(readdirSync(folder).sort(), ['bundle.json', 'model.safetensors', 'vocabulary.json'])
  const { kind, space, capacityTokens, tokenizer } = JSON.parse(readFileSync(path('bundle.json'), 'utf8'))
  assert.equal([kind, space, capacityTokens, tokenizer], ['lm', undefined, undefined, tokens.about])
  await using before = tinyLanguageModel()
  const texts = someTexts(9)
  const expected = await before.surprise(texts)
  await using rounded = await loadLanguageModel(folder)
  assert.equal([rounded.name, rounded.config], ['tiny', config])
  for (const [i, { nats }] of (await rounded.surprise(texts)).entries())
    assert.ok(Math.abs(nats - expected[i]!.nats) < 0.05, `${nats}, not ${expected[i]!.nats}`)
  await saveLanguageModel(folder, { ...about, dtype: 'f32', files: { 'README.md': '# Tiny' } })
  await using exact = await loadLanguageModel(folder)
  assert.equal(await exact.surprise(texts), expected)
  assert.is.not(exact.fingerprint, rounded.fingerprint)
})

test('files that are cut, altered or of another model are refused', async () => {
  const other = (changes: object) =>
    altered(folder, (manifest) => ({ ...manifest, config: { ...config, ...changes } }))
  await other({ dModel: 16 })
  await refused(/tokens\.weight is \[\d+, 12\]; the model needs \[\d+, 16\]/)
  await other({ blocks: 3 })
  await refused(/no tensor blocks\.2\./)
  await other({ start: 3 })
  await refused(/vocabulary\.json: start 1; the model has 3$/)
  await other({ dConv: 1 })
  await refused(/bundle\.json: config\.dConv: got 1; expected 2 … 16$/)
  await other({ space: 'use-lite-512' })
  await refused(/bundle\.json: config\.space: got a field/)
  await other({})
  writeFileSync(path('vocabulary.json'), JSON.stringify(vocabulary.slice(1)))
  await altered(folder)
  await refused(/vocabulary\.json: \d+ pieces; the model has \d+$/)
  truncateSync(path('model.safetensors'), 100)
  await refused(/model\.safetensors: 100 bytes; the manifest says/)
})

test('a bundle of another kind is no language model, nor the other way round', async () => {
  await rejects(() => loadPredictor(folder), 'UNSUPPORTED', /kind 'lm', not a predictor$/)
  const space = { name: 'tiny-12', dims: 12, normalised: true, fingerprint: null }
  await altered(folder, (manifest) => ({ ...manifest, kind: 'predictor', space }))
  await rejects(() => loadLanguageModel(folder), 'UNSUPPORTED', /kind 'predictor', not a language model$/)
  await rejects(() => loadLanguageModel('./none'), 'NOT_FOUND', /^lm "\.\/none": neither a folder nor/)
})

test('what is no part of a language model is not saved, and the bundle stays', async () => {
  const before = readFileSync(path('model.safetensors'))
  for (const [changed, message] of [
    [{ config: undefined }, /^config: got undefined; expected an object of fields$/],
    [{ config: { ...config, dState: 0 } }, /^config\.dState: got 0/],
    [{ tokens: undefined }, /^tokens: got undefined; expected tokens, as a model has them$/],
    [{ parameters: {} }, /^parameters/],
    [{ encoderFingerprint: 'x' }, /^encoderFingerprint: no such option/],
    [{ files: { 'vocabulary.json': '[]' } }, /^files: got "vocabulary\.json"/],
  ] as const)
    await rejects(
      () => saveLanguageModel(folder, { ...about, ...(changed as object) }),
      'BAD_ARGUMENT',
      message,
    )
  assert.ok(readFileSync(path('model.safetensors')).equals(before))
})

test('wrong configs are refused by field, and the default one is small', () => {
  const wrong: [Partial<Record<keyof LanguageModelConfig | 'layers', unknown>>, RegExp][] = [
    [{ layers: 2 }, /config\.layers: got a field; expected vocabulary, start, end, dModel/],
    [{ dModel: 0 }, /config\.dModel: got 0/],
    [{ vocabulary: 1.5 }, /config\.vocabulary/],
    [{ dConv: 1 }, /config\.dConv: got 1; expected 2 … 16/],
    [{ start: 8000 }, /config\.start: got 8000; expected a token id below 8000/],
    [{ end: 1 }, /config\.end: got 1; expected a token id other than 1/],
  ]
  for (const [given, message] of wrong)
    assert.throws(() => languageModelConfig(given as Partial<LanguageModelConfig>), message)
  const counts = Object.values(languageModelParameters(languageModelConfig())).map(({ shape }) =>
    shape.reduce((a, b) => a * b),
  )
  const total = counts.reduce((a, b) => a + b)
  assert.ok(total > 8e6 && total < 10e6, `${total}`)
})

test.run()
