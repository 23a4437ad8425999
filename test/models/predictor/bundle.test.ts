// Predictors are written as a whole or not at all, and files that are not those of the model are refused.
import { readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadModel, loadPredictor, savePredictor, vectorsFrom } from '../../../lib/index.ts'
import { readSafetensorsHeader } from '../../../lib/io/safetensors/file.ts'
import { predictorParameters } from '../../../lib/models/predictor/parameters.ts'
import { decodeNumbers, encodeNumbers } from '../../../lib/tensor/dtype.ts'
import { altered, rawManifest } from '../../io/safetensors/altered.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'
import { livelyParameters, runForward, someVectors, tinyConfig } from './support.ts'

const root = temporaryFolder()
const folder = join(root, 'tiny')
const weights = join(folder, 'model.safetensors')
const config = tinyConfig({ variant: 'sequence' })
const parameters = livelyParameters(config)
const about = { config, parameters, licence: 'Apache-2.0', trainingData: 'none' }
const context = someVectors(7, config.dims, 3)

test.before.each(async () => {
  await savePredictor(folder, about)
})

for (const dtype of ['f32', 'bf16'] as const)
  for (const variant of ['sequence', 'concept'] as const)
    test(`${variant}: what is saved in ${dtype} is loaded`, async () => {
      const config = tinyConfig({ variant })
      const parameters = livelyParameters(config)
      await savePredictor(folder, { ...about, config, parameters, dtype, files: { 'README.md': '# Tiny' } })
      assert.equal(readdirSync(folder).sort(), ['README.md', 'bundle.json', 'model.safetensors'])
      const stored = Object.fromEntries(
        Object.entries(predictorParameters(config)).map(([name, { storage }]) => {
          const bytes = encodeNumbers(parameters[name]!, dtype === 'bf16' ? storage : 'f32')
          const numbers = decodeNumbers(bytes.buffer as ArrayBuffer, dtype === 'bf16' ? storage : 'f32')
          return [name, Float32Array.from(numbers)]
        }),
      )
      const predictor = await loadPredictor(folder)
      assert.equal(predictor.config, config)
      assert.is(predictor.name, 'tiny')
      const [follow] = await predictor.follow(vectorsFrom(context, config.dims, config.space), { prefix: 7 })
      const { predicted } = runForward(config, stored, [context])
      for (let i = 0; i < predicted.length; i++)
        assert.ok(Math.abs(follow!.predicted[i]! - predicted[i]!) <= 1e-5)
      predictor.dispose()
    })

test('the fingerprint is that of the files', async () => {
  const fingerprint = async () => {
    const predictor = await loadPredictor(folder)
    predictor.dispose()
    return predictor.fingerprint
  }
  const first = await fingerprint()
  await savePredictor(folder, about)
  assert.is(await fingerprint(), first)
  await savePredictor(folder, { ...about, parameters: livelyParameters(config, 2) })
  assert.is.not(await fingerprint(), first)
})

test('parameters that are not those of the config are not saved, and the bundle stays', async () => {
  const before = readFileSync(weights)
  const { 'output.bias': bias, ...rest } = parameters
  const save = (changed: object) => savePredictor(folder, { ...about, ...changed })
  await rejects(() => save({ parameters: rest }), 'BAD_ARGUMENT', /parameters\.output\.bias: got undefined/)
  await rejects(
    () => save({ parameters: { ...parameters, more: bias } }),
    'BAD_ARGUMENT',
    /parameters\.more: got a tensor; expected a parameter/,
  )
  const poisoned = { ...parameters, 'output.bias': bias!.map((x, i) => (i === 3 ? Number.NaN : x)) }
  await rejects(
    () => save({ parameters: poisoned }),
    'BAD_ARGUMENT',
    /parameters\.output\.bias\[3\]: got NaN/,
  )
  for (const [changed, message] of [
    [{ config: undefined }, /^config: got undefined; expected an object of fields$/],
    [{ config: null }, /^config: got null; expected an object of fields$/],
    [{ config: { ...config, topK: 9 } }, /^config\.topK: got 9/],
    [{ parameters: undefined }, /^parameters: got undefined; expected an object of tensors$/],
    [{ files: 7 }, /^files: got 7; expected an object of texts or bytes by name$/],
    [{ files: { 'README.md': 7 } }, /^files\.README\.md: got 7; expected a text or bytes$/],
  ] as const)
    await rejects(() => save(changed), 'BAD_ARGUMENT', message)
  // Fails after the weights are written.
  await rejects(() => save({ licence: '' }), 'BAD_FILE', /licence/)
  for (const name of ['no/such/folder', '../beside', 'bundle.json', ''])
    await rejects(
      () => save({ files: { [name]: '' } }),
      'BAD_ARGUMENT',
      /files: got .*; expected plain file names/,
    )
  for (const name of ['model.safetensors', 'packed.safetensors', 'Bundle.json'])
    await rejects(
      () => save({ files: { [name]: '' } }),
      'BAD_ARGUMENT',
      new RegExp(`^files: got "${name}"; expected other names than those of the model's own files$`),
    )
  await rejects(() => savePredictor(join(root, 'none', 'tiny'), about), 'NOT_FOUND', /cannot write/)
  assert.equal(readdirSync(root), ['tiny'])
  assert.ok(readFileSync(weights).equals(before))
  ;(await loadPredictor(folder)).dispose()
})

test('a checkpoint that is cut in half or altered is refused', async () => {
  const bytes = readFileSync(weights)
  truncateSync(weights, bytes.length / 2)
  await rejects(() => loadPredictor(folder), 'BAD_FILE', /model\.safetensors: \d+ bytes; the manifest says/)
  await altered(folder)
  await rejects(() => loadPredictor(folder), 'BAD_FILE', /behind the end of the file/)
  await savePredictor(folder, about)
  const changed = readFileSync(weights)
  changed[changed.length - 1]! ^= 1
  writeFileSync(weights, changed)
  await rejects(() => loadPredictor(folder), 'BAD_FILE', /SHA-256 [0-9a-f]+; the manifest says/)
  rmSync(weights)
  await rejects(() => loadPredictor(folder), 'NOT_FOUND', /model\.safetensors/)
})

test('a checkpoint of another shape is refused', async () => {
  const other = (changes: object) =>
    altered(folder, (manifest) => ({ ...manifest, config: { ...config, ...changes } }))
  await other({ dModel: 32, dtRank: 1 })
  await rejects(
    () => loadPredictor(folder),
    'BAD_FILE',
    /input\.weight is \[3, 16, 12\]; .* needs \[3, 32, 12\]/,
  )
  await other({ blocks: 3 })
  await rejects(() => loadPredictor(folder), 'BAD_FILE', /no tensor blocks\.2\.norm\.weight/)
  await other({ blocks: 1 })
  await rejects(() => loadPredictor(folder), 'BAD_FILE', /blocks\.1\.norm\.weight is no tensor of this model/)
  await other({ topK: 9 })
  await rejects(
    () => loadPredictor(folder),
    'BAD_FILE',
    /bundle\.json: config\.topK: got 9; expected at most 3/,
  )
  await other({ heads: 9 })
  await rejects(() => loadPredictor(folder), 'BAD_FILE', /config\.heads: got a field/)
  await other({ dims: 13 })
  await rejects(() => loadPredictor(folder), 'BAD_FILE', /config of 13 dims in 'tiny-12', but vectors of 12/)
  rawManifest(folder, ({ config: _, ...json }) => json)
  await rejects(() => loadPredictor(folder), 'BAD_FILE', /config: got undefined/)
})

test('what is no predictor is refused', async () => {
  await rejects(
    () => loadPredictor(join(root, 'none')),
    'NOT_FOUND',
    /neither a folder nor an installed package/,
  )
  await rejects(() => loadPredictor(''), 'BAD_ARGUMENT', /name/)
  await rejects(() => loadModel(folder), 'UNSUPPORTED', /kind 'predictor'/)
  await altered(folder, (manifest) => ({
    ...manifest,
    kind: 'encoder',
    capacityTokens: 1,
    tokenizer: { kind: 'unigram', file: 'model.safetensors', reserved: 1, start: 0, end: 0 },
  }))
  await rejects(() => loadPredictor(folder), 'UNSUPPORTED', /kind 'encoder', not a predictor/)
  const moved = join(root, 'moved')
  renameSync(folder, moved)
  await rejects(() => loadPredictor(folder), 'NOT_FOUND', /tiny/)
  rmSync(moved, { recursive: true })
})

test('matrices are stored in bf16, the rest in f32', async () => {
  const { tensors } = await readSafetensorsHeader(weights)
  const dtypeOf = (name: string) => tensors.find((t) => t.name === name)!.dtype
  assert.is(dtypeOf('blocks.0.mixer.in_proj.weight'), 'BF16')
  assert.is(dtypeOf('blocks.0.mixer.A_log'), 'F32')
})

test.run()
