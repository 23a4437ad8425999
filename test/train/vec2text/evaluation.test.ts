// What is measured of models in training, on the tiny pair of gtr.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { bleu } from '../../../lib/evaluate/metrics/bleu.ts'
import { tokenF1 } from '../../../lib/evaluate/metrics/overlap.ts'
import { words } from '../../../lib/evaluate/metrics/words.ts'
import { readT5Tokenizer } from '../../../lib/models/vec2text/open.ts'
import { vec2textEvaluation } from '../../../lib/train/vec2text/evaluation.ts'
import { readLearned } from '../../../lib/train/vec2text/learned.ts'
import { trainedParameters } from '../../../lib/train/vec2text/start.ts'
import type { WriteGreedily } from '../../../lib/train/vec2text/write.ts'
import { tensorsOf } from '../../models/inverter/support.ts'
import { folderOf, GTR, goldenOf, opened } from '../../models/vec2text/support.ts'

/** Of 16 tokens at most, their ends included. */
const { texts, runs } = goldenOf('gtr')
const fitting = [0, 1, 2, 4]
const long = 'a judge read the law in 1984'
const mean = (numbers: readonly number[]) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length

async function measured(kind: 'hypothesizer' | 'corrector', write: WriteGreedily | null) {
  using own = await opened('gtr')
  const { config, weights } = await readLearned(folderOf('gtr', kind), kind, {})
  const tokenizer = await readT5Tokenizer(GTR, null)
  const options = { encoder: own.encoder, tokenizer, write, most: 100, run: {} }
  const tried = [...fitting.map((i) => texts[i]!), long]
  const evaluate = await vec2textEvaluation(config!, tried, options)
  const tensors = tensorsOf(trainedParameters(config!), weights)
  const measures = await evaluate!(tensors, {})
  for (const tensor of Object.values(tensors)) tensor.dispose()
  const { vectors } = await own.encoder.encode(fitting.map((i) => texts[i]!))
  const steps = kind === 'corrector' ? 1 : 0
  const found = await own.inverter.invert(vectors, { steps, beam: 1, maxTokens: 15 } as object)
  return { measures, found: found.map(({ best }) => best!), tokenizer, config: config!, encoder: own.encoder }
}

test('a hypothesizer: what its tokens cost is PyTorch’s, and its texts are those of the inverter', async () => {
  const { measures, found, tokenizer } = await measured('hypothesizer', null)
  const lengths = fitting.map((i) => tokenizer.encode(texts[i]!).length)
  const nats = fitting.map((i, at) => runs[i]!.nats * lengths[at]!)
  const expected = nats.reduce((sum, x) => sum + x, 0) / lengths.reduce((sum, n) => sum + n, 0)
  assert.ok(Math.abs(measures.nll! - expected) < 1e-4, `${measures.nll}, not ${expected}`)
  const pairs = found.map(({ text }, i) => [text, texts[fitting[i]!]!] as const)
  assert.ok(Math.abs(measures.bleu! - mean(pairs.map(([a, b]) => bleu(a, b)))) < 1e-9)
  assert.is(measures.tokenF1, mean(pairs.map(([a, b]) => tokenF1(words(a), words(b)))))
  assert.is(measures.exact, mean(pairs.map(([a, b]) => (a === b ? 1 : 0))))
  assert.ok(Math.abs(measures.cosine! - mean(found.map(({ cosine }) => cosine))) < 1e-6)
  assert.not('hypothesisCosine' in measures)
})

test('a corrector: one step from what was written, whose cosine is told as well', async () => {
  using own = await opened('gtr')
  const first = await own.inverter.invert((await own.encoder.encode(fitting.map((i) => texts[i]!))).vectors, {
    steps: 0,
    maxTokens: 15,
  } as object)
  const tokenizer = await readT5Tokenizer(GTR, null)
  const write: WriteGreedily = async (some) => {
    assert.equal(
      some,
      fitting.map((i) => texts[i]!),
    )
    const hypotheses = first.map(({ best }) => best!.text)
    const { vectors } = await own.encoder.encode(hypotheses)
    return hypotheses.map((text, i) => ({
      ...{ text, vector: vectors.row(i).slice() },
      // As they were written, but for an end that did not fit.
      ids: [0, ...tokenizer.encode(text)].slice(0, 16),
    }))
  }
  const { measures, found } = await measured('corrector', write)
  assert.ok(Math.abs(measures.hypothesisCosine! - mean(first.map(({ best }) => best!.cosine))) < 1e-6)
  assert.ok(measures.cosine! > measures.hypothesisCosine!)
  assert.ok(Math.abs(measures.cosine! - mean(found.map(({ cosine }) => cosine))) < 0.02)
  assert.ok(measures.nll! > 0 && measures.nll! < 5)
})

test('texts that do not fit are left out, and without any there is no evaluation', async () => {
  using own = await opened('gtr')
  const { config } = await readLearned(folderOf('gtr', 'hypothesizer'), 'hypothesizer', {})
  const tokenizer = await readT5Tokenizer(GTR, null)
  const options = { encoder: own.encoder, tokenizer, write: null, most: 100, run: {} }
  assert.is(await vec2textEvaluation(config!, [long, '', '東京'], options), null)
})

test.run()
