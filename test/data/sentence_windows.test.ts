import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { planSentenceWindows, type SentenceWindowOptions } from '../../lib/data/sentence_windows.ts'
import { type TokenCorpus, tokenCorpus } from '../../lib/data/token_corpus.ts'
import { randomNumbers } from '../../lib/ops/random_numbers.ts'
import { rejects } from '../support/rejects.ts'

/** Documents of sentences of some tokens each, all tokens different. */
function corpusOf(documents: readonly (readonly number[])[]): TokenCorpus {
  const lengths = documents.flat()
  const sentences = [0]
  for (const length of lengths) sentences.push(sentences.at(-1)! + length)
  const firsts = [0]
  for (const document of documents) firsts.push(firsts.at(-1)! + document.length)
  return {
    ids: Int32Array.from({ length: sentences.at(-1)! }, (_, i) => i),
    sentences: Int32Array.from(sentences),
    documents: Int32Array.from(firsts),
  }
}

const numbers = randomNumbers(5)
const documents = Array.from({ length: 20 }, () =>
  Array.from({ length: 1 + numbers.below(60) }, () => 2 + numbers.below(20)),
)
const corpus = corpusOf(documents)
const total = corpus.ids.length
const options: SentenceWindowOptions = { rows: 500, window: 100, alone: 0.25, seed: 3 }
const begins = new Set(corpus.sentences)
const firsts = [...corpus.documents].map((sentence) => corpus.sentences[sentence]!)
const plan = planSentenceWindows(corpus, options)

test('windows begin with sentences, stay in their document, and batches are nearly full', () => {
  for (let number = 0; number < 3 * plan.perEpoch; number++) {
    const windows = plan.batch(number)
    assert.ok(windows.length > 0 && windows.length <= plan.most)
    for (const { begin, end } of windows) {
      assert.ok(begins.has(begin))
      assert.ok(end > begin && end - begin <= options.window)
      assert.is(
        firsts.findLast((at) => at <= begin),
        firsts.findLast((at) => at < end),
      )
    }
    const rows = windows.reduce((sum, { begin, end }) => sum + end - begin, 0)
    assert.ok(rows <= options.rows && rows > options.rows - options.window, `${rows} rows`)
  }
})

test('an epoch reads nearly everything, and as much alone as it should', () => {
  const singles = (plan: ReturnType<typeof planSentenceWindows>) =>
    Array.from({ length: plan.perEpoch }, (_, i) => plan.batch(i))
      .flat()
      .filter(({ begin, end }) => end <= corpus.sentences[corpus.sentences.indexOf(begin) + 1]!)
  const tokens = (windows: readonly { begin: number; end: number }[]) =>
    windows.reduce((sum, { begin, end }) => sum + end - begin, 0)
  assert.is(plan.perEpoch, Math.floor(total / 0.75 / options.rows))
  const share = tokens(singles(plan)) / (plan.perEpoch * options.rows)
  assert.ok(share > 0.2 && share < 0.32, `${share}`)
  const whole = planSentenceWindows(corpus, { ...options, alone: 0 })
  assert.ok(tokens(singles(whole)) < 0.05 * total)
  const seen = new Set<number>()
  for (let number = 0; number < whole.perEpoch; number++)
    for (const { begin, end } of whole.batch(number))
      for (const id of corpus.ids.subarray(begin, end)) {
        assert.not(seen.has(id), 'nothing comes twice in an epoch without single sentences')
        seen.add(id)
      }
  assert.ok(seen.size > 0.85 * total, `${seen.size} of ${total}`)
})

test('batches depend on seed and number alone, and epochs are cut at other places', () => {
  const other = planSentenceWindows(corpus, options)
  for (const number of [plan.perEpoch, 0, 2 * plan.perEpoch + 1, 1])
    assert.equal(other.batch(number), plan.batch(number))
  assert.not.equal(planSentenceWindows(corpus, { ...options, seed: 4 }).batch(0), plan.batch(0))
  const cuts = (epoch: number) =>
    Array.from({ length: plan.perEpoch }, (_, i) => plan.batch(epoch * plan.perEpoch + i))
      .flat()
      .filter(({ begin, end }) => end - begin > 60)
      .map(({ begin }) => begin)
  const [one, two] = [new Set(cuts(0)), cuts(1)]
  assert.ok(two.filter((begin) => !one.has(begin)).length > two.length / 2)
})

test('sentences longer than a window are cut, and a small corpus is one batch', () => {
  const small = planSentenceWindows(corpusOf([[150, 3, 120]]), { ...options, alone: 0 })
  assert.is(small.perEpoch, 1)
  const windows = small.batch(7).sort((a, b) => a.begin - b.begin)
  assert.equal(windows[0], { begin: 0, end: 100 })
  assert.equal(windows.at(-1), { begin: 153, end: 253 })
})

test('a corpus has the tokens of sentences, each with its end, and nothing of empty ones', async () => {
  const tokenizer = {
    size: 10,
    encode: (text: string) => Int32Array.from(text, Number),
    encodeBatch: (texts: readonly string[]) => {
      const ids = texts.map((text) => [...text].map(Number))
      const offsets = [0]
      for (const { length } of ids) offsets.push(offsets.at(-1)! + length)
      return {
        ids: Int32Array.from(ids.flat()),
        offsets: Int32Array.from(offsets),
        counts: Int32Array.from(ids, ({ length }) => length),
      }
    },
    encodeBatchSteps: () => assert.unreachable() as never,
  }
  const told: number[] = []
  const texts = [
    { sentences: ['12', '', '3'] },
    { sentences: [''] },
    { sentences: [] },
    { sentences: ['456'] },
  ]
  const found = await tokenCorpus(texts, tokenizer, { end: 9, onProgress: (n) => told.push(n) })
  assert.equal([...found.ids], [1, 2, 9, 3, 9, 4, 5, 6, 9])
  assert.equal([...found.sentences], [0, 3, 5, 9])
  assert.equal([...found.documents], [0, 2, 3])
  assert.equal(told, [3])
  const none = await tokenCorpus([], tokenizer, { end: 9 })
  await rejects(
    () => planSentenceWindows(none, options),
    'BAD_ARGUMENT',
    /^documents: got none with a text to train on; expected one at least$/,
  )
  const reason = new Error('enough')
  const many = Array.from({ length: 5000 }, () => ({ sentences: ['1'] }))
  await tokenCorpus(many, tokenizer, { end: 9, signal: AbortSignal.abort(reason) }).then(
    () => assert.unreachable('was not cancelled'),
    (error) => assert.is(error, reason),
  )
})

test('options out of range are refused by the keys of a config', async () => {
  for (const [change, message] of [
    [{ window: 1 }, /^batch\.window: got 1; expected a whole number of 2 or more$/],
    [{ rows: 99 }, /^batch\.rows: got 99; expected batch\.window or more$/],
    [{ alone: 1 }, /^batch\.alone: got 1; expected a number from 0 to 0\.9$/],
    [{ alone: Number.NaN }, /^batch\.alone: got NaN/],
  ] as const)
    await rejects(() => planSentenceWindows(corpus, { ...options, ...change }), 'BAD_ARGUMENT', message)
  for (const number of [-1, 0.5])
    await rejects(() => plan.batch(number), 'BAD_ARGUMENT', new RegExp(`^number: got ${number}`))
})

test.run()
