// Runs of vec2text's two stages, and the inverter that they give.
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ErrorCode } from '../../../lib/core/errors.ts'
import { vectorsFrom } from '../../../lib/core/vectors.ts'
import { loadInverter } from '../../../lib/models/load_inverter.ts'
import type { Vec2TextInverter } from '../../../lib/models/vec2text/inverter.ts'
import type { TrainProgress } from '../../../lib/train/core/loop.ts'
import type { TrainOptions } from '../../../lib/train/core/run.ts'
import { readLearned } from '../../../lib/train/vec2text/learned.ts'
import { trainVec2text } from '../../../lib/train/vec2text/train.ts'
import type { Vec2TextData } from '../../../lib/train/vec2text/trainable.ts'
import { cacheDir, folderOf, GTR, goldenOf, longEncoder, rawEncoder } from '../../models/vec2text/support.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'
import { tinyEncoder, tinyVector } from '../tiny_encoder.ts'
import { sentenceLines } from '../tiny_sentences.ts'

process.env.HF_HUB_CACHE = temporaryFolder()

const folder = temporaryFolder()
const dims = 16
const TEXTS = [
  'The king found a boat.',
  'A sailor lost the red door.',
  'Nobody came.',
  'It was 1984, in the sea.',
]
const line = (text: string, i: number) => JSON.stringify({ book: 'a', chapter: `${i}`, sentences: [text] })
writeFileSync(join(folder, 'four.jsonl'), TEXTS.map(line).join('\n'))
writeFileSync(join(folder, 'books.jsonl'), sentenceLines.join('\n'))
writeFileSync(join(folder, 'golden.jsonl'), goldenOf('gtr').texts.map(line).join('\n'))

const model = {
  ...{ width: 32, layers: 1, decoderLayers: 1, heads: 2, headWidth: 16, ffn: 64 },
  ...{ repeats: 2, maxTokens: 16 },
}
const corrects = { stage: 'corrector', hypothesizer: 'first/vec2text/hypothesizer', model: {} }
const four = {
  ...{ documents: 'four.jsonl', model, split: { validation: 0, test: 0 }, compute: 'f32', dropout: 0 },
  ...{ batch: { texts: 4 }, schedule: { learningRate: 0.01, warmup: 5 }, optimiser: { weightDecay: 0 } },
}

type Options = TrainOptions<Vec2TextData> & { readonly after?: (step: number) => boolean }

async function train(config: object, { after, ...options }: Options = {}): Promise<TrainProgress[]> {
  const told: TrainProgress[] = []
  const loadEncoder = async () => ({ ...tinyEncoder(dims), dispose: () => {} })
  for await (const progress of trainVec2text(config, { folder, cacheDir, loadEncoder, ...options })) {
    told.push(progress)
    if (after?.(progress.step)) break
  }
  return told
}

const inverterOf = async (run: string, encoder = tinyEncoder(dims)) =>
  (await loadInverter(join(folder, run, 'vec2text/corrector'), { encoder, cacheDir })) as Vec2TextInverter
const vectors = vectorsFrom(
  TEXTS.map((text) => tinyVector(text, dims)),
  dims,
  `tiny-${dims}`,
)

test('four texts are learned by heart, and given back for their vectors', async () => {
  const first = await train({ ...four, out: 'first', steps: 80 })
  assert.ok(Math.abs(first[0]!.losses.loss! - Math.log(8000)) < 1.5, `begins at ${first[0]!.losses.loss}`)
  assert.ok(first.at(-1)!.losses.loss! < 0.1 * first[0]!.losses.loss!)
  const second = await train({ ...four, ...corrects, out: 'run', steps: 60 })
  assert.ok(second.at(-1)!.losses.loss! < 0.2 * second[0]!.losses.loss!)
  await using inverter = await inverterOf('run')
  // The corrector has the sizes of its hypothesizer.
  assert.equal([inverter.config.dModel, inverter.config.hypothesisLayers], [32, 1])
  for (const [steps, beam] of [
    [0, 1],
    [1, 1],
    [2, 2],
  ] as const) {
    const found = await inverter.invert(vectors, { steps, beam })
    assert.equal(
      found.map(({ best }) => best!.text),
      TEXTS,
      `${steps} steps`,
    )
  }
  const json = JSON.parse(readFileSync(join(folder, 'run/vec2text/corrector/config.json'), 'utf8'))
  assert.equal(json.architectures, ['CorrectorEncoderModel'])
  assert.equal([json.embedder_model_name, json.embedder_space], ['tiny-16', 'tiny-16'])
  await rejects(
    () => inverterOf('run', { ...tinyEncoder(dims), space: 'other-16' }),
    'SPACE_MISMATCH',
    /reads vectors of the space tiny-16; tiny makes those of other-16$/,
  )
})

test('a corrector that was cancelled or left goes on bit for bit', async () => {
  const config = {
    ...{ ...four, ...corrects, documents: 'books.jsonl', split: { validation: 0.1, test: 0 } },
    ...{
      dropout: 0.1,
      compute: 'bf16',
      steps: 6,
      batch: { texts: 6 },
      evaluation: { every: 3, sentences: 6 },
    },
  }
  const whole = await train({ ...config, out: 'whole' })
  const controller = new AbortController()
  const reason = new Error('enough')
  const abort = (step: number) => {
    if (step === 2) controller.abort(reason)
    return false
  }
  await train({ ...config, out: 'parts' }, { signal: controller.signal, after: abort }).then(
    () => assert.unreachable('was not cancelled'),
    (error) => assert.is(error, reason),
  )
  await train({ ...config, out: 'parts' }, { after: (step) => step === 4 })
  const rest = await train({ ...config, out: 'parts' })
  const results = (told: readonly TrainProgress[]) =>
    told.map(({ step, losses, gradNorm, evaluation }) => ({ step, losses, gradNorm, evaluation }))
  assert.equal(results(rest), results(whole.slice(4)))
  for (const name of ['corrector', 'hypothesizer'])
    for (const file of ['model.safetensors', 'config.json', 'tokenizer.json']) {
      const [a, b] = ['whole', 'parts'].map((out) => readFileSync(join(folder, out, 'vec2text', name, file)))
      assert.ok(a!.equals(b!), `${name}/${file}`)
    }
  const { evaluation } = whole.at(-1)!
  const names = ['nll', 'tokenF1', 'bleu', 'exact', 'cosine', 'hypothesisCosine']
  assert.equal(Object.keys(evaluation!), names)
  for (const value of Object.values(evaluation!)) assert.ok(Number.isFinite(value))
})

const still = { ...four, schedule: { learningRate: 1e-12 }, steps: 1, split: { validation: 0, test: 0 } }
const golden = { ...still, documents: 'golden.jsonl', model: {}, batch: { texts: 4 } }
const raw = { loadEncoder: () => rawEncoder() }

test('training goes on with a published pair, whose folders stay as they were', async () => {
  const hypothesizer = join(folder, 'published/hypothesizer')
  cpSync(folderOf('gtr', 'hypothesizer'), hypothesizer, { recursive: true })
  const from = { ...golden, tokenizer: GTR }
  await train({ ...from, from: hypothesizer, out: 'further' }, raw)
  const saved = JSON.parse(readFileSync(join(folder, 'further/vec2text/hypothesizer/config.json'), 'utf8'))
  assert.equal(
    [saved.max_seq_length, saved.num_repeat_tokens, saved.embedder_model_name],
    [16, 4, 'gtr_base'],
  )
  await train(
    { ...from, stage: 'corrector', hypothesizer, from: folderOf('gtr', 'corrector'), out: 'corrected' },
    raw,
  )
  const second = join(folder, 'corrected/vec2text')
  for (const [kind, to] of [
    ['hypothesizer', join(folder, 'further/vec2text')],
    ['hypothesizer', second],
    ['corrector', second],
  ] as const) {
    const [before, after] = [
      await readLearned(folderOf('gtr', kind), kind, {}),
      await readLearned(join(to, kind), kind, {}),
    ]
    assert.equal(after.config, before.config)
    assert.is(after.about.model_name_or_path, 't5-base')
    for (const [name, values] of Object.entries(before.weights))
      for (const [i, value] of values.entries())
        assert.ok(Math.abs(value - after.weights[name]![i]!) < 1e-6, `${name}[${i}]`)
  }
  await using encoder = await rawEncoder()
  await using inverter = await loadInverter(join(second, 'corrector'), { encoder, cacheDir })
  const { texts, runs } = goldenOf('gtr')
  const { vectors } = await encoder.encode(texts)
  const options = { steps: 3, beam: 2, maxTokens: 23 }
  const found = await (inverter as Vec2TextInverter).invert(vectors, options)
  const loop = runs[0]!.loops.findIndex(({ steps, width }) => steps === 3 && width === 2)
  assert.equal(
    found.map(({ best }) => best!.text),
    runs.map(({ loops }) => loops[loop]!.text),
  )
})

test('T5 alone is taken from T5, and from a model of the other stage', async () => {
  for (const name of ['t5', 't5-v11']) {
    const from = join(import.meta.dirname, '../../models/lm/published/goldens', name)
    const out = `from ${name}`
    await train({ ...golden, from, model: { repeats: 3, bottleneck: 10, maxTokens: 30 }, out })
    const [t5, own] = [
      await readLearned(from, 'hypothesizer', {}),
      await readLearned(join(folder, out, 'vec2text/hypothesizer'), 'hypothesizer', {}),
    ]
    assert.equal([own.config!.t5, own.config!.repeats, own.config!.bottleneck], [t5.t5, 3, 10])
    for (const [tensor, values] of Object.entries(t5.weights))
      assert.ok(
        values.every((value, i) => Math.abs(value - own.weights[tensor]![i]!) < 1e-6),
        tensor,
      )
  }
  const hypothesizer = 'first/vec2text/hypothesizer'
  await train({ ...still, ...corrects, from: hypothesizer, model: { repeats: 3 }, out: 'grown' })
  const [first, grown] = [
    await readLearned(join(folder, hypothesizer), 'corrector', {}),
    await readLearned(join(folder, 'grown/vec2text/corrector'), 'corrector', {}),
  ]
  assert.is(first.config, null)
  assert.is(grown.config!.repeats, 3)
  assert.ok(
    first.weights['shared.weight']!.every(
      (value, i) => Math.abs(value - grown.weights['shared.weight']![i]!) < 1e-6,
    ),
  )
})

test('what does not go together is refused by name', async () => {
  const hypothesizer = folderOf('gtr', 'hypothesizer')
  const published = { ...golden, tokenizer: GTR, from: hypothesizer }
  const corrector = { ...golden, stage: 'corrector', hypothesizer, tokenizer: GTR }
  const refused: [object, Options, ErrorCode, RegExp][] = [
    [{ stage: 'third' }, {}, 'BAD_ARGUMENT', /^stage: got "third"; expected hypothesizer \| corrector$/],
    [
      { ...corrects, hypothesizer: '' },
      {},
      'BAD_ARGUMENT',
      /^hypothesizer: got nothing; expected the folder/,
    ],
    [{ hypothesizer: 'first' }, {}, 'BAD_ARGUMENT', /^hypothesizer: got "first"; expected nothing/],
    [
      { ...corrects, model: { maxTokens: 8 } },
      {},
      'BAD_ARGUMENT',
      /^model\.maxTokens: got 8; expected nothing/,
    ],
    [{ model: { heads: 0 } }, {}, 'BAD_ARGUMENT', /^model\.heads: got 0; expected a positive integer/],
    [
      { model: { maxTokens: 1 } },
      {},
      'BAD_ARGUMENT',
      /^model\.maxTokens: got 1; expected a whole number from 2/,
    ],
    [{ dropout: 1 }, {}, 'BAD_ARGUMENT', /^dropout: got 1; expected a number from 0 to 0\.9$/],
    [
      { batch: { texts: 5 } },
      {},
      'BAD_ARGUMENT',
      /^batch\.texts: got 5; expected at most 4, the texts to train/,
    ],
    [{ from: 'nowhere' }, {}, 'NOT_FOUND', /^from "nowhere": neither the folder/],
    [{ ...corrects, hypothesizer: 'jxm/none' }, {}, 'NOT_FOUND', /^hypothesizer "jxm\/none": neither/],
    [{ tokenizer: 'nowhere' }, {}, 'NOT_FOUND', /^tokenizer "nowhere": neither/],
    [{ tokenizer: folder }, {}, 'NOT_FOUND', /no tokenizer: looked for tokenizer.json/],
    [
      { tokenizer: join(import.meta.dirname, '../../models/published/goldens/minilm') },
      {},
      'BAD_FILE',
      /minilm: not T5's tokenizer/,
    ],
    [
      { from: join(import.meta.dirname, '../../models/lm/published/goldens/gpt2'), model: {} },
      {},
      'UNSUPPORTED',
      /gpt2.config\.json: got ".*"; expected InversionModel, CorrectorEncoderModel or T5$/,
    ],
    [{ ...published, tokenizer: '' }, raw, 'NOT_FOUND', /hypothesizer: no tokenizer; `vmm pull google-t5/],
    [{ ...published, model: { width: 64 } }, raw, 'BAD_ARGUMENT', /^model\.width: got a key; expected none/],
    [published, { loadEncoder: longEncoder }, 'SPACE_MISMATCH', /reads vectors of 32 dims, .* makes 48$/],
    [
      published,
      { loadEncoder: () => rawEncoder({ head: true }) },
      'BAD_ARGUMENT',
      /^encoder: got .*, whose vectors have length 1; expected one of raw vectors/,
    ],
    [corrector, { loadEncoder: longEncoder }, 'SPACE_MISMATCH', /reads vectors of 32 dims/],
    [
      { ...corrector, hypothesizer: folderOf('gtr', 'corrector') },
      raw,
      'BAD_FILE',
      /gtr.corrector: a corrector; expected a hypothesizer$/,
    ],
    [
      { ...corrector, from: folderOf('ada', 'corrector') },
      raw,
      'BAD_FILE',
      /ada.corrector: dims 48; its hypothesizer .*gtr.hypothesizer has 32$/,
    ],
    [
      { ...corrector, from: 'first/vec2text/hypothesizer' },
      raw,
      'BAD_ARGUMENT',
      /^from: got a model of 79\d\d tokens; expected one of \d+, as the hypothesizer's$/,
    ],
  ]
  for (const [change, options, code, message] of refused)
    await rejects(() => train({ ...still, out: 'none', ...change }, options), code, message)
})

test('an encoder without its head is asked for where the config says so', async () => {
  const asked: unknown[] = []
  const loadEncoder: TrainOptions['loadEncoder'] = async (_name, { head }) => {
    asked.push(head)
    return { ...tinyEncoder(dims), dispose: () => {} }
  }
  await train({ ...still, out: 'whole vectors' }, { loadEncoder })
  await train({ ...still, vectors: 'headless', out: 'headless' }, { loadEncoder })
  assert.equal(asked, [undefined, false])
})

test.run()
