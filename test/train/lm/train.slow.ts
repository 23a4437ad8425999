import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { partOf } from '../../../lib/data/split.ts'
import { tokenCorpus } from '../../../lib/data/token_corpus.ts'
import { loadLanguageModel } from '../../../lib/models/lm/load.ts'
import { languageModelBatches } from '../../../lib/train/lm/batches.ts'
import { trainLanguageModel } from '../../../lib/train/lm/train.ts'
import type { LanguageModelData } from '../../../lib/train/lm/trainable.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { realTokens } from '../../support/real_tokens.ts'
import { rejects } from '../../support/rejects.ts'
import { bookLines } from '../tiny_books.ts'
import { tinyEncoder } from '../tiny_encoder.ts'
import { sentenceLines } from '../tiny_sentences.ts'

const folder = temporaryFolder()
writeFileSync(join(folder, 'books.jsonl'), bookLines.join('\n'))
writeFileSync(join(folder, 'few.jsonl'), bookLines.slice(0, 8).join('\n'))
writeFileSync(join(folder, 'sentences.jsonl'), sentenceLines.join('\n'))
const { tokenizer, about } = realTokens
const { start, end } = about

const config = {
  documents: 'books.jsonl',
  split: { seed: 1, validation: 0.2, test: 0.1 },
  model: { dModel: 16, blocks: 2, dState: 8 },
  compute: 'f32',
  batch: { rows: 256, window: 64 },
  schedule: { learningRate: 0.02, warmup: 1 },
  steps: 2,
  seed: 3,
  evaluation: { sentences: 50 },
  out: 'run',
}

async function train(change: object, loadEncoder = async () => tinyEncoder(8)) {
  let data: LanguageModelData | undefined
  let lines: readonly string[] = []
  const onData = (given: LanguageModelData, about: readonly string[]) => {
    data = given
    lines = about
  }
  const told = []
  const options = { folder, loadEncoder, onData }
  for await (const progress of trainLanguageModel({ ...config, ...change }, options)) told.push(progress)
  return { told, data: data!, lines }
}

test('windows are read from their start, and each token is the target of the one before', async () => {
  const documents = bookLines.map((line) => JSON.parse(line) as { sentences: string[] })
  const corpus = await tokenCorpus(documents, tokenizer, { end })
  const batches = languageModelBatches(corpus, start, { ...config.batch, alone: 0.25, seed: 1 })
  const known = new Set(documents.map(({ sentences }) => sentences.join(' ')))
  for (const number of [0, 1, batches.perEpoch]) {
    const { inputs, scalars, count } = await batches.batch(number)
    const { ids, offsets, targets, lossWeights } = inputs as Record<string, Int32Array>
    assert.equal([ids!.length, targets!.length, scalars!.rows], [count, count, count])
    assert.ok(Math.abs(lossWeights!.reduce((a, b) => a + b, 0) - 1) < 1e-5)
    assert.is(offsets!.length, batches.inputs.offsets!.shape[0])
    for (let s = 0; offsets![s]! < count; s++) {
      const [begin, behind] = [offsets![s]!, offsets![s + 1]!]
      assert.is(ids![begin], start)
      assert.equal(ids!.slice(begin + 1, behind), targets!.slice(begin, behind - 1))
      const text = realTokens.pieces
        .text(
          [...targets!.subarray(begin, behind)].map((id) => (id === end ? tokenizer.encode(' ')[0]! : id)),
        )
        .replaceAll(/\s+/g, ' ')
        .trim()
      assert.ok(
        [...known].some((whole) => whole.includes(text)),
        text,
      )
    }
  }
})

/** The mean surprise of all sentences of documents but their first ones, in context and alone. */
async function measured(folder: string, documents: readonly { readonly sentences: readonly string[] }[]) {
  await using model = await loadLanguageModel(folder)
  const texts = documents.flatMap(({ sentences }) => sentences.slice(1))
  const before = documents.flatMap(({ sentences }) =>
    sentences.slice(1).map((_, i) => sentences.slice(0, i + 1)),
  )
  const mean = async (given: object) => {
    const all = await model.surprise(texts, given)
    const tokens = all.reduce((sum, one) => sum + one.tokens, 0)
    return all.reduce((sum, { nats, tokens }) => sum + nats * tokens, 0) / tokens
  }
  return { nll: await mean({ before }), nllAlone: await mean({}) }
}

interface Book {
  readonly book: string
  readonly chapter: string
  readonly sentences: readonly string[]
}
const chapters = bookLines.map((line) => JSON.parse(line) as Book)

test('a model learns documents by heart, and knows less of their sentences alone', async () => {
  const { told, data, lines } = await train({
    ...{
      documents: 'few.jsonl',
      out: 'heart',
      split: { validation: 0, test: 0 },
      steps: 250,
      schedule: { learningRate: 0.02, warmup: 10 },
    },
    ...{ batch: { rows: 256, window: 160 }, model: { dModel: 32, blocks: 2, dState: 8 } },
  })
  const [first, last] = [told[0]!.losses.loss!, told.at(-1)!.losses.loss!]
  assert.ok(Math.abs(first - Math.log(8000)) < 1, `begins at ${first}`)
  assert.ok(last < 0.1 * first, `${last} of ${first}`)
  assert.is(told.at(-1)!.evaluation, undefined, 'there is nothing to evaluate on')
  assert.match(lines.join('\n'), /^[\d,]+ tokens of 8 documents to train on, in 173 sentences\n0 documents/)
  assert.ok(data.batchesPerEpoch > 1)
  const { nll, nllAlone } = await measured(join(folder, 'heart', 'lm'), chapters.slice(0, 8))
  assert.ok(nll < 0.85 * nllAlone, `${nll} in context, ${nllAlone} alone`)
  await using model = await loadLanguageModel(join(folder, 'heart', 'lm'))
  const [own, strange] = await model.surprise(['Sentence 7.', 'Quarks and gluons bind hadrons.'])
  assert.ok(own!.nats < strange!.nats)
})

test('what is measured in training is what the bundle says of the same sentences', async () => {
  const { told } = await train({ out: 'measured', steps: 20, evaluation: { sentences: 10_000 } })
  const validation = chapters.filter(
    ({ book, chapter }) => partOf(`${book}/${chapter}`, config.split) === 'validation',
  )
  const { nll, nllAlone } = await measured(join(folder, 'measured', 'lm'), validation)
  const { evaluation } = told.at(-1)!
  // The bundle has matrices in bf16.
  assert.ok(Math.abs(nll - evaluation!.nll!) < 0.01, `${nll}, not ${evaluation!.nll}`)
  assert.ok(Math.abs(nllAlone - evaluation!.nllAlone!) < 0.01, `${nllAlone}, not ${evaluation!.nllAlone}`)
  assert.ok(Math.abs(nll - nllAlone) > 0.001, 'context counts')
})

test('groups are held out, reserved or alone trained on', async () => {
  const tokensOf = (books: readonly string[]) =>
    bookLines
      .map((line) => JSON.parse(line) as { book: string; sentences: string[] })
      .filter(({ book }) => books.includes(book))
      .flatMap(({ sentences }) => sentences.map((text) => tokenizer.encode(text).length + 1))
      .reduce((a, b) => a + b, 0)
  const split = { validation: 0, test: 0 }
  const trained = async (out: string, groups: object) =>
    (await train({ split, out, steps: 1, ...groups })).data.trainingTokens
  assert.is(await trained('all', {}), tokensOf(['red', 'green', 'blue', 'black']))
  assert.is(await trained('reserved', { reserved: ['red', 'blue'] }), tokensOf(['green', 'black']))
  assert.is(await trained('only', { only: ['red', 'blue'] }), tokensOf(['red', 'blue']))
  const message = /^documents: got none with a text to train on; expected one at least$/
  await rejects(() => trained('none', { only: ['white'] }), 'BAD_ARGUMENT', message)
  const { lines } = await train({
    ...{ split, out: 'held out', steps: 1, documents: 'sentences.jsonl' },
    ...{ heldOut: ['book 1'], only: ['book 2', 'book 3'] },
  })
  assert.match(
    lines.join('\n'),
    /^[\d,]+ tokens of 24 documents .*\n0 documents to evaluate, 12 kept for tests/,
  )
})

test('a document that is nearly a held-out one is not trained on', async () => {
  const words = (n: number) => Array.from({ length: 12 }, (_, i) => `w${n}x${i}`).join(' ')
  const sentences = (from: number) => Array.from({ length: 60 }, (_, i) => words(from + i))
  const documents = [
    { book: 'kept', chapter: '1', sentences: sentences(0) },
    { book: 'edition', chapter: '1', sentences: sentences(0) },
    { book: 'other', chapter: '1', sentences: sentences(100) },
  ]
  writeFileSync(join(folder, 'editions.jsonl'), documents.map((one) => JSON.stringify(one)).join('\n'))
  const split = { validation: 0, test: 0 }
  const change = { split, documents: 'editions.jsonl', heldOut: ['kept'], out: 'editions', steps: 1 }
  const { data, lines } = await train(change)
  assert.equal(data.nearDuplicates, [{ id: 'edition/1', heldOut: 'kept/1', share: 1 }])
  assert.ok(lines.includes('1 documents are left out: nearly the same as one that is held out'))
})

test('an encoder without tokens has nothing to read', async () => {
  const loadEncoder = async () => ({ ...tinyEncoder(8), tokens: null })
  await rejects(
    () => train({ out: 'no tokens' }, loadEncoder),
    'BAD_ARGUMENT',
    /^encoder: got "tiny"; expected one whose tokens are known: the language model reads them$/,
  )
})

test.run()
