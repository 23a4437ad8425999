// What every encoder promises, of the native one.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readManifest } from '../../../lib/bundle/manifest.ts'
import { type Encoder, loadModel, VmmError } from '../../../lib/index.ts'
import { useLiteBundle } from '../../../lib/models/families/use_lite/convert.ts'
import { chosenTexts } from './chosen_texts.ts'

const texts = chosenTexts.map(([text]) => text)

let model: Encoder
test.before(async () => {
  model = await loadModel('use-lite')
})
test.after(() => model.dispose())

const bits = (v: Float32Array) => Buffer.from(v.buffer, v.byteOffset, v.byteLength).toString('base64')

test('the golden vectors of the bundle hold', async () => {
  const { golden } = await readManifest(await useLiteBundle())
  const { vectors } = await model.encode(golden.map((g) => g.text))
  golden.forEach(({ vector }, i) => {
    const off = vector.reduce((m, x, d) => Math.max(m, Math.abs(x - vectors.row(i)[d]!)), 0)
    assert.ok(off <= 1e-5, `golden vector ${i} differs by ${off}`)
  })
})

test('a text alone, in a batch, and with any number of threads gives the same bits', async () => {
  const sample = texts.filter((_, i) => i % 23 === 0)
  const together = (await model.encode(sample)).vectors
  const oneThread = (await model.encode([...sample].reverse(), { threads: 1 })).vectors
  for (const [i, text] of sample.entries()) {
    const alone = bits((await model.encode(text)).vectors.row(0))
    assert.is(bits(together.row(i)), alone)
    assert.is(bits(oneThread.row(sample.length - 1 - i)), alone)
  }
})

test('texts come from arrays, generators and async sources, in order', async () => {
  const words = Array.from({ length: 700 }, (_, i) => `concept number ${i}`)
  const expected = bits((await model.encode(words)).vectors.toFloat32Array())
  const sync = function* () {
    yield* words
  }
  const async_ = async function* () {
    yield* words
  }
  assert.is(bits((await model.encode(sync())).vectors.toFloat32Array()), expected)
  assert.is(bits((await model.encode(async_())).vectors.toFloat32Array()), expected)
  let next = 0
  for await (const block of model.encodeBlocks(words)) {
    assert.is(block.first, next)
    next += block.count
  }
  assert.is(next, words.length)
})

test('no texts give no vectors; the empty text has a vector of its own; long texts are reported', async () => {
  assert.is((await model.encode([])).vectors.count, 0)
  const { vectors, truncated } = await model.encode(['', 'word '.repeat(500), 'short'])
  assert.equal(truncated, [1])
  for (let i = 0; i < 3; i++) {
    const length = Math.hypot(...vectors.row(i))
    assert.ok(Math.abs(length - 1) < 1e-5, `row ${i} has length ${length}`)
  }
})

test('progress ends at the number of texts', async () => {
  const seen: [number, number | undefined][] = []
  await model.encode(texts.slice(0, 300), { onProgress: (done, total) => seen.push([done, total]) })
  assert.equal(seen.at(-1), [300, 300])
})

async function refusal(call: () => Promise<unknown>): Promise<VmmError> {
  try {
    await call()
  } catch (error) {
    assert.instance(error, VmmError)
    return error as VmmError
  }
  throw new Error('was accepted')
}

test('bad input is refused by name', async () => {
  const wrong = await refusal(() => model.encode(['fine', 7 as unknown as string]))
  assert.is(wrong.code, 'BAD_ARGUMENT')
  assert.is(wrong.message, 'texts[1]: got 7; expected a string')
  assert.match(
    (await refusal(() => model.encode(undefined as unknown as string))).message,
    'texts: got undefined',
  )
  const missing = await refusal(() => loadModel('no-such-model'))
  assert.is(missing.code, 'NOT_FOUND')
})

test('an aborted encoding rejects with the reason, and the next one is right', async () => {
  const expected = bits((await model.encode('after')).vectors.row(0))
  const stop = new AbortController()
  const long = model.encode(
    Array.from(
      { length: 20_000 },
      (_, i) => `a rather long sentence about nothing in particular, number ${i}`,
    ),
    { signal: stop.signal },
  )
  setTimeout(() => stop.abort(new Error('enough')), 20)
  try {
    await long
    assert.unreachable('was not aborted')
  } catch (error) {
    assert.is((error as Error).message, 'enough')
  }
  assert.is(bits((await model.encode('after')).vectors.row(0)), expected)
})

test('an abort ends waiting for a source that gives nothing', async () => {
  const stop = new AbortController()
  let closed = 0
  const stuck = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise<never>(() => {}),
      return: async () => ({ done: true as const, value: ++closed }),
    }),
  }
  const waiting = model.encode(stuck, { signal: stop.signal })
  stop.abort(new Error('enough'))
  try {
    await waiting
    assert.unreachable('was not aborted')
  } catch (error) {
    assert.is((error as Error).message, 'enough')
  }
  assert.is(closed, 1)
})

test('wrong options are refused by name', async () => {
  for (const threads of [0, -1, 1.5, '2'])
    assert.match(
      (await refusal(() => model.encode('a', { threads: threads as number }))).message,
      /^threads: got/,
    )
  const signal = {} as AbortSignal
  assert.match((await refusal(() => model.encode('a', { signal }))).message, /^signal: got an object/)
  const unknown = await refusal(() => model.encode('a', { sginal: signal } as never))
  assert.match(unknown.message, /^sginal: no such option; did you mean signal\?/)
})

test('a model that is disposed of in the middle of an encoding says so', async () => {
  const other = await loadModel('use-lite')
  const blocks = other.encodeBlocks(texts)
  await blocks.next()
  other.dispose()
  const rest = await refusal(async () => {
    for await (const _ of blocks);
  })
  assert.is(rest.code, 'DISPOSED')
  assert.is(rest.message, 'use-lite: the model was disposed')
})

test('what is under way when a model is disposed of is encoded to its end', async () => {
  const many = Array.from({ length: 3000 }, (_, i) => `a sentence about the number ${i}`)
  const expected = bits((await model.encode(many)).vectors.toFloat32Array())
  const other = await loadModel('use-lite')
  const running = other.encode(many)
  await new Promise((resolve) => setImmediate(resolve))
  other.dispose()
  assert.is((await refusal(() => other.encode('x'))).code, 'DISPOSED')
  assert.is(bits((await running).vectors.toFloat32Array()), expected)
  await other[Symbol.asyncDispose]()
})

test('a disposed model refuses work', async () => {
  const other = await loadModel('use-lite')
  other.dispose()
  other.dispose()
  assert.is((await refusal(() => other.encode('x'))).code, 'DISPOSED')
})

test.run()
