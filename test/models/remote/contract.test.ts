// What every encoder promises, of one that asks a service.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Encoder } from '../../../lib/core/encoder.ts'
import { systemClock } from '../../../lib/models/remote/clock.ts'
import { remoteEncoder } from '../../../lib/models/remote/encoder.ts'
import { openRemoteEncoder } from '../../../lib/models/remote/open.ts'
import { type RemoteEncoderOptions, remoteSettings } from '../../../lib/models/remote/options.ts'
import { embeddingService } from '../../../lib/models/remote/service.ts'
import {
  answered,
  type EmbeddingsService,
  embeddingsService,
  vectorOf,
} from '../../support/embeddings_service.ts'
import { rejects } from '../../support/rejects.ts'

const dims = 8
const texts = Array.from({ length: 90 }, (_, i) => `concept number ${i}`)
const bits = (v: Float32Array) => Buffer.from(v.buffer, v.byteOffset, v.byteLength).toString('base64')
const unit = (text: string) => {
  const row = vectorOf(text, dims)
  const length = Math.hypot(...row)
  return row.map((x) => x / length)
}
const expected = texts.map((text) => bits(unit(text)))
const rowsOf = async (model: Encoder, some: Parameters<Encoder['encode']>[0]) =>
  Array.from((await model.encode(some)).vectors, bits)

let service: EmbeddingsService
test.before(async () => {
  service = await embeddingsService((asked) => answered(asked, { dims }))
})
test.after(async () => service[Symbol.asyncDispose]())

const open = (options: Partial<RemoteEncoderOptions> = {}) =>
  openRemoteEncoder({ url: service.url, model: 'tiny', dims, apiKey: '', batch: 7, ...options })

async function reasonOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'was not aborted',
    (error: unknown) => (error as Error).message,
  )
}

test('it says what it is', async () => {
  await using model = await open()
  const { name, space, capacityTokens, tokens, guide, encodeTokens, fingerprint } = model
  assert.equal(
    [name, space, model.dims, capacityTokens, tokens, guide, encodeTokens],
    ['tiny', 'tiny-8', 8, 8191, null, null, null],
  )
  assert.match(fingerprint, /^[0-9a-f]{64}$/)
  for (const other of [
    { normalise: false },
    { model: 'other' },
    { dims: 9 },
    { url: 'http://127.0.0.1:1/v1' },
  ])
    assert.is.not((await open(other)).fingerprint, fingerprint)
  for (const same of [{ apiKey: 'sk-other' }, { batch: 3 }, { url: `${service.url}/` }, { space: 'other-8' }])
    assert.is((await open(same)).fingerprint, fingerprint)
})

test('a text alone and in any batch gives the same bits, of length 1', async () => {
  await using model = await open()
  assert.equal(await rowsOf(model, texts), expected)
  await using wide = await open({ batch: 2048, concurrency: 1 })
  assert.equal(await rowsOf(wide, [...texts].reverse()), [...expected].reverse())
  for (const i of [0, 6, 7, 89]) assert.equal(await rowsOf(model, texts[i]!), [expected[i]])
  const lengths = Array.from((await model.encode(texts)).vectors, (row) => Math.hypot(...row))
  assert.ok(lengths.every((length) => Math.abs(length - 1) < 1e-6))
})

test('vectors as the service gives them, where they are not normalised', async () => {
  await using model = await open({ normalise: false })
  assert.equal(
    await rowsOf(model, texts),
    texts.map((text) => bits(vectorOf(text, dims))),
  )
})

test('texts come from arrays, generators and async sources, in order', async () => {
  await using model = await open()
  const sync = function* () {
    yield* texts
  }
  const async_ = async function* () {
    yield* texts
  }
  assert.equal(await rowsOf(model, sync()), expected)
  assert.equal(await rowsOf(model, async_()), expected)
  assert.equal(await rowsOf(model, new Set(texts)), expected)
  let next = 0
  for await (const block of model.encodeBlocks(async_())) {
    assert.equal([block.first, block.data.length, block.truncated], [next, block.count * dims, []])
    next += block.count
  }
  assert.is(next, texts.length)
})

test('a stream without end is read no further than it is asked for', async () => {
  await using model = await open({ batch: 5, concurrency: 2 })
  let read = 0
  const endless = function* () {
    for (;;) yield `text ${read++}`
  }
  const blocks = model.encodeBlocks(endless())
  for (let i = 0; i < 20; i++) assert.is((await blocks.next()).value!.first, 5 * i)
  assert.ok(read <= 5 * (20 + 2), `${read} texts were read`)
  await blocks.return(undefined)
})

test('long texts make small requests', async () => {
  await using other = await embeddingsService((asked) => answered(asked, { dims }))
  await using model = await open({ url: other.url, batch: 100 })
  const long = Array.from({ length: 6 }, (_, i) => `${i} `.repeat(70_000))
  assert.equal(
    await rowsOf(model, long),
    long.map((text) => bits(unit(text))),
  )
  assert.equal(
    other.asked.map(({ body }) => body.input.length),
    [2, 2, 2],
  )
})

test('no texts give no vectors and ask for nothing; nothing is told of tokens, or to be cut', async () => {
  await using other = await embeddingsService((asked) => answered(asked, { dims }))
  await using model = await open({ url: other.url })
  assert.is((await model.encode([])).vectors.count, 0)
  assert.is(other.asked.length, 0)
  const { truncated, tokens } = await model.encode(['word '.repeat(20_000), 'a'])
  assert.equal([truncated, tokens], [[], null])
  for await (const block of model.encodeBlocks(['a', 'b'])) assert.is(block.tokens, null)
})

test('the empty text is asked for as a space, half a surrogate pair as U+FFFD, and equal texts once', async () => {
  await using other = await embeddingsService((asked) => answered(asked, { dims }))
  await using model = await open({ url: other.url })
  const rows = await rowsOf(model, ['', ' ', 'a\ud800', 'b', 'b', '\ufeffb'])
  assert.equal(other.asked[0]!.body.input, [' ', 'a\ufffd', 'b', '\ufeffb'])
  assert.equal(
    rows,
    [' ', ' ', 'a\ufffd', 'b', 'b', '\ufeffb'].map((text) => bits(unit(text))),
  )
})

test('progress ends at the number of texts', async () => {
  await using model = await open()
  const seen: [number, number | undefined][] = []
  await model.encode(texts, { onProgress: (done, total) => seen.push([done, total]) })
  assert.equal(
    seen.map(([done]) => done),
    [...Array.from({ length: 12 }, (_, i) => 7 * (i + 1)), 90],
  )
  assert.ok(seen.every(([, total]) => total === 90))
})

test('what is no text, and options that do not exist, are refused by name', async () => {
  await using model = await open()
  const some = [...texts.slice(0, 20), 7 as unknown as string]
  await rejects(() => model.encode(some), 'BAD_ARGUMENT', /^texts\[20\]: got 7; expected a string$/)
  await rejects(() => model.encode(undefined as never), 'BAD_ARGUMENT', /^texts: got undefined/)
  await rejects(() => model.encode('a', { sginal: 1 } as never), 'BAD_ARGUMENT', /did you mean signal/)
})

test('an abort ends it with the reason, at any time, and what follows is right', async () => {
  await using slow = await embeddingsService((asked, number) =>
    number < 4 ? 'hang' : answered(asked, { dims }),
  )
  await using model = await open({ url: slow.url })
  const stop = new AbortController()
  const call = reasonOf(model.encode(texts, { signal: stop.signal }))
  while (slow.asked.length < 4) await new Promise((resolve) => setTimeout(resolve, 1))
  stop.abort(new Error('enough'))
  assert.is(await call, 'enough')
  assert.is(await reasonOf(model.encode(texts, { signal: stop.signal })), 'enough')
  assert.equal(await rowsOf(model, texts), expected)
  while (slow.left < 4) await new Promise((resolve) => setTimeout(resolve, 1))
})

test('an abort ends waiting for another try, for a turn, and for a fetch that does not listen', async () => {
  const failing = async () => new Response('', { status: 503, headers: { 'retry-after': '300' } })
  const deaf = () => new Promise<Response>(() => {})
  const working = async (_: string, { body }: RequestInit) => {
    const { input } = JSON.parse(String(body)) as { input: string[] }
    return Response.json({ data: input.map((text) => ({ embedding: Array.from(vectorOf(text, dims)) })) })
  }
  for (const options of [{ fetch: failing }, { fetch: deaf }, { fetch: working, requestsPerMinute: 0.01 }]) {
    await using model = await open(options)
    const stop = new AbortController()
    const call = reasonOf(model.encode(texts, { signal: stop.signal }))
    setTimeout(() => stop.abort(new Error('enough')), 20)
    assert.is(await call, 'enough')
  }
})

test('an abort waits for no cache, and what has come is still kept', async () => {
  const kept: string[] = []
  const stop = new AbortController()
  let written = () => {}
  const writing = new Promise<void>((resolve) => {
    written = resolve
  })
  const settings = remoteSettings({ url: service.url, model: 'tiny', dims, apiKey: '' })
  const model = remoteEncoder(settings, embeddingService(settings, systemClock), {
    read: async () => new Map(),
    write: async (vectors) => {
      stop.abort(new Error('enough'))
      await writing
      kept.push(...vectors.keys())
    },
  })
  assert.is(await reasonOf(model.encode(['a', 'b'], { signal: stop.signal })), 'enough')
  written()
  await writing
  assert.equal(kept, ['a', 'b'])
})

test('an abort ends waiting for a source that gives nothing', async () => {
  await using model = await open()
  const stop = new AbortController()
  const stuck = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }
  const call = reasonOf(model.encode(stuck, { signal: stop.signal }))
  stop.abort(new Error('enough'))
  assert.is(await call, 'enough')
})

test('who has read enough, and a failure, end the requests that are left', async () => {
  await using slow = await embeddingsService((asked, number) =>
    number === 0 ? answered(asked, { dims }) : 'hang',
  )
  await using model = await open({ url: slow.url })
  for await (const block of model.encodeBlocks(texts)) {
    assert.is(block.first, 0)
    break
  }
  await using broken = await embeddingsService((_, number) =>
    number === 0 ? { status: 400, body: '{"error":"no"}' } : 'hang',
  )
  await using other = await open({ url: broken.url })
  await rejects(() => other.encode(texts), 'BAD_ARGUMENT', /the service answers 400: no$/)
})

test('what is under way when it is disposed of is encoded to its end; a stream says so', async () => {
  const model = await open()
  const running = model.encode(texts)
  const blocks = model.encodeBlocks(texts)
  await blocks.next()
  model.dispose()
  model.dispose()
  await rejects(() => model.encode('x'), 'DISPOSED', /^tiny: the model was disposed$/)
  assert.equal(Array.from((await running).vectors, bits), expected)
  await rejects(
    async () => {
      for await (const _ of blocks);
    },
    'DISPOSED',
    /^tiny: the model was disposed$/,
  )
  await model[Symbol.asyncDispose]()
})

test.run()
