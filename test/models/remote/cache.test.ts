import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { temporaryName } from '../../../lib/io/files.ts'
import { openVectorCache } from '../../../lib/models/remote/cache.ts'
import { openRemoteEncoder } from '../../../lib/models/remote/open.ts'
import type { RemoteEncoderOptions } from '../../../lib/models/remote/options.ts'
import { answered, embeddingsService, vectorOf } from '../../support/embeddings_service.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'

const dims = 8
const texts = Array.from({ length: 20 }, (_, i) => `concept number ${i}`)
const wanted = texts.map((text) => Array.from(vectorOf(text, dims)))
const about = { url: 'http://127.0.0.1/v1', model: 'tiny', dims }
const base = temporaryFolder()
let made = 0
const newFolder = (): string => {
  const folder = join(base, String(made++))
  mkdirSync(folder)
  return folder
}
const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort()

async function world(options: Partial<RemoteEncoderOptions> = {}) {
  const service = await embeddingsService((asked) => answered(asked, { dims: asked.body.dimensions ?? dims }))
  const cache = join(newFolder(), 'below', 'cache')
  const open = (other: Partial<RemoteEncoderOptions> = {}) =>
    openRemoteEncoder({
      url: service.url,
      model: 'tiny',
      dims,
      apiKey: 'sk-secret',
      normalise: false,
      batch: 6,
      cache,
      ...options,
      ...other,
    })
  return {
    cache,
    open,
    requested: () => service.asked.flatMap(({ body }) => body.input).length,
    rows: async (some = texts, other: Partial<RemoteEncoderOptions> = {}) =>
      (await (await open(other)).encode(some)).vectors.toArray(),
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  }
}

test('what was asked for once is not asked for again, by another encoder either', async () => {
  await using own = await world()
  assert.equal(await own.rows(), wanted)
  assert.is(own.requested(), 20)
  assert.equal(await own.rows(), wanted)
  assert.equal(await own.rows([...texts].reverse(), { batch: 20 }), [...wanted].reverse())
  assert.is(own.requested(), 20)
  const more = [...texts.slice(0, 3), 'another', ...texts.slice(3)]
  assert.equal(
    await own.rows(more),
    more.map((text) => Array.from(vectorOf(text, dims))),
  )
  assert.is(own.requested(), 21)
})

test('it is of one service, model and dims; whether vectors are normalised does not matter', async () => {
  await using own = await world({ sendDimensions: true })
  await own.rows()
  for (const other of [{ model: 'other' }, { dims: 4 }]) {
    const before = own.requested()
    await own.rows(texts, other)
    assert.is(own.requested(), before + 20)
  }
  const before = own.requested()
  const [row] = await own.rows(texts, { normalise: true })
  assert.ok(Math.abs(Math.hypot(...row!) - 1) < 1e-6)
  await own.rows(texts, { apiKey: 'sk-other', batch: 1, space: 'other-8' })
  assert.is(own.requested(), before)
  await using elsewhere = await world()
  await elsewhere.rows(texts, { cache: own.cache })
  assert.is(elsewhere.requested(), 20)
})

test('many requests and files at a time are no leak', async () => {
  const warnings: string[] = []
  const listen = ({ message }: Error) => warnings.push(message)
  process.on('warning', listen)
  await using own = await world({ concurrency: 32, batch: 2 })
  const many = Array.from({ length: 200 }, (_, i) => `text ${i}`)
  const { signal } = new AbortController()
  for (let i = 0; i < 2; i++)
    assert.is((await (await own.open()).encode(many, { signal })).vectors.count, 200)
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', listen)
  assert.equal(warnings, [])
})

test('damaged files count for nothing and are written anew', async () => {
  await using own = await world()
  await own.rows()
  const files = filesOf(own.cache)
  assert.is(files.length, 20)
  const [short, long, empty, flipped, swapped, zeros, folder, link] = files as [string, ...string[]]
  truncateSync(short, 40)
  writeFileSync(long!, Buffer.concat([readFileSync(long!), Buffer.alloc(1)]))
  writeFileSync(empty!, '')
  const bytes = readFileSync(flipped!)
  bytes[5]! ^= 1
  writeFileSync(flipped!, bytes)
  writeFileSync(swapped!, readFileSync(files[10]!))
  writeFileSync(zeros!, Buffer.alloc(statSync(zeros!).size))
  rmSync(folder!)
  symlinkSync('/dev/zero', folder!)
  rmSync(link!)
  symlinkSync(join(own.cache, 'nowhere'), link!)
  assert.equal(await own.rows(), wanted)
  assert.is(own.requested(), 28)
  assert.equal(await own.rows(), wanted)
  assert.is(own.requested(), 28)
  assert.is(filesOf(own.cache).length, 20)
})

test('numbers that are not finite are not believed, whatever their check says', async () => {
  const folder = newFolder()
  const cache = await openVectorCache(folder, about)
  await cache.write(new Map([['a', new Float32Array(dims).fill(Number.NaN)]]))
  assert.is((await cache.read(['a'], undefined)).size, 0)
})

test('files have f32 and a check, and neither texts nor the key; nothing unfinished stays', async () => {
  await using own = await world()
  await own.rows()
  const [path] = filesOf(own.cache)
  assert.match(path!.slice(own.cache.length), /^[/\\]([0-9a-f]{2})[/\\]\1[0-9a-f]{62}$/)
  const row = new Float32Array(new Uint8Array(readFileSync(path!).subarray(0, 4 * dims)).buffer)
  assert.ok(wanted.some((vector) => vector.every((x, i) => x === row[i])))
  for (const file of filesOf(own.cache)) assert.is(readFileSync(file).length, 4 * dims + 32)
})

test('what a process that ended has left is removed, what another writes is not', async () => {
  const folder = newFolder()
  await openVectorCache(folder, about)
  const own = temporaryName(join(folder, 'unfinished'))
  const dead = own.replace(`-${process.pid}-`, '-999999999-')
  writeFileSync(own, 'x')
  writeFileSync(dead, 'x')
  await openVectorCache(folder, about)
  assert.equal(filesOf(folder), [own])
})

test('many writers of the same texts do not disturb each other', async () => {
  const folder = newFolder()
  const rows = new Map(texts.map((text) => [text, vectorOf(text, dims)]))
  const caches = await Promise.all(Array.from({ length: 4 }, () => openVectorCache(folder, about)))
  await Promise.all(caches.map((cache) => cache.write(rows)))
  const read = await caches[0]!.read(texts, undefined)
  assert.equal(
    texts.map((text) => Array.from(read.get(text)!)),
    wanted,
  )
  assert.is(filesOf(folder).length, 20)
})

test('a folder that cannot be made or written is told by its path', async () => {
  const folder = newFolder()
  const file = join(folder, 'file')
  writeFileSync(file, '')
  await rejects(() => openVectorCache(join(file, 'cache'), about), 'BAD_FILE', /cache: cannot write: /)
  const cache = await openVectorCache(join(folder, 'cache'), about)
  for (let i = 0; i < 256; i++) writeFileSync(join(folder, 'cache', i.toString(16).padStart(2, '0')), '')
  const one = new Map([['a', vectorOf('a', dims)]])
  await rejects(() => cache.write(one), 'BAD_FILE', /cache.[0-9a-f]{2}.[0-9a-f]{64}: cannot write: /)
  assert.is(filesOf(join(folder, 'cache')).length, 256)
  const other = await openVectorCache(join(folder, 'other'), about)
  rmSync(join(folder, 'other'), { recursive: true })
  mkdirSync(join(folder, 'elsewhere'))
  await rejects(() => other.write(one), 'NOT_FOUND', /cannot write: /)
})

test('an abort ends reading', async () => {
  const cache = await openVectorCache(newFolder(), about)
  const stop = new AbortController()
  const reading = cache.read(texts, stop.signal).catch((error: Error) => error.message)
  stop.abort(new Error('enough'))
  await reading
  assert.is(await cache.read(texts, stop.signal).catch((error: Error) => error.message), 'enough')
})

test.run()
