import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cosine, loadInverter, vectorsFrom } from '../../../lib/index.ts'
import type { PredictorConfig } from '../../../lib/models/predictor/config.ts'
import { loadPredictor } from '../../../lib/models/predictor/load.ts'
import { savePredictor } from '../../../lib/models/predictor/save.ts'
import { openStore } from '../../../lib/store/open_store.ts'
import { livelyParameters, tinyConfig } from '../../models/predictor/support.ts'
import { bagOfWords, DIMS, vectorOf } from '../../support/bag_of_words.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { tinyInverter } from '../tiny_inverter.ts'
import { vmm } from '../world.ts'

const env = { VMM_CACHE_DIR: temporaryFolder() } // built by the first test, used by all
const bank = join(temporaryFolder(), 'bank.txt')
const known = [
  'The jury was out.',
  'It rained.',
  'The ship sank.',
  'A dog barked.',
  'Prices rose.',
  'Nobody came.',
]
writeFileSync(bank, known.join('\n'))

async function saved(change: Partial<PredictorConfig>): Promise<string> {
  const folder = join(temporaryFolder(), 'tiny')
  const config = tinyConfig({ space: 'bag-32', dims: DIMS, ...change })
  const parameters = livelyParameters(config)
  await savePredictor(folder, { config, parameters, licence: 'CC0-1.0', trainingData: 'none' })
  return folder
}

const predictor = await saved({})
const inverter = await tinyInverter()
const packages = { 'vector-mamba-predictor': predictor, 'vector-mamba-inverter': inverter }
const texts = ['The judge read the law.', 'A dog barked.']
const TEXT = texts.join(' ')

test('what is written and what is retrieved are told apart', async () => {
  const { code, stdout, stderr } = await vmm(['predict', '-k', '2', '--bank', bank, TEXT], { env, packages })
  assert.equal([code, stderr], [0, ''])
  const lines = stdout.trimEnd().split('\n')
  assert.is(lines.length, 3)
  assert.match(
    lines[0]!,
    /^written: {3}(".+" — fit 0\.\d{3}|no sentence that was found fits .+: its fit is -?0\.\d{3}, less than 0\.22)$/,
  )
  for (const line of lines.slice(1)) assert.match(line, /^retrieved: ".+" — score -?\d\.\d{3}$/)
})

test('one JSON object, with what the API gives', async () => {
  const args = ['predict', '--json', '-n', '3', '-k', '4', '--repetition-penalty', '0.5', '--bank', bank]
  const { code, stdout } = await vmm([...args, TEXT], { env, packages })
  assert.is(code, 0)
  const found = JSON.parse(stdout)
  assert.equal(Object.keys(found), ['text', 'routing', 'written', 'retrieved'])
  assert.equal(found.text, texts)
  await using model = await loadPredictor(predictor)
  await using decoder = await loadInverter(inverter, { encoder: bagOfWords() })
  const rows = vectorsFrom(texts.map(vectorOf), DIMS, 'bag-32')
  const { predictions } = await model.predict([rows], { steps: 3, inverter: decoder })
  const { written, routing, direction } = predictions[0]!
  const told = JSON.parse(JSON.stringify(written![0]))
  assert.equal(found.written, {
    ...told,
    sentences: told.sentences.map((one: { fit: number }) => ({ ...one, confident: one.fit >= 0.22 })),
  })
  assert.equal(found.routing, JSON.parse(JSON.stringify(routing)))
  const score = (text: string) =>
    cosine(direction.row(0), vectorOf(text)) - 0.5 * cosine(vectorOf(texts[1]!), vectorOf(text))
  // A sentence of the text is no answer.
  const expected = known.filter((text) => !texts.includes(text)).sort((a, b) => score(b) - score(a))
  assert.equal(
    found.retrieved.map(({ text }: { text: string }) => text),
    expected.slice(0, 4),
  )
  for (const { text, score: told } of found.retrieved) assert.ok(Math.abs(told - score(text)) < 1e-4)
})

test('by itself it chooses among the examples of WordNet', async () => {
  const { code, stdout } = await vmm(['predict', '--json', '--top', '3', TEXT], { env, packages })
  assert.is(code, 0)
  const { retrieved, written } = JSON.parse(stdout)
  assert.is(retrieved.length, 3)
  const scores = retrieved.map(({ score }: { score: number }) => score)
  assert.equal(
    scores,
    [...scores].sort((a, b) => b - a),
  )
  assert.ok(written.sentences.length <= 1)
})

test('without an inverter, or with one of another space, it says so and retrieves', async () => {
  const other = await tinyInverter({ space: 'other-32' })
  for (const [given, reason] of [
    [{}, 'is not installed (npm install vector-mamba-inverter)'],
    [{ 'vector-mamba-inverter': other }, 'reads vectors of other-32, not of bag-32'],
  ] as const) {
    const world = { env, packages: { 'vector-mamba-predictor': predictor, ...given } }
    const { code, stdout, stderr } = await vmm(['predict', '--json', '-n', '3', '--bank', bank, TEXT], world)
    assert.equal([code, stderr], [0, `vmm: no sentence is written: vector-mamba-inverter ${reason}\n`])
    const { written, retrieved } = JSON.parse(stdout)
    assert.equal([written, retrieved.length], [null, 1])
    assert.not.match((await vmm(['predict', '--bank', bank, TEXT], world)).stdout, /written/)
  }
})

test('standard input, lines, documents as a bank', async () => {
  const documents = join(temporaryFolder(), 'documents.jsonl')
  writeFileSync(documents, JSON.stringify({ id: 'a', sentences: known }))
  const world = { env, packages, stdin: ['It rained. A dog\nbarked.'] }
  const read = async (...args: string[]) => {
    const { stdout } = await vmm(['predict', '--json', '--bank', documents, ...args, '-'], world)
    return JSON.parse(stdout)
  }
  const [sentences, lines] = [await read(), await read('--lines')]
  assert.equal(sentences.text, ['It rained.', 'A dog\nbarked.'])
  assert.equal(lines.text, ['It rained. A dog', 'barked.'])
  assert.ok(known.includes(sentences.retrieved[0].text))
})

test('the texts of a store as a bank', async () => {
  const place = join(temporaryFolder(), 'own.store')
  {
    await using store = await openStore(place)
    await store.addSpace('bag-32', DIMS)
    const records = known.map((text, i) => ({ id: `${i}`, text, vectors: { 'bag-32': vectorOf(text) } }))
    await store.upsert(records)
  }
  const read = async (...args: string[]) => {
    const { stdout } = await vmm(['predict', '--json', '-k', '4', ...args, TEXT], { env, packages })
    return JSON.parse(stdout).retrieved.map(({ text }: { text: string }) => text)
  }
  const found = await read('--store', place)
  assert.is(found.length, 4)
  assert.equal(found, await read('--bank', bank))
})

test('wrong usage and errors', async () => {
  const empty = join(temporaryFolder(), 'empty.txt')
  writeFileSync(empty, '\n')
  for (const [args, status, message] of [
    [[''], 2, /no sentence/],
    [['--steps', '0', TEXT], 2, /--steps: got "0"; expected a whole number from 1 to 1000/],
    [['--top', '65', TEXT], 2, /--top: got "65"/],
    [['--repetition-penalty', '2', TEXT], 2, /--repetition-penalty: got "2"; expected a number from 0 to 1/],
    [['--predictor', 'no-such-package', TEXT], 1, /"no-such-package": neither a folder nor/],
    [['--bank', empty, TEXT], 1, /empty\.txt: no sentence\n/],
    [['--bank', 'none.txt', TEXT], 1, /none\.txt/],
    [['--bank', bank, '--store', 'x', TEXT], 2, /--bank and --store exclude each other/],
    [['--store', 'none.store', TEXT], 1, /there is no store of concepts/],
    [['--predictor', await saved({ space: 'other-32' }), '--bank', bank, TEXT], 1, /other-32/],
  ] as const) {
    const { code, stdout, stderr } = await vmm(['predict', ...args], { env, packages })
    assert.equal([code, stdout], [status, ''])
    assert.match(stderr, message)
  }
  const none = await vmm(['predict', TEXT], { env })
  assert.is(none.code, 1)
  assert.match(none.stderr, /no predictor: the package vector-mamba-predictor is not installed/)
})

test.run()
