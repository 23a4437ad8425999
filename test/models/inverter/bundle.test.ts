// Inverters are written as a whole, and files that are not those of the model are refused.
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadInverter, saveInverter } from '../../../lib/index.ts'
import type { SentenceSpread } from '../../../lib/models/inverter/likeness.ts'
import { addSurrogate } from '../../../lib/models/inverter/save.ts'
import { sentenceSpread } from '../../../lib/train/inverter/spread.ts'
import { altered } from '../../io/safetensors/altered.ts'
import { bagOfWords, vectorOf } from '../../support/bag_of_words.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'
import {
  encoded,
  someTexts,
  surrogateValues,
  tinyInverter,
  tokens,
  vocabulary,
  worldConfig,
  worldSurrogate,
  worldValues,
} from './tiny_world.ts'

/** The cosine of what is less the mean, where `precision` measures. */
function whitenedBy({ mean, precision }: SentenceSpread) {
  const product = (a: Float32Array, b: Float32Array) =>
    a.reduce((sum, x, i) => sum + x * b.reduce((part, y, j) => part + precision[i * b.length + j]! * y, 0), 0)
  return (a: Float32Array, b: Float32Array) => {
    const [x, y] = [a, b].map((v) => v.map((value, d) => value - mean[d]!)) as [Float32Array, Float32Array]
    return product(x, y) / Math.sqrt(product(x, x) * product(y, y))
  }
}

const root = temporaryFolder()
const folder = join(root, 'tiny')
const path = (name: string) => join(folder, name)
const config = { ...worldConfig, languageNll: 3.5 }
const parameters = worldValues()
const about = { config, tokens, parameters, licence: 'Apache-2.0', trainingData: 'none' }
const load = (name = folder) => loadInverter(name, { encoder: bagOfWords() })
const refused = (message: RegExp) => rejects(load, 'BAD_FILE', message)

test.before.each(async () => {
  rmSync(folder, { recursive: true, force: true })
  await saveInverter(folder, about)
  await addSurrogate(folder, folder, worldSurrogate, surrogateValues())
})

test('what is saved is loaded, and writes what it wrote', async () => {
  assert.equal(readdirSync(folder).sort(), [
    'bundle.json',
    'model.safetensors',
    'surrogate.json',
    'surrogate.safetensors',
    'vocabulary.json',
  ])
  await using inverter = await load()
  assert.equal(inverter.config, config)
  assert.equal(
    [inverter.name, inverter.space, inverter.dims, inverter.capacityTokens],
    ['tiny', 'bag-32', 32, 12],
  )
  await using before = await tinyInverter({ surrogate: false })
  const vectors = encoded(someTexts(9))
  const plain = { refine: 0, surrogateWeight: 0, candidates: 3 }
  const told = async (of: typeof inverter) =>
    (await of.invert(vectors, plain)).map(({ candidates }) =>
      candidates.map(({ text, cosine, logProb }) => [text, cosine, logProb]),
    )
  assert.equal(await told(inverter), await told(before))
  assert.ok((await inverter.invert(vectors, { refine: 0 })).every(({ best }) => best!.surrogate !== null))
})

test('matrices are stored in bf16 or in f32, and a bundle does without a surrogate', async () => {
  await saveInverter(folder, { ...about, dtype: 'f32', files: { 'README.md': '# Tiny' } })
  assert.equal(readdirSync(folder).sort(), [
    'README.md',
    'bundle.json',
    'model.safetensors',
    'vocabulary.json',
  ])
  await using inverter = await load()
  await using before = await tinyInverter({ surrogate: false, layout: 'packed' })
  const vectors = encoded(someTexts(4))
  // Language counts from languageNll on, which the other one has as 0.
  const options = { refine: 0 }
  assert.equal(await inverter.invert(vectors, options), await before.invert(vectors, options))
})

test('how sentences spread is kept, and texts are compared by it', async () => {
  const spread = await sentenceSpread(someTexts(40), bagOfWords())
  await saveInverter(folder, { ...about, spread })
  assert.ok(readdirSync(folder).includes('spread.safetensors'))
  await using inverter = await load()
  await using plain = await tinyInverter({ surrogate: false, layout: 'packed' })
  const vectors = encoded(someTexts(6))
  const of = async (some: typeof inverter) =>
    (await some.invert(vectors, { refine: 40 })).map(({ best }) => best!)
  const likeness = whitenedBy(spread)
  for (const [i, { text, cosine, whitened, perToken, worst, score }] of (await of(inverter)).entries()) {
    const expected = likeness(vectorOf(text), vectors.row(i))
    assert.ok(Math.abs(whitened - expected) < 1e-4, `${whitened}, not ${expected}`)
    assert.ok(Math.abs(score - (whitened + 0.08 * perToken - 0.04 * Math.max(0, worst - 7))) < 1e-6)
    assert.ok(cosine === 1 || whitened !== cosine)
  }
  for (const { cosine, whitened } of await of(plain)) assert.is(whitened, cosine)
})

test('a spread of other sizes is refused, whoever has it', async () => {
  const spread = await sentenceSpread(someTexts(4), bagOfWords())
  await rejects(
    () => saveInverter(folder, { ...about, spread: { ...spread, mean: new Float32Array(3) } }),
    'BAD_ARGUMENT',
    /parameters\.mean/,
  )
  await saveInverter(folder, { ...about, spread })
  truncateSync(path('spread.safetensors'), 100)
  await refused(/spread\.safetensors/)
})

test('a surrogate is added to a bundle in another folder, and replaced in its own', async () => {
  const target = join(root, 'other')
  await saveInverter(folder, about)
  await addSurrogate(folder, target, worldSurrogate, surrogateValues())
  assert.not.ok(readdirSync(folder).includes('surrogate.json'))
  await using one = await load(target)
  const first = readFileSync(join(target, 'surrogate.safetensors'))
  const changed = { ...surrogateValues(), 'output.bias': new Float32Array(worldSurrogate.dims).fill(1) }
  await addSurrogate(target, target, worldSurrogate, changed)
  await using two = await load(target)
  assert.is.not(one.fingerprint, two.fingerprint)
  assert.not.ok(first.equals(readFileSync(join(target, 'surrogate.safetensors'))))
  await rejects(
    () => addSurrogate(target, target, worldSurrogate, { ...changed, 'output.bias': new Float32Array(3) }),
    'BAD_ARGUMENT',
    /parameters\.output\.bias/,
  )
  await using still = await load(target)
  assert.is(still.fingerprint, two.fingerprint)
  rmSync(target, { recursive: true })
})

test('files that are cut, altered or missing are refused', async () => {
  for (const name of ['model.safetensors', 'surrogate.safetensors']) {
    const bytes = readFileSync(path(name))
    truncateSync(path(name), bytes.length / 2)
    await refused(new RegExp(`${name}: \\d+ bytes; the manifest says`))
    await altered(folder)
    await refused(/behind the end of the file/)
    const changed = Buffer.from(bytes)
    changed[changed.length - 1]! ^= 1
    writeFileSync(path(name), bytes)
    await altered(folder)
    writeFileSync(path(name), changed)
    await refused(/SHA-256 [0-9a-f]+; the manifest says/)
    rmSync(path(name))
    await rejects(load, 'NOT_FOUND', new RegExp(name))
    writeFileSync(path(name), bytes)
  }
  ;(await load()).dispose()
})

test('a vocabulary that is not that of the model is refused', async () => {
  for (const [content, message] of [
    [JSON.stringify(vocabulary.slice(1)), /vocabulary\.json: 6\d pieces; the model has 6\d$/],
    ['[["a", "b"]]', /vocabulary\.json: entry 0 is not \[piece, score\]/],
    ['nothing', /vocabulary\.json: not JSON/],
  ] as const) {
    writeFileSync(path('vocabulary.json'), content)
    await altered(folder)
    await refused(message)
  }
})

test('weights of another shape are refused', async () => {
  const other = (changes: object) =>
    altered(folder, (manifest) => ({ ...manifest, config: { ...config, ...changes } }))
  await other({ ffn: 32 })
  await refused(/layers\.0\.ffn\.up\.weight is \[24, 16\]; the model needs \[32, 16\]/)
  await other({ layers: 3 })
  await refused(/no tensor layers\.2\./)
  await other({ layers: 1 })
  await refused(/layers\.1\.\S+ is no tensor of this model/)
  await other({ heads: 3 })
  await refused(/bundle\.json: config\.heads: got 3; expected a divisor of dModel, 16/)
  await other({ dims: 16 })
  await refused(/config of 16 dims in 'bag-32', but vectors of 32 in 'bag-32'/)
})

test('what is no part of an inverter is not saved, and the bundle stays', async () => {
  const before = readFileSync(path('model.safetensors'))
  const save = (changed: object) => saveInverter(folder, { ...about, ...changed })
  for (const [changed, message] of [
    [
      { files: { 'vocabulary.json': '[]' } },
      /^files: got "vocabulary\.json"; expected other names than those/,
    ],
    [{ config: undefined }, /^config: got undefined; expected an object of fields$/],
    [{ config: 7 }, /^config: got 7; expected an object of fields$/],
    [{ config: { ...config, heads: 3 } }, /^config\.heads: got 3/],
    [{ parameters: undefined }, /^parameters: got undefined; expected an object of tensors$/],
    [{ tokens: undefined }, /^tokens: got undefined; expected tokens, as a model has them$/],
    [{ tokens: {} }, /^tokens: got an object/],
  ] as const)
    await rejects(() => save(changed), 'BAD_ARGUMENT', message)
  assert.ok(readFileSync(path('model.safetensors')).equals(before))
  ;(await load()).dispose()
})

test('a surrogate of another model is refused', async () => {
  const other = async (content: string, message: RegExp) => {
    writeFileSync(path('surrogate.json'), content)
    await altered(folder)
    await refused(message)
  }
  const changed = (changes: object) => JSON.stringify({ ...worldSurrogate, ...changes })
  await other(changed({ dims: 16 }), /surrogate\.json: dims 16; the inverter has 32$/)
  await other(
    changed({ space: 'use-lite-512' }),
    /surrogate\.json: space use-lite-512; the inverter has bag-32$/,
  )
  await other(changed({ vocabulary: 9 }), /surrogate\.json: vocabulary 9; /)
  await other(changed({ capacityTokens: 11 }), /surrogate\.json: capacityTokens 11; /)
  await other(changed({ heads: 3 }), /surrogate\.json: config\.heads: got 3; expected a divisor of dModel/)
  await other(changed({ depth: 3 }), /surrogate\.json: config\.depth: got a field/)
  await other(changed({ ffn: 48 }), /surrogate\.safetensors: layers\.0\.ffn\.up\.weight is \[24, 16\]/)
  await other('{', /surrogate\.json: cannot read: not JSON$/)
  await other('[]', /surrogate\.json: config: got \[\]; expected an object of fields$/)
  const deep = '['.repeat(300_000) + ']'.repeat(300_000)
  await other(deep, /surrogate\.json: cannot read: JSON of more than 100 levels$/)
})

test('what is no inverter is refused', async () => {
  await rejects(() => load(join(root, 'none')), 'NOT_FOUND', /inverter ".*none": neither a folder nor/)
  await rejects(() => load(''), 'BAD_ARGUMENT', /name/)
  await altered(folder, ({ capacityTokens: _, ...manifest }) => ({ ...manifest, kind: 'predictor' }))
  await rejects(load, 'UNSUPPORTED', /kind 'predictor', not an inverter/)
})

test('an encoder of another space is refused', async () => {
  const encoder = { ...bagOfWords(), space: 'other-32' }
  await rejects(() => loadInverter(folder, { encoder }), 'SPACE_MISMATCH', /other-32/)
})

test.run()
