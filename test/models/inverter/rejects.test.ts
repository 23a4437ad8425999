// What an inverter refuses, and how it is stopped.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { trustedVectors, type Vectors, vectorsFrom } from '../../../lib/core/vectors.ts'
import { inverterConfig } from '../../../lib/models/inverter/config.ts'
import type { Inversion } from '../../../lib/models/inverter/inversion.ts'
import type { InvertOptions } from '../../../lib/models/inverter/options.ts'
import { surrogateConfig } from '../../../lib/models/inverter/surrogate/forward.ts'
import type { VectorSource } from '../../../lib/models/inverter/vector_source.ts'
import { bagOfWords, DIMS } from '../../support/bag_of_words.ts'
import { rejects } from '../../support/rejects.ts'
import { encoded, someTexts, tinyInverter } from './tiny_world.ts'

const texts = someTexts(70)

test('vectors that have no direction, or belong to another model', async () => {
  await using inverter = await tinyInverter()
  const rows = encoded(texts).toFloat32Array()
  const with_ = (row: number, value: number) =>
    rows.map((x, i) => (Math.floor(i / DIMS) === row && (value === 0 || i % DIMS === 3) ? value : x))
  for (const [row, value, message] of [
    [0, 0, /^vectors\[0\]: got a vector of zeros; expected one with a direction$/],
    [69, 0, /^vectors\[69\]: got a vector of zeros/],
    [5, Number.NaN, /^vectors\[5\]: got NaN or infinite elements; expected finite numbers$/],
    [66, Number.POSITIVE_INFINITY, /^vectors\[66\]: got NaN or infinite/],
  ] as const) {
    const vectors = trustedVectors([with_(row, value)], DIMS, 'bag-32')
    await rejects(() => inverter.invert(vectors, { refine: 0 }), 'BAD_ARGUMENT', message)
  }
  const other = vectorsFrom(rows, DIMS, 'tiny-12')
  await rejects(() => inverter.invert(other), 'SPACE_MISMATCH', /tiny-12/)
  const narrow = vectorsFrom(rows, 16, 'bag-32')
  await rejects(
    () => inverter.invert(narrow),
    'BAD_ARGUMENT',
    /^vectors\.dims: got 16; expected 32, of bag-32$/,
  )
  const clone = structuredClone(encoded(['sea']))
  for (const wrong of [null, 7, 'sea', [1, 2], [null], clone, [clone]])
    await rejects(
      async () => {
        for await (const _ of inverter.invertEach(wrong as unknown as VectorSource));
      },
      'BAD_ARGUMENT',
      /^vectors: got /,
    )
  await rejects(() => inverter.invert([encoded(['sea'])] as never), 'BAD_ARGUMENT', /^vectors: got /)
})

test('every option that is out of its range is named', async () => {
  await using inverter = await tinyInverter()
  const whole = [0.5, Number.NaN, '3', null]
  const wrong: readonly [keyof InvertOptions, readonly unknown[]][] = [
    ['candidates', [0, 65, ...whole]],
    ['beam', [0, 65, ...whole]],
    ['lengthPenalty', [-0.1, 4.1, Number.NaN, '1']],
    ['noRepeatNgram', [-1, 13, 0.5, '1']],
    ['maxTokens', [0, 13, 0.5, '1']],
    ['guidance', [0.9, 4.1, Number.NaN, '1']],
    ['surrogateWeight', [-1, 1e7, Number.NaN, '1']],
    ['refine', [-1, 1e7, 0.5, '1']],
    ['minCosine', [-1.1, 1.1, Number.NaN, '1', null]],
    ['threads', [0, 0.5, '2']],
    ['signal', [7, {}]],
    ['onStep', [7, null, 'told']],
    ['sampling', [7, null]],
    ['constraints', [7, 'sea']],
  ]
  for (const [name, values] of wrong)
    for (const value of values)
      await rejects(
        () => inverter.invert(encoded(['sea']), { [name]: value } as InvertOptions),
        'BAD_ARGUMENT',
        new RegExp(`^${name}: got `),
      )
  for (const [name, values] of [
    ['samples', [0, 65, 0.5, '1']],
    ['temperature', [-0.1, 11, Number.NaN, '1']],
    ['topP', [0, 1.1, Number.NaN, '1']],
    ['seed', [-1, 0.5, 2 ** 53, '1']],
  ] as const)
    for (const value of values)
      await rejects(
        () => inverter.invert(encoded(['sea']), { sampling: { [name]: value } } as InvertOptions),
        'BAD_ARGUMENT',
        new RegExp(`^sampling\\.${name}: got `),
      )
  await rejects(() => inverter.invert(encoded(['sea']), null as never), 'BAD_ARGUMENT', /^options: got null/)
})

test('options that do not exist are refused by name', async () => {
  await using inverter = await tinyInverter()
  const vectors = encoded(['sea'])
  for (const [options, message] of [
    [{ beams: 1 }, /^beams: no such option; did you mean beam\?/],
    [{ sampling: { topp: 1 } }, /^sampling\.topp: no such option; did you mean topP\?/],
    [{ constraints: { includes: [] } }, /^constraints\.includes: no such option; did you mean include\?/],
  ] as const)
    await rejects(() => inverter.invert(vectors, options as never), 'BAD_ARGUMENT', message)
  const unknown = { nonsense: 1 } as never
  await rejects(() => inverter.surprise(['sea'], unknown), 'BAD_ARGUMENT', /^nonsense: no such option/)
  await rejects(() => inverter.sampleTexts([1], unknown), 'BAD_ARGUMENT', /^nonsense: no such option/)
})

test('texts and seeds that are none are named', async () => {
  await using inverter = await tinyInverter()
  const refused = (call: () => Promise<unknown>, message: RegExp) => rejects(call, 'BAD_ARGUMENT', message)
  for (const texts of [null, 'sea', 7])
    await refused(() => inverter.surprise(texts as never), /^texts: got .*; expected an array of strings$/)
  await refused(() => inverter.surprise(['sea', 7] as never), /^texts\[1\]: got 7; expected a string$/)
  const judged = (vectors: unknown) => () =>
    inverter.surprise(['sea', 'ship'], { vectors: vectors as Vectors })
  await refused(judged(encoded(['sea'])), /^vectors: got 1 vectors; expected 2, one for each text$/)
  await refused(judged([1, 2]), /^vectors: got /)
  await refused(
    judged(vectorsFrom(new Float32Array(2 * DIMS), DIMS, 'bag-32')),
    /^vectors\[0\]: got a vector of zeros/,
  )
  await rejects(judged(vectorsFrom(new Float32Array(2 * DIMS).fill(1), DIMS, 'x')), 'SPACE_MISMATCH', /./)
  for (const seeds of [undefined, 5, '1'])
    await refused(() => inverter.sampleTexts(seeds as never), /^seeds: got .*; expected an array of numbers$/)
  for (const text of [undefined, 7])
    await refused(async () => inverter.countTokens(text as never), /^text: got .*; expected a string$/)
})

test('constraints that contradict each other, or do not fit', async () => {
  await using inverter = await tinyInverter()
  for (const [constraints, message, maxTokens] of [
    [
      { include: ['the sea'], exclude: ['e s'] },
      /^constraints\.include\[0\]: got "the sea", which contains "e s"/,
      12,
    ],
    [
      { include: ['hello world'] },
      /^constraints: got strings to include that need \d+ tokens; expected at most 5/,
      5,
    ],
    [{ include: ['Ü'] }, /^constraints\.include\[0\]: got "Ü" with "Ü"; expected characters that/, 12],
    [{ include: [''] }, /^constraints\.include\[0\]: got ""/, 12],
    [{ include: 'sea' as never }, /^constraints\.include: got "sea"; expected an array of strings/, 12],
    [{ keep: [/x/] }, /^constraints\.hints: got undefined/, 12],
  ] as const)
    await rejects(
      () => inverter.invert(encoded(['sea']), { constraints, maxTokens }),
      'BAD_ARGUMENT',
      message,
    )
})

test('more constraints than a text can hold are refused before anything is built of them', async () => {
  await using inverter = await tinyInverter()
  const one = encoded(['sea'])
  for (const [constraints, message] of [
    [{ include: Array(10_000).fill('sea') }, /^constraints\.include: got 10000 strings of 30000 characters/],
    [
      { include: ['a'.repeat(5000)] },
      /^constraints\.include: got 1 strings of 5000 characters; expected at most/,
    ],
    [{ exclude: Array(300).fill('x') }, /^constraints\.exclude: got 300 strings/],
    [{ keep: [/\w/g], hints: 'a'.repeat(300) }, /^constraints\.keep: got 300 strings/],
  ] as const)
    await rejects(() => inverter.invert(one, { constraints }), 'BAD_ARGUMENT', message)
})

test('an encoder of another space is refused', async () => {
  const encoder = { ...bagOfWords(), space: 'other-32' }
  await rejects(() => tinyInverter({ encoder }), 'SPACE_MISMATCH', /other-32/)
})

for (const [where, after] of [
  ['in a block', 3],
  ['between blocks', 64],
] as const)
  test(`a stream that is cancelled ${where} keeps what it has given, and rejects with the reason`, async () => {
    await using inverter = await tinyInverter()
    const whole = await inverter.invert(encoded(texts), { refine: 0 })
    const stop = new AbortController()
    const given: Inversion[] = []
    const reason = new Error('enough')
    try {
      for await (const inversion of inverter.invertEach(encoded(texts), { refine: 0, signal: stop.signal })) {
        given.push(inversion)
        if (given.length === after) stop.abort(reason)
      }
      assert.unreachable('was not cancelled')
    } catch (error) {
      assert.is(error, reason)
    }
    assert.equal(given, whole.slice(0, after))
    assert.equal(await inverter.invert(encoded(texts), { refine: 0 }), whole, 'it works as before')
  })

test('a run is cancelled while texts are encoded, and one that is cancelled already does not begin', async () => {
  const stop = new AbortController()
  const reason = new Error('enough')
  const encoder = bagOfWords((count) => {
    if (count === 30) stop.abort(reason)
  })
  await using inverter = await tinyInverter({ encoder })
  const rejected = async (options: InvertOptions) =>
    inverter.invert(encoded(texts), options).then(
      () => assert.unreachable('was not cancelled'),
      (error) => assert.is(error, reason),
    )
  await rejected({ signal: stop.signal })
  assert.is(encoder.encoded.length, 30)
  await rejected({ signal: stop.signal })
  assert.is(encoder.encoded.length, 30)
  await inverter.surprise(['sea'], { signal: stop.signal }).then(
    () => assert.unreachable('was not cancelled'),
    (error) => assert.is(error, reason),
  )
})

test('a model that was disposed says so, and frees its parts once', async () => {
  let freed = 0
  const inverter = await tinyInverter({ onDispose: () => freed++ })
  const stream = inverter.invertEach([encoded(texts.slice(0, 2)), encoded(texts)], { refine: 0 })
  await stream.next()
  inverter.dispose()
  inverter.dispose()
  assert.is(freed, 1)
  await inverter[Symbol.asyncDispose]()
  assert.is(freed, 1)
  assert.is((await stream.next()).done, false, 'the rest of the block was ready')
  const message = /^tiny: the model was disposed$/
  await rejects(() => stream.next(), 'DISPOSED', message)
  await rejects(() => inverter.invert(encoded(['sea'])), 'DISPOSED', message)
  await rejects(() => inverter.invertEach(encoded(['sea'])), 'DISPOSED', message)
  await rejects(() => inverter.surprise(['sea']), 'DISPOSED', message)
})

test('a block of a stream that is under way when the model is disposed is written to its end', async () => {
  await using other = await tinyInverter()
  const vectors = encoded(texts)
  const expected = await other.invert(vectors, { refine: 30 })
  let freed = 0
  const inverter = await tinyInverter({ onDispose: () => freed++ })
  const given: Inversion[] = []
  const stream = inverter.invertEach(vectors, { refine: 30 })
  const first = stream.next()
  for (let i = 0; i < 6; i++) await new Promise((resolve) => setImmediate(resolve))
  inverter.dispose()
  assert.is(freed, 0)
  given.push((await first).value)
  const rest = async () => {
    for await (const inversion of stream) given.push(inversion)
  }
  await rejects(rest, 'DISPOSED', /^tiny: the model was disposed$/)
  assert.equal(given, expected.slice(0, 64))
  await inverter[Symbol.asyncDispose]()
  assert.is(freed, 1)
})

test('a run that is under way when the model is disposed goes on to its end, and only then the parts are freed', async () => {
  await using other = await tinyInverter()
  const vectors = encoded(texts.slice(0, 3))
  const expected = await other.invert(vectors, { refine: 60 })
  let underWay = 0
  for (let turns = 0; turns < 40; turns += 6) {
    let freed = 0
    let ended = false
    const inverter = await tinyInverter({ onDispose: () => freed++ })
    const running = inverter.invert(vectors, { refine: 60 }).finally(() => {
      ended = true
    })
    for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve))
    // On a machine that is fast now it may be over by then.
    if (!ended) underWay++
    const expectedFreed = ended ? 1 : 0
    inverter.dispose()
    assert.is(freed, expectedFreed)
    assert.equal(await running, expected)
    await inverter[Symbol.asyncDispose]()
    assert.is(freed, 1)
  }
  assert.ok(underWay > 0)
})

test('wrong configs are refused by field', () => {
  const wrong: [Record<string, unknown>, RegExp][] = [
    [{ blocks: 2 }, /^config\.blocks: got a field/],
    [{ space: 'A B' }, /^config\.space/],
    [{ dims: 0 }, /^config\.dims: got 0/],
    [{ layers: 1.5 }, /^config\.layers/],
    [{ heads: 7 }, /^config\.heads: got 7; expected a divisor of dModel, 768/],
    [{ start: 8000 }, /^config\.start: got 8000; expected a token id below 8000/],
    [{ end: 1 }, /^config\.end: got 1; expected a token id other than 1/],
    [{ adapterHidden: -1 }, /^config\.adapterHidden/],
    [{ languageNll: -1 }, /^config\.languageNll/],
    [{ scales: [] }, /^config\.scales: got \[\]/],
    [{ scales: [4, 0] }, /^config\.scales/],
    [{ layers: 1e6 }, /^config\.layers: got 1000000; expected a positive integer of at most 512/],
    [{ scales: [1e6] }, /^config\.scales: got \[1000000\]; expected .*at most 4096 together/],
    [{ scales: Array(100).fill(1) }, /^config\.scales/],
    [{ vocabulary: 1e9 }, /^config\.vocabulary/],
    [{ toString: 1 }, /^config\.toString: got a field/],
  ]
  for (const [given, message] of wrong)
    assert.throws(
      () => inverterConfig(given),
      (error: Error) => message.test(error.message),
    )
  assert.throws(() => inverterConfig([] as never), /^config: got/)
  assert.throws(
    () => surrogateConfig({ heads: 3 }),
    /^config\.heads: got 3; expected a divisor of dModel, 128/,
  )
  assert.throws(() => surrogateConfig({ depth: 3 } as never), /^config\.depth: got a field/)
  assert.throws(() => surrogateConfig({ layers: 0 }), /^config\.layers: got 0/)
  assert.throws(() => surrogateConfig([] as never), /^config: got \[\]; expected an object of fields/)
  assert.throws(() => surrogateConfig({ space: 7 } as never), /^config\.space: got 7; expected a name/)
})

test.run()
