// Tiny checkpoints of every published architecture against transformers and sentence-transformers: goldens/make_encoders.py.
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadEncoder } from '../../../lib/models/load_encoder.ts'
import type { LoadEncoderOptions } from '../../../lib/models/published/options.ts'
import type { LoadProgress } from '../../../lib/models/published/progress.ts'
import { deviceInfo } from '../../../lib/runtime/device.ts'
import { readTensor } from '../../../lib/tensor/device_tensor.ts'
import { readPublishedTokenizer } from '../../../lib/text/tokenizers/published/load.ts'
import { mapWeights } from '../../../lib/weights/map.ts'
import { temporaryFolder } from '../../support/folder.ts'

const GOLDENS = join(import.meta.dirname, 'goldens')
const cacheDir = temporaryFolder()

interface Golden {
  readonly texts: readonly string[]
  readonly ids: readonly (readonly number[])[]
}

const goldenOf = (name: string) =>
  JSON.parse(readFileSync(join(GOLDENS, name, 'golden.json'), 'utf8')) as Golden

/** Rows of a tensor of a golden file. */
async function rowsOf(name: string, tensor: string): Promise<(i: number) => Float32Array> {
  const tensors = await mapWeights(join(GOLDENS, name, 'golden.safetensors'))
  const found = tensors.get(tensor)!
  const width = found.shape[1]!
  const values = readTensor(found) as Float32Array
  for (const one of tensors.values()) one.dispose()
  return (i) => values.subarray(i * width, (i + 1) * width)
}

/** The largest difference of a number, over the largest number. */
async function difference(
  name: string,
  tensor: string,
  options: LoadEncoderOptions,
  texts: readonly string[] = goldenOf(name).texts,
): Promise<number> {
  const expected = await rowsOf(name, tensor)
  await using model = await loadEncoder(join(GOLDENS, name), { cacheDir, ...options })
  const { vectors } = await model.encode(texts)
  let [worst, largest] = [0, 0]
  for (const [i] of texts.entries())
    for (const [d, x] of expected(i).entries()) {
      worst = Math.max(worst, Math.abs(x - vectors.row(i)[d]!))
      largest = Math.max(largest, Math.abs(x))
    }
  return worst / Math.max(1, largest)
}

const NAMES = ['minilm', 'mpnet', 'roberta', 'gtr', 'stella15', 'stella400']

for (const name of NAMES)
  test(`${name}: token ids are those of the Python tokenizers`, async () => {
    const { texts, ids } = goldenOf(name)
    const most = Math.max(...ids.map(({ length }) => length))
    const tokenizer = await readPublishedTokenizer(join(GOLDENS, name))
    const batch = tokenizer.encodeBatch(texts, most)
    for (const [i, text] of texts.entries()) {
      const own = [...batch.ids.subarray(batch.offsets[i]!, batch.offsets[i + 1]!)]
      // Where there are no tokens, another one stands in their place.
      if (own.length > 0) assert.equal(own, ids[i], JSON.stringify(text))
    }
  })

for (const name of NAMES)
  test(`${name}: texts have as many tokens as the Python tokenizers give, cut ones as many as are read`, async () => {
    const { texts, ids } = goldenOf(name)
    await using model = await loadEncoder(join(GOLDENS, name), { cacheDir })
    const { tokens } = await model.encode(texts)
    const read = ids.map(({ length }) => Math.min(length, model.capacityTokens))
    assert.equal([...tokens!], read)
    await using short = await loadEncoder(join(GOLDENS, name), { cacheDir, maxTokens: 4 })
    const cut = await short.encode(texts)
    assert.equal(
      [...cut.tokens!],
      read.map((count) => Math.min(count, 4)),
    )
    assert.ok(cut.truncated.length > 0 && cut.truncated.every((i) => cut.tokens![i] === 4))
  })

/** As the model's own files have it: stella's do not scale vectors to unit length. */
const published = (name: string): LoadEncoderOptions =>
  name.startsWith('stella') ? { normalise: false } : {}

for (const name of NAMES)
  test(`${name}: vectors are those of sentence-transformers`, async () => {
    const exact = await difference(name, 'vectors', { ...published(name), storage: 'f32' })
    assert.ok(exact < 1e-5, `f32: ${exact}`)
    const bf16 = { ...published(name), storage: 'bf16' } as const
    const rounded = await difference(name, 'vectors', bf16)
    assert.ok(rounded > 1e-5 && rounded < 1e-2, `bf16: ${rounded}`)
    const products = await difference(name, 'vectors', { ...bf16, compute: 'bf16' })
    assert.ok(products !== rounded && products < 2e-2, `bf16 products: ${products}`)
  })

for (const [storage, least] of [
  ['q8_0', 0.999],
  ['q4_0', 0.95],
] as const)
  test(`${storage}: vectors are near those of the weights as they were, and matrices are small`, async () => {
    for (const name of NAMES) {
      const before = deviceInfo().liveBytes.mapped
      await using whole = await loadEncoder(join(GOLDENS, name), { cacheDir, storage: 'f32' })
      const between = deviceInfo().liveBytes.mapped
      await using small = await loadEncoder(join(GOLDENS, name), { cacheDir, storage })
      const after = deviceInfo().liveBytes.mapped
      assert.ok(after - between < between - before, `${name}: ${after - between} bytes`)
      const { texts } = goldenOf(name)
      const [a, b] = [(await whole.encode(texts)).vectors, (await small.encode(texts)).vectors]
      const cosines = texts.map((_, i) => a.row(i).reduce((sum, x, d) => sum + x * b.row(i)[d]!, 0))
      const mean = cosines.reduce((sum, x) => sum + x, 0) / texts.length
      assert.ok(mean > least && mean < 1 - 1e-7, `${name}: ${mean}`)
    }
  })

test('what takes long the first time is told, and only then', async () => {
  const own = temporaryFolder()
  const load = async (storage: 'q8_0' | 'bf16') => {
    const told: LoadProgress[] = []
    const options = { cacheDir: own, storage, onProgress: (progress: LoadProgress) => told.push(progress) }
    await using model = await loadEncoder(join(GOLDENS, 'minilm'), options)
    return { told, dims: model.dims }
  }
  for (const storage of ['q8_0', 'bf16'] as const) {
    const { told } = await load(storage)
    assert.ok(told.every(({ stage, total }) => stage === 'weights' && total === told[0]!.total))
    assert.is(told.at(-1)!.done, told[0]!.total)
    assert.equal((await load(storage)).told, [])
  }
})

test('weights in f16 are exact as they are', async () => {
  assert.ok((await difference('gtr', 'vectors', {})) < 1e-5)
})

test('without the head: mean rows of the transformer, of any length, as vec2text reads them', async () => {
  for (const name of ['gtr', 'stella400']) {
    assert.ok((await difference(name, 'mean', { head: false, storage: 'f32' })) < 1e-5)
    await using model = await loadEncoder(join(GOLDENS, name), { cacheDir, head: false })
    assert.is(model.dims, 32)
  }
})

test('another head of the folder, and a prompt by its name or as a text', async () => {
  const options = { normalise: false, storage: 'f32' } as const
  assert.ok((await difference('stella15', 'vectors64', { ...options, dims: 64 })) < 1e-5)
  const texts = goldenOf('stella15').texts.slice(2, 22)
  const text = 'Instruct: Retrieve semantically similar text.\nQuery: '
  for (const prompt of ['s2s', 's2s_query', { text }])
    assert.ok((await difference('stella15', 'asked', { ...options, prompt }, texts)) < 1e-5)
  assert.ok((await difference('stella15', 'asked', options, texts)) > 1e-2)
})

test('the first numbers alone, of unit length, where that is asked for', async () => {
  const folder = join(GOLDENS, 'minilm')
  await using whole = await loadEncoder(folder, { cacheDir })
  await using short = await loadEncoder(folder, { cacheDir, dims: 8, truncate: true })
  const { texts } = goldenOf('minilm')
  const [a, b] = [(await whole.encode(texts)).vectors, (await short.encode(texts)).vectors]
  assert.equal([b.dims, short.dims], [8, 8])
  assert.is.not(short.space, whole.space)
  for (const [i] of texts.entries()) {
    const first = a.row(i).subarray(0, 8)
    const length = Math.hypot(...first)
    for (const [d, x] of b.row(i).entries()) assert.ok(Math.abs(x - first[d]! / length) < 1e-6)
  }
})

test('vectors have unit length unless they are wanted as the files have them', async () => {
  await using model = await loadEncoder(join(GOLDENS, 'stella400'), { cacheDir })
  const { vectors } = await model.encode(['The tide was going out.', ''])
  for (let i = 0; i < 2; i++) assert.ok(Math.abs(Math.hypot(...vectors.row(i)) - 1) < 1e-5)
})

test('another head or prompt is another space; other lengths and storage have other fingerprints', async () => {
  const nameOf = async (options: LoadEncoderOptions) => {
    await using model = await loadEncoder(join(GOLDENS, 'stella15'), { cacheDir, ...options })
    assert.match(model.space, /^stella15-[0-9a-f]{8}$/)
    return { space: model.space, fingerprint: model.fingerprint }
  }
  const same: LoadEncoderOptions[] = [
    {},
    { maxTokens: 20 },
    { storage: 'f32' },
    { storage: 'q8_0' },
    { compute: 'bf16' },
  ]
  const others: LoadEncoderOptions[] = [
    ...[{ dims: 64 }, { prompt: 's2s' }, { prompt: { text: 'x' } }],
    ...[{ normalise: false }, { head: false }],
  ]
  const found = await Promise.all([...same, ...others].map(nameOf))
  assert.is(new Set(found.map(({ fingerprint }) => fingerprint)).size, same.length + others.length)
  assert.is(new Set(found.map(({ space }) => space)).size, 1 + others.length)
  for (const equal of [{}, { dims: 16 }, { head: true, normalise: true }])
    assert.equal(await nameOf(equal), found[0])
})

test('weights are prepared once, mapped after that, and again when they were thrown away', async () => {
  const own = temporaryFolder()
  const folder = join(GOLDENS, 'gtr')
  const load = async () => {
    const before = deviceInfo().liveBytes
    await using model = await loadEncoder(folder, { cacheDir: own, storage: 'q8_0' })
    const after = deviceInfo().liveBytes
    assert.is(after.state, before.state, 'nothing is in memory of its own')
    assert.ok(after.mapped > before.mapped)
    return (await model.encode('The tide was going out.')).vectors.row(0)
  }
  const [first, ...others] = await Promise.all([load(), load(), load()])
  const [key, ...more] = readdirSync(join(own, 'weights'))
  assert.equal(more, [])
  const file = join(own, 'weights', key!, 'weights.safetensors')
  const { mtimeMs } = statSync(file)
  for (const vector of [...others, await load()]) assert.equal(vector, first)
  assert.is(statSync(file).mtimeMs, mtimeMs)
  rmSync(join(own, 'weights'), { recursive: true })
  assert.equal(await load(), first)
})

test('a text alone, in any batch and with one thread gives the same bits; cut texts are told', async () => {
  for (const name of NAMES) {
    await using model = await loadEncoder(join(GOLDENS, name), { cacheDir })
    const { texts } = goldenOf(name)
    const { vectors, truncated } = await model.encode(texts)
    const single = await model.encode(texts, { threads: 1 })
    for (const i of [0, 1, 5, 100, 198, 199]) {
      const alone = (await model.encode(texts[i]!)).vectors.row(0)
      assert.equal(alone, vectors.row(i))
      assert.equal(single.vectors.row(i), vectors.row(i))
    }
    assert.ok(truncated.includes(198) && !truncated.includes(2), `${name}: ${truncated}`)
  }
})

test.run()
