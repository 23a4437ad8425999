import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Domain } from '../../../lib/concepts/domains/domains.ts'
import { vectorsFrom } from '../../../lib/core/vectors.ts'
import { openDocuments } from '../../../lib/data/documents/open.ts'
import { documentKey, readTrained, TRAINED_FILE } from '../../../lib/evaluate/suites/predictor/trained.ts'
import { predictorConfig } from '../../../lib/models/predictor/config.ts'
import { loadPredictor } from '../../../lib/models/predictor/load.ts'
import type { TrainProgress } from '../../../lib/train/core/loop.ts'
import { readMetrics } from '../../../lib/train/core/metrics.ts'
import { predictorBatches } from '../../../lib/train/predictor/batches.ts'
import { predictorTraining } from '../../../lib/train/predictor/config.ts'
import { balancedExperts } from '../../../lib/train/predictor/domains.ts'
import { trainPredictor } from '../../../lib/train/predictor/train.ts'
import type { PredictorData } from '../../../lib/train/predictor/trainable.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'
import { bookLines, books, bookTraining as config, vocabulary } from '../tiny_books.ts'
import { tinyEncoder, tinyVector } from '../tiny_encoder.ts'

const folder = temporaryFolder()
const dims = 16
const cacheDir = join(folder, 'cache')

writeFileSync(join(folder, 'books.jsonl'), bookLines.join('\n'))

interface Options {
  readonly stopAfter?: number
  readonly restart?: boolean
  readonly onData?: (data: PredictorData) => void
}

async function train(change: Record<string, unknown>, options: Options = {}): Promise<TrainProgress[]> {
  const { stopAfter, ...rest } = options
  const told: TrainProgress[] = []
  const loadEncoder = async () => ({ ...tinyEncoder(dims), dispose: () => {} })
  for await (const progress of trainPredictor(
    { ...config, ...change },
    { cacheDir, folder, loadEncoder, ...rest },
  )) {
    told.push(progress)
    if (progress.step === stopAfter) break
  }
  return told
}

const bundle = (out: string) => readFileSync(join(folder, out, 'predictor', 'model.safetensors'))

for (const [name, model] of Object.entries({
  sequence: config.model,
  concept: { ...config.model, variant: 'concept' },
  dense: { ...config.model, experts: 1 },
}))
  test(`a predictor learns what follows what: ${name}`, async () => {
    const out = `learn-${name}`
    let data: PredictorData | undefined
    const told = await train({ model, out, steps: 200 }, { onData: (d) => (data = d) })
    const { evaluation, losses } = told.at(-1)!
    const first = told.find((progress) => progress.evaluation)!
    assert.ok(
      losses.infoNce! < 0.6 * told[0]!.losses.infoNce!,
      `${losses.infoNce} of ${told[0]!.losses.infoNce}`,
    )
    assert.ok(evaluation!.contrastiveAccuracy! > 0.8, JSON.stringify([first.evaluation, evaluation]))
    if (name === 'dense') assert.equal([data!.domains, evaluation!.largestLoad], [null, undefined])
    else {
      assert.equal([...data!.domains!.names].sort(), [...books].sort())
      assert.equal(Array.from(data!.domains!.expertOf).sort(), [0, 1, 2, 3])
    }
    await using predictor = await loadPredictor(join(folder, out, 'predictor'))
    assert.equal(predictor.config, data!.model)
    const context = [0, 1, 2, 3, 4, 5].map((i) => vocabulary[i]!)
    const rows = new Float32Array(context.flatMap((text) => [...tinyVector(text, dims)]))
    const { vectors } = await predictor.predict(vectorsFrom(rows, dims, `tiny-${dims}`))
    const cosines = vocabulary.map((text) =>
      tinyVector(text, dims).reduce((sum, v, i) => sum + v * vectors.row(0)[i]!, 0),
    )
    assert.is(cosines.indexOf(Math.max(...cosines)), 6)
  })

test('the bundle names the documents of training and validation, and none that is kept for tests', async () => {
  let data: PredictorData | undefined
  await train({ out: 'named', steps: 10 }, { onData: (d) => (data = d) })
  const trained = await readTrained(join(folder, 'named', 'predictor', TRAINED_FILE))
  await using documents = await openDocuments(join(folder, 'books.jsonl'), tinyEncoder(dims), { cacheDir })
  for (const [part, indices] of Object.entries(data!.split)) {
    assert.ok(indices.length > 0, part)
    for (const i of indices)
      assert.is(trained.has(documentKey((await documents.document(i)).texts())), part !== 'test')
  }
})

test('groups are held out for tests, or reserved for other models', async () => {
  let data: PredictorData | undefined
  const change = { out: 'groups', steps: 10, heldOut: ['red'], reserved: ['blue'], model: { experts: 1 } }
  await train(change, { onData: (d) => (data = d) })
  const { documents, split } = data!
  const groups = (part: keyof typeof split) =>
    [...new Set(split[part].map((i) => documents.documents[i]!.group))].sort()
  assert.equal(groups('train'), ['black', 'green'])
  assert.ok(groups('test').includes('red'))
  assert.is(split.test.filter((i) => documents.documents[i]!.group === 'red').length, 15)
  assert.not.ok(
    Object.values(split)
      .flat()
      .some((i) => documents.documents[i]!.group === 'blue'),
  )
})

test('evaluations are made when they are due, and the losses are drawn', async () => {
  const told = await train({ out: 'whole' })
  const lines = await readMetrics(join(folder, 'whole', 'metrics.jsonl'))
  for (const some of [told, lines]) {
    assert.is(some.length, 60)
    assert.equal(
      some.flatMap(({ step, evaluation }) => (evaluation ? [step] : [])),
      [30, 60],
    )
  }
  assert.ok(existsSync(join(folder, 'whole', 'losses.svg')))
})

test('noise and dropout change what is trained on, the same way from the same seed', async () => {
  const regularisation = { noise: 0.3, dropout: 0.2 }
  const first = async (change: object) => (await train({ ...change, steps: 12 }))[0]!.losses.infoNce
  const plain = await first({ out: 'plain', schedule: {} })
  const noisy = await first({ out: 'noisy', schedule: {}, regularisation })
  const other = await first({ out: 'dropout', schedule: {}, regularisation: { dropout: 0.2 } })
  assert.is(new Set([plain, noisy, other]).size, 3)
  await train({ out: 'noisy parts', schedule: {}, regularisation, steps: 12 }, { stopAfter: 5 })
  await train({ out: 'noisy parts', schedule: {}, regularisation, steps: 12 })
  assert.ok(bundle('noisy').equals(bundle('noisy parts')))
  assert.not(bundle('noisy').equals(bundle('plain')))
})

test('losses count after the routing prefix alone', async () => {
  const encoder = tinyEncoder(dims)
  await using documents = await openDocuments(join(folder, 'books.jsonl'), encoder, { cacheDir })
  const model = predictorConfig({ ...config.model, space: encoder.space, dims })
  const indices = documents.documents.map((_, i) => i)
  const expertOf = (group: string) => (group === 'black' ? undefined : books.indexOf(group))
  const options = { ...config.batch, together: 1, prefix: [2, 5] as const, seed: 1 }
  const batches = predictorBatches(model, documents, indices, expertOf, options)
  const prefixes = new Set<number>()
  for (const number of [0, 1, 2, 30]) {
    const { inputs, count } = await batches.batch(number)
    const read = (name: string) => [...(inputs[name] as Int32Array | Float32Array)]
    const [offsets, prefixOffsets, following, weights] = [
      read('offsets'),
      read('prefixOffsets'),
      read('following'),
      read('lossWeights'),
    ]
    assert.equal([count, offsets.at(-1), following.length], [96, 96, 96])
    assert.ok(Math.abs(weights.reduce((a, b) => a + b) - 1) < 1e-5)
    const windows = batches.windows.batch(number)
    for (const [s, { document, begin, end }] of windows.entries()) {
      const [from, to] = [offsets[s]!, offsets[s + 1]!]
      const prefix = prefixOffsets[2 * s + 1]! - from
      if (to - from > 5) prefixes.add(prefix)
      assert.is(to - from, end - begin)
      const { vectors, group } = await documents.document(document)
      const rows = (inputs.x as Float32Array).subarray(from * dims, to * dims)
      assert.equal([...rows], [...vectors.subarray(begin * dims, end * dims)])
      for (let row = from; row < to; row++) {
        const counts = row >= from + prefix - 1 && row < to - 1
        assert.is(weights[row]! > 0, counts, `row ${row - from} of ${to - from}, prefix ${prefix}`)
        if (row < to - 1) assert.is(following[row], row + 1)
      }
      const [expert, weight] = [read('domainExpert')[s], read('domainWeights')[s]]
      if (group === 'black') assert.is(weight, 0)
      else assert.equal([expert, weight! > 0], [books.indexOf(group), true])
    }
  }
  assert.equal([...prefixes].sort(), [2, 3, 4, 5])
})

test('experts get about equal shares: the largest domains one each, near ones together where there is room', () => {
  const domain = (name: string, angle: number): Domain => ({
    name,
    parent: null,
    count: 1,
    centroid: Float32Array.of(Math.cos(angle), Math.sin(angle)),
    variance: new Float32Array(2),
    radius: 0,
    representatives: [],
  })
  const domains = [domain('a', 0), domain('b', 3), domain('c', 0.1), domain('d', 2.9), domain('e', 0.2)]
  assert.equal([...balancedExperts(domains, [100, 90, 30, 30, 10], 2)], [0, 1, 0, 1, 0])
  assert.equal([...balancedExperts(domains, [100, 20, 30, 5, 10], 2)], [0, 1, 1, 1, 1])
  assert.equal([...balancedExperts(domains, [5, 4, 3, 2, 1], 8)], [0, 1, 2, 3, 4])
})

test('errors of the config name the key', async () => {
  for (const [change, message] of [
    [{ steps: 0 }, /^steps: got 0; expected a whole number of 1 or more$/],
    [{ steps: undefined }, /^steps: got undefined; expected a whole number/],
    [{ documents: [] }, /^documents: got \[\]; expected a text, or an array of texts$/],
    [{ out: 7 }, /^out: got 7; expected a text$/],
    [{ domains: 'books' }, /^domains: got "books"; expected groups \| wordnet \| none$/],
    [{ optimizer: {} }, /^optimizer: got a key; expected documents, split, /],
    [{ optimiser: { beta1: 1 } }, /^optimiser\.beta1: got 1; expected a number from 0 to 0\.999999$/],
    [{ optimiser: { momentum: 1 } }, /^optimiser\.momentum: got a key; expected beta1, beta2/],
    [{ schedule: { warmup: 61 } }, /^schedule\.warmup: got 61; expected a whole number from 0 to 60$/],
    [{ batch: { prefix: [5, 2] } }, /^batch\.prefix: got \[5, 2\]; expected \[least, most\]/],
    [{ losses: 1 }, /^losses: got 1; expected an object$/],
    [{ losses: { infoNce: 0 } }, /^losses: got mse, cosine, infoNce and text of 0; expected one/],
    [{ losses: { text: 1 } }, /^losses\.text: got 1; expected 0, or an `inverter` that decodes$/],
    [{ model: { experts: -1 } }, /^model\.experts: got -1; expected a positive integer of at most 1024$/],
    [{ model: { depth: 3 } }, /^model\.depth: got a field; expected variant/],
    [{ model: { dims: 3 } }, /^model\.dims: got a key; expected none/],
    [
      { regularisation: { dropout: 1 } },
      /^regularisation\.dropout: got 1; expected a number from 0 to 0\.9$/,
    ],
    [{ split: { test: 2 } }, /^split\.test: got 2; expected a number from 0 to 1$/],
    [{ batch: { rows: 8 } }, /^batch\.rows: got 8; expected batch\.window or more/],
  ] as const)
    await rejects(() => train({ out: 'none', ...change }), 'BAD_ARGUMENT', message)
  await rejects(() => train({ documents: 'none.jsonl' }), 'NOT_FOUND', /none\.jsonl: cannot read/)
  assert.throws(() => predictorTraining('x'), /^config: got "x"; expected an object$/)
})

test('documents without what the config asks for', async () => {
  const path = join(folder, 'single.jsonl')
  writeFileSync(path, ['{"text": "Alone."}', '{"text": "Also alone."}'].join('\n'))
  const message = /^documents: got none of at least 4 sentences; expected one that is long enough$/
  await rejects(() => train({ documents: 'single.jsonl', domains: 'none' }), 'BAD_ARGUMENT', message)
  await rejects(
    () => train({ documents: 'single.jsonl', split: { validation: 0, test: 0 } }),
    'BAD_ARGUMENT',
    /^domains: got groups; expected 'none': no document has a domain or book$/,
  )
})

test.run()
