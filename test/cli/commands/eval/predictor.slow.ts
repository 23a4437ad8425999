import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Interrupted } from '../../../../lib/cli/context.ts'
import { readAnnotationItems, readAnnotationKey } from '../../../../lib/evaluate/annotation/files.ts'
import { documentKey, TRAINED_FILE, trainedJson } from '../../../../lib/evaluate/suites/predictor/trained.ts'
import { savePredictor } from '../../../../lib/models/predictor/save.ts'
import { livelyParameters, tinyConfig } from '../../../models/predictor/support.ts'
import { bagOfWords, DIMS, standIn } from '../../../support/bag_of_words.ts'
import { temporaryFolder } from '../../../support/folder.ts'
import { tinyInverter } from '../../tiny_inverter.ts'
import { tinyLanguageModelBundle } from '../../tiny_language_model.ts'
import { vmm } from '../../world.ts'

const root = temporaryFolder()
const env = { VMM_CACHE_DIR: join(root, 'cache') }
const file = join(root, 'documents.jsonl')
const WORDS = 'sea ship storm wind sail rope deck harbour captain crew wave rock light night fog bell'.split(
  ' ',
)

/** Sentences of a document; each shares words with the one before it. */
const sentencesOf = (d: number) =>
  Array.from({ length: 30 }, (_, i) =>
    [0, 1, 2, 3]
      .map((w) => `${WORDS[(d * 5 + i * 3 + w * (1 + (i % 4))) % WORDS.length]}${(i + w + (d >> 4)) % 7}`)
      .join(' '),
  )
const documents = Array.from({ length: 40 }, (_, d) => ({
  id: `document-${d}`,
  domain: d % 2 === 0 ? 'even' : 'odd',
  sentences: sentencesOf(d),
}))
writeFileSync(file, documents.map((document) => `${JSON.stringify(document)}\n`).join(''))

async function bundle(name: string, given: Parameters<typeof tinyConfig>[0], files = {}): Promise<string> {
  const config = tinyConfig({ space: 'bag-32', dims: DIMS, ...given })
  const parameters = livelyParameters(config)
  await savePredictor(join(root, name), {
    config,
    parameters,
    licence: 'CC0-1.0',
    trainingData: 'none',
    files,
  })
  return join(root, name)
}
const seen = [1, 2, 3].map((d) => documentKey(sentencesOf(d)))
const predictor = await bundle('tiny', { variant: 'sequence' }, { [TRAINED_FILE]: trainedJson(seen) })
const dense = await bundle('dense', { experts: 1, topK: 1, domains: [] })
const ridge = join(root, 'ridge.safetensors')

test('ridge regression: fitted, written and compared', async () => {
  const args = ['eval', 'ridge', '--documents', file, '-o', ridge]
  const { code, stdout, stderr } = await vmm(args, { env })
  assert.equal([code, stderr], [0, ''])
  assert.match(stdout, /accuracy +95 % interval +margin +95 % interval +cosine +error\nridge +\d/)
  assert.match(stdout, /\ncopyLast .*\ncontextMean .*\n.* sentences of .* documents, each after 8 or more;/)
  assert.match(stdout, /\nlambda [\de.-]+\n$/)
  const whole = JSON.parse((await vmm([...args, '--json'], { env })).stdout)
  assert.is(whole.source.part, 'test')
  assert.ok(whole.documents < 15)
})

test('ridge regression on what a predictor was trained on, evaluated on what it has not seen', async () => {
  const most = documents.slice(0, 32).map((_, d) => documentKey(sentencesOf(d)))
  const known = await bundle('known', {}, { [TRAINED_FILE]: trainedJson(most) })
  const args = ['eval', 'ridge', '-d', file, '--predictor', known, '--json']
  const { code, stdout, stderr } = await vmm(args, { env })
  assert.is(code, 0)
  assert.match(stderr, /32 documents left out: the model was trained on them/)
  const whole = JSON.parse(stdout)
  assert.equal([whole.source.part, whole.source.trained, whole.documents], ['all', 32, 8])
  const alone = await bundle('alone', {}, { [TRAINED_FILE]: trainedJson([]) })
  const without = await vmm(['eval', 'ridge', '-d', file, '--predictor', alone], { env })
  assert.is(without.code, 1)
  assert.match(without.stderr, /expected|pairs|documents/)
})

test('a predictor against all baselines, as JSON', async () => {
  const args = ['eval', 'predictor', '-d', file, '--predictor', predictor, '--dense', dense, '--ridge', ridge]
  const { code, stdout, stderr } = await vmm([...args, '--json'], { env })
  const leftOut = 'vmm: 3 documents left out: the model was trained on them (--part all takes them)\n'
  assert.equal([code, stderr], [0, leftOut])
  const found = JSON.parse(stdout)
  assert.equal(Object.keys(found.baselines), [
    'copyLast',
    'contextMean',
    'ridge',
    'denseMamba',
    'randomRouter',
  ])
  for (const score of [found.model, ...Object.values<Record<string, number>>(found.baselines)])
    for (const name of ['contrastiveAccuracy', 'cosine', 'squaredError'])
      assert.ok(Number.isFinite(score[name]))
  assert.equal([found.documents, found.source.trained, found.source.documents], [37, 3, 40])
  assert.equal(found.predictor.name, 'tiny')
  assert.is(found.routing.groups, 2)
  assert.is((await vmm([...args, '--json'], { env })).stdout, stdout)
})

test('where a predictor was trained on all documents, that is the error', async () => {
  const known = join(root, 'known.jsonl')
  const given = documents.slice(1, 3).map((document) => JSON.stringify(document))
  const args = ['eval', 'predictor', '-d', known, '--predictor', predictor]
  for (const [lines, message] of [
    [given, /^vmm: 2 documents left out: the model was trained on them \(--part all takes them\)\n$/],
    [given.slice(1), /^vmm: 1 document left out: the model was trained on it \(--part all takes it\)\n$/],
  ] as const) {
    writeFileSync(known, lines.join('\n'))
    const { code, stdout, stderr } = await vmm(args, { env })
    assert.equal([code, stdout], [1, ''])
    assert.match(stderr, message)
    assert.is((await vmm([...args, '--part', 'all'], { env })).code, 0)
  }
})

test('a part, and options of the comparison', async () => {
  const args = ['eval', 'predictor', '-d', file, '--predictor', predictor, '--json', '--part', 'all']
  const options = ['--context', '12', '--candidates', '5', '--skip', '2', '--seed', '3']
  const { stdout, stderr } = await vmm([...args, ...options], { env })
  const found = JSON.parse(stdout)
  assert.equal([found.documents, found.source.trained], [40, 0])
  assert.equal([found.context, found.candidates.mean, found.skip, found.seed], [12, 5, 2, 3])
  assert.match(stderr, /not compared with ridge and denseMamba: none given/)
})

test('a table, with the ridge regression of the bundle', async () => {
  copyFileSync(ridge, join(predictor, 'ridge.safetensors'))
  const { stdout } = await vmm(['eval', 'predictor', '-d', file, '--predictor', predictor], { env })
  assert.match(stdout, /\ntiny +\d+\.\d %/)
  assert.match(stdout, /\nridge +\d/)
  assert.match(stdout, /\nrouting: mutual information of expert and group 0\.\d{3} \(shuffled 0\.\d{3}/)
})

test('with an inverter, what a token of the next sentence costs it', async () => {
  // Of words that the inverter knows, so that it writes such sentences.
  const known = 'the a sea ship war peace king queen river wind storm'.split(' ')
  const short = join(root, 'short_sentences.jsonl')
  const lines = Array.from({ length: 20 }, (_, d) =>
    JSON.stringify({
      id: `short-${d}`,
      sentences: Array.from({ length: 12 }, (_, i) =>
        [1, 2, 3].map((w) => known[(d + i * w + (i >> 2)) % known.length]).join(' '),
      ),
    }),
  )
  writeFileSync(short, lines.join('\n'))
  const inverter = await tinyInverter()
  const args = ['eval', 'predictor', '-d', short, '--predictor', predictor, '--dense', dense, '--limit', '9']
  const told = await vmm([...args, '--inverter', inverter, '--json'], { env })
  assert.is(told.code, 0, told.stderr)
  const { complete, documents, nextSentence } = JSON.parse(told.stdout)
  assert.equal([complete, documents, nextSentence.documents, nextSentence.sentences], [true, 9, 9, 9 * 4])
  const methods = 'noVector,ownVector,model,shuffledContext,copyLast,ridge,denseMamba'
  assert.is(Object.keys(nextSentence.methods).join(), methods)
  for (const { nats } of Object.values<{ nats: number }>(nextSentence.methods)) assert.ok(nats > 0)
  const lm = await tinyLanguageModelBundle()
  const beside = await vmm([...args, '--inverter', inverter, '--lm', lm, '--json'], { env })
  const { language, nextSentence: both } = JSON.parse(beside.stdout)
  assert.equal([language.name, Object.keys(language)], ['tiny-lm', ['name', 'fingerprint', 'parameters']])
  const { languageModel, languageModelAlone, ...rest } = both.methods
  assert.equal(rest, nextSentence.methods)
  assert.ok(languageModel.nats > 0 && languageModelAlone.nats > 0)
  assert.is.not(languageModel.nats, languageModelAlone.nats)
  assert.is(JSON.parse(told.stdout).language, undefined)
  const { written, judge } = JSON.parse(
    (await vmm([...args, '--inverter', inverter, '--judge', lm, '--json'], { env })).stdout,
  )
  assert.equal([judge.name, written.documents, written.sentences], ['tiny-lm', 9, 18])
  assert.ok(written.human.judgeNll > 0 && Number.isFinite(written.human.fit))
  const texts = join(root, 'texts.jsonl')
  const annotated = await vmm([...args, '--inverter', inverter, '--json', '--annotate', texts], { env })
  assert.equal(JSON.parse(annotated.stdout), JSON.parse(told.stdout))
  const [items, key] = [
    await readAnnotationItems(texts),
    await readAnnotationKey(join(root, 'texts.key.jsonl')),
  ]
  assert.ok(items.length > 0 && items.every(({ task }) => task === 'next'))
  for (const { before, reference, text } of annotatedSamples(annotated.stdout))
    for (const [system, wanted] of [
      ['tiny', text],
      ['human', reference],
    ] as const)
      assert.ok(
        items.some(
          (item, i) =>
            item.reference === before &&
            item.text === wanted &&
            key[i]!.systems.some((one) => one.system === system),
        ),
        `${system}: ${wanted}`,
      )
  const table = await vmm([...args, '--inverter', inverter, '--lm', lm], { env })
  assert.match(table.stdout, /\n +fit +to predicted +to true +NLL .*\n(written .*\n)?human /)
  assert.match(table.stdout, /\nlanguage model +\d+\.\d{3} .*\nlanguage model, no context +\d+\.\d{3} /)
  assert.match(table.stdout, /\nnext sentence +nats +bits .*\nno vector +\d\.\d{3} /)
  assert.is(JSON.parse((await vmm([...args, '--json'], { env })).stdout).nextSentence, undefined)
})

function annotatedSamples(report: string): readonly Record<'before' | 'reference' | 'text', string>[] {
  const { samples } = JSON.parse(report).written
  assert.ok(samples.length > 0)
  return samples
}

test('where it is cancelled, the report is of the documents done so far', async () => {
  const stop = new AbortController()
  const args = ['eval', 'predictor', '-d', file, '--predictor', predictor, '--json', '--part', 'all']
  let reads = 0
  const engine = standIn(bagOfWords())
  const slow: typeof engine = {
    ...engine,
    loadPredictor: async (folder, options) => {
      const own = await engine.loadPredictor(folder, options)
      const follow: typeof own.follow = (...given) => {
        if (++reads === 5) stop.abort(new Interrupted(130))
        return own.follow(...given)
      }
      return { ...own, follow }
    },
  }
  const { code, stdout, stderr } = await vmm(args, { env, engine: slow, signal: stop.signal })
  assert.is(code, 130)
  const { complete, documents } = JSON.parse(stdout)
  assert.is(complete, false)
  assert.ok(documents > 0 && documents < 10, `${documents} documents`)
  assert.match(stderr, /vmm: cancelled: the report is of the documents done so far\n$/)
})

test('wrong usage and errors', async () => {
  const short = join(root, 'short.jsonl')
  writeFileSync(short, `${JSON.stringify({ text: 'One sentence.' })}\n`)
  for (const [args, status, message] of [
    [['eval'], 2, /no documents: name a file/],
    [['eval', '-d', file], 2, /expected 'eval predictor', 'eval ridge' or 'eval inversion'/],
    [['eval', 'model', '-d', file], 2, /expected 'eval predictor', 'eval ridge' or 'eval inversion'/],
    [['eval', 'ridge', '-d', file, '--part', 'half'], 2, /--part: got "half"; expected train/],
    [['eval', 'ridge', '-d', file, '--candidates', '1'], 2, /--candidates: got "1"/],
    [['eval', 'predictor', '-d', join(root, 'none'), '--predictor', predictor], 1, /none/],
    [['eval', 'predictor', '-d', file, '-o', ridge], 2, /--output is that of 'eval ridge'/],
    [['eval', 'predictor', '-d', file, '--lm', 'x'], 2, /--lm needs --inverter, beside which it is told/],
    [['eval', 'predictor', '-d', file, '--annotate', 'x'], 2, /--annotate needs --inverter, which writes/],
    ...['dense', 'ridge', 'inverter', 'lm', 'judge', 'annotate', 'annotate-limit'].map(
      (name) => [['eval', 'ridge', '-d', file, `--${name}`, 'x'], 2, /is that of 'eval predictor'/] as const,
    ),
    [['eval', 'predictor', '-d', file], 1, /the package vector-mamba-predictor is not installed/],
    [['eval', 'predictor', '-d', short, '--predictor', predictor], 1, /none of more than 8 sentences/],
    [['eval', 'predictor', '-d', file, '--predictor', predictor, '--ridge', file], 1, /documents\.jsonl/],
  ] as const) {
    const { code, stderr } = await vmm(args, { env })
    assert.is(code, status, stderr)
    assert.match(stderr, message)
  }
})

test('what is named is looked at before documents are encoded', async () => {
  const fresh = join(root, 'fresh.jsonl')
  writeFileSync(fresh, JSON.stringify({ text: 'Never encoded.' }))
  const other = await bundle('other', { space: 'other-32' })
  const none = join(root, 'none')
  const inverter = await tinyInverter()
  for (const [args, message] of [
    [['--predictor', none], /none/],
    [['--predictor', predictor, '--dense', none], /none/],
    [['--predictor', predictor, '--ridge', none], /none/],
    [['--predictor', predictor, '--inverter', inverter, '--lm', none], /lm ".*none": neither a folder/],
    [
      ['--predictor', predictor, '--inverter', inverter, '--lm', predictor],
      /'predictor', not a language model/,
    ],
    [['--predictor', other], /'other-32' cannot meet vectors of space 'bag-32'/],
    [['--predictor', predictor, '--dense', other], /'other-32' cannot meet vectors of space 'bag-32'/],
  ] as const) {
    const model = bagOfWords()
    const { code, stderr } = await vmm(['eval', 'predictor', '-d', fresh, ...args], {
      env,
      engine: standIn(model),
    })
    assert.is(code, 1)
    assert.match(stderr, message)
    assert.equal(model.encoded, [])
  }
})

test('it can be cancelled', async () => {
  const controller = new AbortController()
  controller.abort(new Error('enough'))
  const args = ['eval', 'predictor', '-d', file, '--predictor', predictor]
  const { code, stderr } = await vmm(args, { env, signal: controller.signal })
  assert.is(code, 1)
  assert.match(stderr, /enough/)
})

test.run()
