import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { vectorsFrom } from '../../../lib/core/vectors.ts'
import { partOf } from '../../../lib/data/split.ts'
import { loadInverter } from '../../../lib/models/load_inverter.ts'
import type { TrainProgress } from '../../../lib/train/core/loop.ts'
import type { TrainOptions } from '../../../lib/train/core/run.ts'
import { inverterBatches } from '../../../lib/train/inverter/batches.ts'
import { inverterTraining } from '../../../lib/train/inverter/config.ts'
import { inverterTexts, piecesOf } from '../../../lib/train/inverter/texts.ts'
import { trainInverter } from '../../../lib/train/inverter/train.ts'
import type { InverterData } from '../../../lib/train/inverter/trainable.ts'
import { trainSurrogate } from '../../../lib/train/surrogate/train.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'
import { tinyEncoder, tinyVector } from '../tiny_encoder.ts'
import { sentenceTraining as config, sentenceLines } from '../tiny_sentences.ts'

const folder = temporaryFolder()
const dims = 16

writeFileSync(join(folder, 'books.jsonl'), sentenceLines.join('\n'))
writeFileSync(join(folder, 'few.jsonl'), sentenceLines.slice(0, 3).join('\n'))

const loadEncoder = async () => ({ ...tinyEncoder(dims), dispose: () => {} })

async function run<D>(
  train: (config: unknown, options: TrainOptions<D>) => AsyncGenerator<TrainProgress>,
  of: object,
  options: Pick<TrainOptions<D>, 'onData'> = {},
): Promise<TrainProgress[]> {
  const told: TrainProgress[] = []
  for await (const progress of train(of, { folder, loadEncoder, ...options })) told.push(progress)
  return told
}

const train = (change: object, options?: Pick<TrainOptions<InverterData>, 'onData'>) =>
  run(trainInverter, { ...config, ...change }, options)
const bundle = (out: string, name = 'model.safetensors') => readFileSync(join(folder, out, 'inverter', name))

test('an inverter learns a few texts by heart, and writes each for its vector', async () => {
  const out = 'heart'
  let data: InverterData | undefined
  const told = await train(
    {
      ...{ documents: 'few.jsonl', out, split: { validation: 0, test: 0 }, steps: 160, noise: 0 },
      batch: { texts: 12, cut: 0, withoutVector: 0.1 },
      schedule: { learningRate: 0.02, warmup: 10 },
    },
    { onData: (d) => (data = d) },
  )
  const [first, last] = [told[0]!.losses.loss!, told.at(-1)!.losses.loss!]
  assert.ok(Math.abs(first - Math.log(8000)) < 1, `begins at ${first}`)
  assert.ok(last < 0.1 * first, `${last} of ${first}`)
  assert.is(told.at(-1)!.evaluation, undefined, 'there is nothing to evaluate on')
  const { train: texts } = data!.texts
  await using inverter = await loadInverter(join(folder, out, 'inverter'), { encoder: tinyEncoder(dims) })
  assert.equal(inverter.config, { ...data!.model, languageNll: 0 })
  const rows = texts.map((text) => tinyVector(text, dims))
  const found = await inverter.invert(vectorsFrom(rows, dims, `tiny-${dims}`), { refine: 40 })
  const right = found.filter(({ best }, i) => best!.text === texts[i])
  assert.ok(right.length >= 0.8 * texts.length, found.map(({ best }) => best!.text).join('\n'))
  const [own, strange] = await inverter.surprise([texts[0]!, 'Quarks and gluons bind hadrons'])
  assert.ok(own! < strange!)
})

test('what the language costs is that of the last evaluation, whatever becomes of the metrics', async () => {
  const told = await train({ out: 'whole' })
  assert.equal(
    told.flatMap(({ step, evaluation }) => (evaluation ? [step] : [])),
    [4, 8, 9],
  )
  const { nll, nllWithoutVector } = told.at(-1)!.evaluation!
  assert.ok(nll! > 0 && nllWithoutVector! > 0)
  const run = join(folder, 'whole')
  await using inverter = await loadInverter(join(run, 'inverter'), { encoder: tinyEncoder(dims) })
  assert.is(inverter.config.languageNll, nllWithoutVector)

  const files = ['model.safetensors', 'bundle.json', 'vocabulary.json']
  const before = files.map((name) => bundle('whole', name))
  const checkpoint = join(run, 'checkpoint-00000009', 'checkpoint.json')
  const about = readFileSync(checkpoint, 'utf8')
  for (const earlier of [false, true]) {
    rmSync(join(run, 'inverter'), { recursive: true })
    rmSync(join(run, 'metrics.jsonl'))
    // Checkpoints of earlier versions do not keep what was measured.
    if (earlier) writeFileSync(checkpoint, JSON.stringify({ ...JSON.parse(about), evaluation: undefined }))
    assert.equal(await train({ out: 'whole' }), [])
    for (const [i, name] of files.entries()) assert.ok(bundle('whole', name).equals(before[i]!), name)
    assert.is(readFileSync(checkpoint, 'utf8'), about)
  }
})

test('training goes on with an inverter, which may learn to be told of noise', async () => {
  const { model: _, ...others } = config
  let data: InverterData | undefined
  const further = {
    ...{ ...others, from: 'whole/inverter', out: 'further', steps: 4 },
    ...{ model: { noiseRange: [0.01, 1] }, schedule: { learningRate: 1e-9 } },
  }
  const told = await train(further, { onData: (d) => (data = d) })
  await using before = await loadInverter(join(folder, 'whole', 'inverter'), { encoder: tinyEncoder(dims) })
  assert.equal({ ...data!.model, noiseRange: null }, { ...before.config, languageNll: 0 })
  // It begins where the other has ended, up to the rounding of its file.
  const { nll } = told.find(({ evaluation }) => evaluation)!.evaluation!
  const learned = JSON.parse(
    readFileSync(join(folder, 'whole', 'checkpoint-00000009', 'checkpoint.json'), 'utf8'),
  ).evaluation.nll as number
  assert.ok(Math.abs(nll! - learned) < 0.02, `${nll} after ${learned}`)
  await rejects(
    () => train({ from: 'whole/inverter', out: 'sizes' }),
    'BAD_ARGUMENT',
    /model\.dModel: got a key; expected none beside `from`/,
  )
  await rejects(() => train({ ...further, from: 'nowhere', out: 'none' }), 'NOT_FOUND', /^from "nowhere"/)
})

test('no text of training is in the other parts, and held-out books are for tests alone', async () => {
  const options = { split: config.split, heldOut: ['book 2'], reserved: [], wordnet: 'none' } as const
  const texts = await inverterTexts([join(folder, 'books.jsonl')], options)
  const documents = sentenceLines.map(
    (line) => JSON.parse(line) as { book: string; chapter: string; sentences: string[] },
  )
  for (const { book, chapter, sentences } of documents) {
    const part = book === 'book 2' ? 'test' : partOf(`${book}/${chapter}`, config.split)
    for (const text of sentences)
      assert.ok(texts[part].includes(text) || texts.train.includes(text), `${text} is nowhere`)
    if (part === 'train') assert.ok(sentences.every((text) => texts.train.includes(text)))
  }
  const seen = new Set(texts.train)
  for (const part of ['validation', 'test'] as const) {
    assert.ok(texts[part].length > 0)
    assert.not.ok(texts[part].some((text) => seen.has(text)))
    assert.is(new Set(texts[part]).size, texts[part].length)
  }
  assert.ok(seen.has('The end.'))
  assert.not.ok([...seen].some((text) => !documents.some(({ sentences }) => sentences.includes(text))))

  let data: InverterData | undefined
  await train({ out: 'held', heldOut: ['book 2'], steps: 1 }, { onData: (d) => (data = d) })
  assert.equal(data!.texts, texts)
  for (const part of ['validation', 'test'] as const)
    assert.is(
      readFileSync(join(folder, 'held', `${part}.txt`), 'utf8'),
      texts[part].map((text) => `${text}\n`).join(''),
    )
  const used = await inverterTexts([join(folder, 'books.jsonl')], { ...options, wordnet: 'used' })
  assert.ok(used.train.length > texts.train.length + 1000)
  await rejects(() => inverterTexts([join(folder, 'none.jsonl')], options), 'NOT_FOUND', /none\.jsonl/)
})

test('long texts are there once for each piece that they could give', () => {
  assert.equal(
    piecesOf(['a', 'b'.repeat(64), 'c'.repeat(65), 'd'.repeat(200)], 16)
      .map((text) => text[0])
      .join(''),
    'abccdddd',
  )
})

test('batches follow from their number, and their inputs from their pieces', async () => {
  const { tokenizer } = tinyEncoder(dims).tokens!
  const sources = { heldOut: [], reserved: [], wordnet: 'none' } as const
  const texts = (await inverterTexts([join(folder, 'books.jsonl')], { ...config, ...sources })).train
  let data: InverterData | undefined
  await train({ out: 'data', steps: 1 }, { onData: (d) => (data = d) })
  const { model: whole } = data!
  const make = (seed: number, withoutVector = 0.3) =>
    inverterBatches(whole, texts, tinyEncoder(dims), tokenizer, { texts: 8, cut: 0.5, withoutVector, seed })
  const [one, two] = [make(1), make(1)]
  assert.is(one.perEpoch, data!.batchesPerEpoch)
  const batches = await Promise.all([0, 5, 1, 9].map((number) => one.batch(number)))
  for (const [i, number] of [0, 5, 1, 9].entries()) assert.equal(await two.batch(number), batches[i])
  assert.not.equal(await make(2).batch(0), batches[0])
  let kept = 0
  for (const { inputs, scalars, count } of batches) {
    const read = (name: string) => [...(inputs[name] as Int32Array | Float32Array)]
    assert.equal([scalars!.rows, read('ids').length, read('targets').length], [count, count, count])
    assert.ok(Math.abs(read('lossWeights').reduce((a, b) => a + b) - 1) < 1e-5)
    const [offsets, ids, targets] = [read('offsets'), read('ids'), read('targets')]
    for (let text = 0; text < 8; text++) {
      const own = ids.slice(offsets[text]!, offsets[text + 1]!)
      assert.is(own[0], whole.start)
      assert.equal(targets.slice(offsets[text]!, offsets[text + 1]!), [...own.slice(1), whole.end])
    }
    assert.is((inputs.vectors as Float32Array).length, 8 * dims)
    kept += read('kept').reduce((a, b) => a + b)
  }
  assert.ok(kept > 12 && kept < 32, `${kept} of 32 vectors are kept`)
  const all = (await make(1, 0).batch(0)).inputs.kept as Float32Array
  assert.ok(all.every((x) => x === 1))
})

test('noise, smoothing and a vector left out change what is trained on', async () => {
  const last = async (change: object) => (await train({ ...change, steps: 3 }))[2]!.losses.loss
  const plain = { noise: 0, batch: { texts: 8, withoutVector: 0 } }
  const losses = [
    await last({ ...plain, out: 'plain' }),
    await last({ ...plain, out: 'noisy', noise: 0.5 }),
    await last({ ...plain, out: 'smooth', labelSmoothing: 0.1 }),
    await last({ ...plain, out: 'without', batch: { texts: 8, withoutVector: 1 } }),
    await last({ ...plain, out: 'f32', compute: 'f32' }),
  ]
  assert.is(new Set(losses).size, losses.length, losses.join())
  assert.is(await last({ ...plain, out: 'noisy again', noise: 0.5 }), losses[1])
})

test('a surrogate learns what an inverter’s texts are worth, and joins it in a bundle', async () => {
  const surrogate = {
    ...{ documents: 'few.jsonl', inverter: 'heart/inverter', split: { validation: 0, test: 0 }, seed: 1 },
    model: { dModel: 32, layers: 1, heads: 2, ffn: 64 },
    batch: { vectors: 8, samples: 2, reuse: 2 },
    ...{ schedule: { learningRate: 0.02, warmup: 5 }, steps: 120, compute: 'f32', out: 'surrogate' },
  }
  const told = await run(trainSurrogate, surrogate)
  assert.is(told.length, surrogate.steps)
  const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length
  for (const name of ['loss', 'cosine', 'embedding']) {
    const losses = told.map(({ losses }) => losses[name]!)
    const [first, last] = [mean(losses.slice(0, 10)), mean(losses.slice(-10))]
    assert.ok(last < 0.6 * first, `${name}: ${last} of ${first}`)
  }
  assert.ok(bundle('surrogate').equals(bundle('heart')))
  const encoder = tinyEncoder(dims)
  await using inverter = await loadInverter(join(folder, 'surrogate', 'inverter'), { encoder })
  const texts = sentenceLines.flatMap((line) => (JSON.parse(line) as { sentences: string[] }).sentences)
  const rows = texts.slice(0, 12).map((text) => tinyVector(text, dims))
  const found = await inverter.invert(vectorsFrom(rows, dims, `tiny-${dims}`), { refine: 0, candidates: 5 })
  const judged = found.flatMap(({ candidates }) => candidates)
  const around = (values: readonly number[]) => values.map((x) => x - mean(values))
  const real = around(judged.map(({ cosine }) => cosine))
  const guess = around(judged.map(({ surrogate }) => surrogate!))
  const product = real.reduce((sum, x, i) => sum + x * guess[i]!, 0)
  const correlation = product / (Math.hypot(...real) * Math.hypot(...guess))
  assert.ok(correlation > 0.3, `${correlation} between guesses and cosines`)
})

test('errors of the config name the key', async () => {
  for (const [change, message] of [
    [{ steps: 0 }, /^steps: got 0; expected a whole number of 1 or more$/],
    [{ documents: [] }, /^documents: got \[\]; expected a text, or an array of texts$/],
    [{ out: 7 }, /^out: got 7; expected a text$/],
    [{ domains: 'books' }, /^domains: got a key; expected documents, /],
    [{ heldOut: 7 }, /^heldOut: got 7; expected a text, or an array of texts$/],
    [{ wordnet: 'some' }, /^wordnet: got "some"; expected none \| used \| all$/],
    [{ compute: 'f16' }, /^compute: got "f16"; expected f32 \| bf16$/],
    [{ noise: -1 }, /^noise: got -1; expected a number of 0 or more$/],
    [{ labelSmoothing: 2 }, /^labelSmoothing: got 2; expected a number from 0 to 1$/],
    [{ batch: { texts: 0 } }, /^batch\.texts: got 0; expected a whole number from 1 to \d+$/],
    [{ batch: { texts: 9999 } }, /^batch\.texts: got 9999; expected at most \d+, the texts to train on$/],
    [{ batch: { cut: 1.5 } }, /^batch\.cut: got 1\.5; expected a number from 0 to 1$/],
    [{ batch: { withoutVector: -1 } }, /^batch\.withoutVector: got -1/],
    [{ batch: { rows: 8 } }, /^batch\.rows: got a key; expected texts, cut, withoutVector$/],
    [{ evaluation: { every: -1 } }, /^evaluation\.every: got -1/],
    [{ evaluation: { sentences: 0 } }, /^evaluation\.sentences: got 0/],
    [{ model: { layers: 0 } }, /^model\.layers: got 0; expected a positive integer of at most 512$/],
    [{ model: { heads: 7 } }, /^model\.heads: got 7; expected a divisor of dModel, 768$/],
    [{ model: { depth: 3 } }, /^model\.depth: got a field; expected space/],
    [{ model: { languageNll: 3 } }, /^model\.languageNll: got a key; expected none/],
    [{ model: { vocabulary: 9 } }, /^model\.vocabulary: got a key; expected none/],
    [{ split: { test: 2 } }, /^split\.test: got 2; expected a number from 0 to 1$/],
    [{ optimiser: { beta1: 1 } }, /^optimiser\.beta1: got 1; expected a number from 0 to 0\.999999$/],
  ] as const)
    await rejects(() => train({ out: 'none', ...change }), 'BAD_ARGUMENT', message)
  assert.throws(() => inverterTraining('x'), /^config: got "x"; expected an object$/)
  await rejects(() => train({ documents: 'none.jsonl' }), 'NOT_FOUND', /none\.jsonl: cannot read/)
  await rejects(
    () =>
      run(trainSurrogate, {
        ...config,
        inverter: 'none',
        model: {},
        batch: {},
        evaluation: undefined,
        out: 's',
      }),
    'BAD_ARGUMENT',
    /^evaluation: got a key/,
  )
})

test.run()
