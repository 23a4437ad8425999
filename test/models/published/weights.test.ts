// What is made of published weights: how each tensor is kept, that it is made one by one, and kept once.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readSafetensorsHeader } from '../../../lib/io/safetensors/file.ts'
import { loadEncoder } from '../../../lib/models/load_encoder.ts'
import type { LoadEncoderOptions } from '../../../lib/models/published/options.ts'
import { STORAGES, type Storage } from '../../../lib/models/published/weights.ts'
import { deviceInfo } from '../../../lib/runtime/device.ts'
import { temporaryFolder } from '../../support/folder.ts'

const GOLDENS = join(import.meta.dirname, 'goldens')
const root = temporaryFolder()
let caches = 0
const newCache = () => join(root, `${caches++}`)
const TEXTS = ['The tide was going out.', 'x', '']
const live = () => {
  const { state, mapped } = deviceInfo().liveBytes
  return [state, mapped]
}

async function vectorsOf(name: string, options: LoadEncoderOptions) {
  await using model = await loadEncoder(join(GOLDENS, name), options)
  const { vectors } = await model.encode(TEXTS)
  return { vectors: [...vectors].map((row) => [...row]), fingerprint: model.fingerprint }
}

const preparedIn = (cacheDir: string) => readdirSync(join(cacheDir, 'weights'))

/** The tensors of the only prepared file of a cache: how they are stored, and their bytes. */
async function preparedTensors(cacheDir: string) {
  const [key, ...more] = preparedIn(cacheDir)
  assert.equal(more, [])
  return tensorsOf(join(cacheDir, 'weights', key!, 'weights.safetensors'))
}

async function tensorsOf(path: string) {
  const { tensors } = await readSafetensorsHeader(path)
  const all = readFileSync(path)
  return new Map(
    tensors.map(({ name, dtype, shape, begin, end }) => [
      name,
      { dtype, shape, bytes: [...all.subarray(begin, end)] },
    ]),
  )
}

test('mapped or in memory, weights give the same bits', async () => {
  const file = join(root, 'file')
  writeFileSync(file, '')
  for (const name of ['mpnet', 'gtr', 'stella15'])
    for (const storage of [undefined, ...STORAGES]) {
      const mapped = await vectorsOf(name, { cacheDir: newCache(), storage })
      const inMemory = await vectorsOf(name, { cacheDir: join(file, 'cache'), storage })
      assert.equal(inMemory, mapped, `${name} ${storage}`)
    }
})

test('products are packed or quantised, the table of tokens too, and the rest is as it was', async () => {
  const original = await tensorsOf(join(GOLDENS, 'minilm', 'model.safetensors'))
  const layer = 'encoder.layer.0.intermediate.dense'
  const kinds: Record<Storage, readonly [table: string, product: string]> = {
    f32: ['F32', 'F32'],
    bf16: ['BF16', 'BF16'],
    f16: ['F16', 'F16'],
    q8_0: ['I8', 'I8'],
    q4_0: ['I8', 'U8'],
  }
  for (const storage of STORAGES) {
    const cacheDir = newCache()
    await vectorsOf('minilm', { cacheDir, storage })
    const tensors = await preparedTensors(cacheDir)
    const [table, product] = kinds[storage]
    const isFloat = product.includes('F')
    const words = 'embeddings.word_embeddings'
    assert.is(tensors.get(`${words}.${isFloat ? 'weight' : 'quants'}`)!.dtype, table)
    assert.equal(
      tensors.get(`${words}.${isFloat ? 'weight' : 'quants'}`)!.shape,
      original.get(`${words}.weight`)!.shape,
    )
    assert.is(tensors.get('embeddings.position_embeddings.weight')!.dtype, isFloat ? table : 'BF16')
    assert.is(tensors.get(`${layer}.${isFloat ? 'packed' : 'quants'}`)!.dtype, product)
    assert.is(tensors.get(`${layer}.scales`)?.dtype, isFloat ? undefined : 'F16')
    assert.not.ok(tensors.has(`${layer}.weight`))
    for (const name of [`${layer}.bias`, 'embeddings.LayerNorm.weight'])
      assert.equal(tensors.get(name), original.get(name))
    const found = [...tensors.keys()].filter((name) => !/\.(packed|quants|scales)$/.test(name))
    for (const name of found) assert.ok(original.has(name), name)
  }
})

test('a type that is asked for and one that the files have anyway share their weights', async () => {
  const own: readonly (readonly [string, Storage])[] = [
    ['minilm', 'f32'],
    ['mpnet', 'f32'],
    ['gtr', 'f16'],
    ['stella15', 'bf16'],
  ]
  for (const [name, storage] of own) {
    // The heads of some are of another type.
    const options = { cacheDir: newCache(), head: false }
    const { cacheDir } = options
    const [omitted, asked] = [await vectorsOf(name, options), await vectorsOf(name, { ...options, storage })]
    assert.equal(asked, omitted)
    assert.is(preparedIn(cacheDir).length, 1)
    const other = await vectorsOf(name, { ...options, storage: storage === 'f32' ? 'bf16' : 'f32' })
    assert.is.not(other.fingerprint, omitted.fingerprint)
    assert.is(preparedIn(cacheDir).length, 2)
  }
})

test('one tensor after the other is told; cancelled at any, nothing stays', async () => {
  const cacheDir = newCache()
  const before = live()
  const load = async (last: number, storage: Storage) => {
    const stop = new AbortController()
    const told: number[] = []
    const onProgress = ({ done, total }: { readonly done: number; readonly total: number }) => {
      told.push(done / total)
      if (told.length === last) stop.abort(new Error('enough'))
    }
    const options = { cacheDir, storage, onProgress, signal: stop.signal }
    const message = await vectorsOf('gtr', options).then(
      () => 'loaded',
      (error: Error) => error.message,
    )
    return { told, message }
  }
  for (const storage of ['f32', 'q8_0'] as const) {
    for (const last of [1, 5, 12]) {
      const { told, message } = await load(last, storage)
      assert.equal([told.length, message], [last, 'enough'])
      assert.equal(preparedIn(cacheDir), [])
      assert.equal(live(), before, 'something was left in native memory')
    }
  }
  const { told, message } = await load(Number.POSITIVE_INFINITY, 'q8_0')
  assert.is(message, 'loaded')
  assert.is(told.length, 20)
  assert.ok(told.every((done, i) => done > (told[i - 1] ?? 0)) && told.at(-1) === 1)
})

test.run()
