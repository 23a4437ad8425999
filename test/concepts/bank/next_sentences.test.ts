// The next sentence is the one of the bank with the highest score, found by a single search.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  cosine,
  nextSentences,
  openStore,
  sentenceBank,
  storeBank,
  type Vectors,
  vectorsFrom,
} from '../../../lib/index.ts'
import { bagOfWords, DIMS, vectorOf } from '../../support/bag_of_words.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'
import { spread } from '../../train/tiny_data.ts'

const space = 'bag-32'
const some = (count: number, stream: number, length = 1): Vectors =>
  vectorsFrom(spread(stream, [count, DIMS], 0, length), DIMS, space)
const texts = Array.from({ length: 200 }, (_, i) => `Sentence ${i}.`)
const vectors = some(200, 1, 3)
const bank = sentenceBank(texts, vectors)
const directions = some(3, 2, 0.1)
const last = some(3, 3, 5)

for (const penalty of [0, 0.1, 0.6, 1])
  test(`penalty ${penalty}: scores are what they say, and the highest are given`, async () => {
    const found = await nextSentences(bank, directions, last, { k: 7, repetitionPenalty: penalty })
    for (const [i, hits] of found.entries()) {
      const scores = texts.map((text, at) => ({
        text,
        score: cosine(directions.row(i), vectors.row(at)) - penalty * cosine(last.row(i), vectors.row(at)),
      }))
      scores.sort((a, b) => b.score - a.score)
      assert.equal(
        hits.map(({ text }) => text),
        scores.slice(0, 7).map(({ text }) => text),
      )
      for (const [place, { score }] of hits.entries())
        assert.ok(Math.abs(score - scores[place]!.score) < 1e-5, `${score}, not ${scores[place]!.score}`)
    }
  })

test('alone or in a batch the same is found', async () => {
  const all = await nextSentences(bank, directions, last, { k: 3 })
  for (let i = 0; i < 3; i++) {
    const row = (of: Vectors) => vectorsFrom(of.row(i).slice(), DIMS, space)
    assert.equal(await nextSentences(bank, row(directions), row(last), { k: 3 }), [all[i]])
  }
})

test('what is not wanted is left out, and the next ones follow', async () => {
  const [before] = await nextSentences(bank, directions, last, { k: 4 })
  const not = [before![0]!.text, before![2]!.text, 'Never heard.']
  const [after] = await nextSentences(bank, directions, last, { k: 2, not })
  assert.equal(after, [before![1], before![3]])
  const [all] = await nextSentences(bank, directions, last, { k: 1000, not: texts.slice(1) })
  assert.equal(
    all!.map(({ text }) => text),
    texts.slice(0, 1),
  )
})

test('a store is a bank, or those of its concepts that fulfil a filter', async () => {
  const sentences = ['The tide turned.', 'A dog barked.', 'Prices rose.']
  const model = bagOfWords()
  await using store = await openStore(temporaryFolder())
  assert.throws(() => storeBank(store), /^space: got none; expected a store with a space/)
  await store.addSpace('bag-32', DIMS)
  await store.upsert(
    sentences.map((text, i) => ({
      id: `${i}`,
      text,
      type: i === 1 ? 'definition' : 'example',
      vectors: { 'bag-32': vectorOf(text) },
    })),
  )
  const stored = storeBank(store)
  assert.equal([stored.space, stored.dims], ['bag-32', DIMS])
  const { vectors: like } = await model.encode(['prices rose', 'a dog'])
  const { vectors: before } = await model.encode(['the tide turned', 'prices rose'])
  const [first, second] = await nextSentences(stored, like, before)
  assert.equal([first![0]!.text, second![0]!.id], ['Prices rose.', '1'])
  assert.is('cosine' in first![0]!, false)
  using own = sentenceBank(sentences, (await model.encode(sentences)).vectors)
  const [third] = await nextSentences(own, like, before)
  assert.ok(Math.abs(third![0]!.score - first![0]!.score) < 1e-5)
  const examples = storeBank(store, { space: 'bag-32', filter: { types: ['example'] } })
  const [, left] = await nextSentences(examples, like, before, { k: 9 })
  assert.equal(left!.map(({ id }) => id).sort(), ['0', '2'])
  await rejects(async () => storeBank(store, { space: 'bag-64' }), 'SPACE_MISMATCH', /'bag-64'.*'bag-32'/)
  await rejects(async () => storeBank(store, { type: 'x' } as never), 'BAD_ARGUMENT', /^type: no such option/)
})

test('a vector of zeros points nowhere', async () => {
  const zeros = vectorsFrom(new Float32Array(DIMS), DIMS, space)
  const [hits] = await nextSentences(bank, zeros, zeros, { k: 2 })
  assert.equal(
    hits!.map(({ score }) => score),
    [0, 0],
  )
  using nowhere = sentenceBank(['', 'x'], vectorsFrom(new Float32Array(2 * DIMS), DIMS, space))
  assert.is((await nowhere.nearest(directions, 1))[0]![0]!.cosine, 0)
})

test('what does not fit is refused', async () => {
  const other = vectorsFrom(new Float32Array(DIMS), DIMS, 'other-32')
  const narrow = vectorsFrom(new Float32Array(DIMS), 16, space)
  const choose = (change: object, from = directions, before = last) =>
    nextSentences(bank, from, before, change)
  await rejects(() => choose({}, other), 'SPACE_MISMATCH', /other-32/)
  await rejects(() => choose({}, directions, other), 'SPACE_MISMATCH', /other-32/)
  for (const [call, message] of [
    [() => choose({}, narrow), /^directions: got 16 dimensions; expected 32 dimensions$/],
    [() => choose({}, directions, some(2, 1)), /^last: got 2 vectors; expected 3, one a direction$/],
    [() => choose({}, 'text' as never), /^directions: got "text"; expected vectors/],
    [() => choose({ k: 0 }), /^k: got 0; expected a whole number of 1 or more$/],
    [() => choose({ repetitionPenalty: 2 }), /^repetitionPenalty: got 2; expected a number from 0 to 1$/],
    [() => choose({ not: 'x' }), /^not: got "x"; expected an array of texts$/],
    [() => choose({ top: 2 }), /^top: no such option/],
    [() => bank.nearest(narrow, 1), /^vectors: got 16 dimensions/],
    [() => bank.nearest(last, 0), /^k: got 0/],
    [async () => sentenceBank(['x'], vectors), /^texts: got .*; expected a text for each of 200 vectors$/],
    [async () => sentenceBank([], some(0, 1)), /^texts: got \[\]; expected/],
    [async () => sentenceBank(texts, 'x' as never), /^vectors: got "x"/],
  ] as const)
    await rejects(call, 'BAD_ARGUMENT', message)
  const reason = new Error('enough')
  await choose({ signal: AbortSignal.abort(reason) }).then(
    () => assert.unreachable(),
    (error) => assert.is(error, reason),
  )
  const gone = sentenceBank(texts, vectors)
  gone.dispose()
  await rejects(() => nextSentences(gone, directions, last), 'DISPOSED', /the bank of sentences was disposed/)
})

test.after(() => bank.dispose())
test.run()
