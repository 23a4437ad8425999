import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { pickRows } from '../../../../lib/core/rows.ts'
import { trustedVectors } from '../../../../lib/core/vectors.ts'
import { evaluatePredictor } from '../../../../lib/evaluate/suites/predictor/evaluate.ts'
import {
  type EvaluatedPredictor,
  following,
  routeDocument,
} from '../../../../lib/evaluate/suites/predictor/predictor.ts'
import { documentKey, readTrained, trainedJson } from '../../../../lib/evaluate/suites/predictor/trained.ts'
import { loadPredictor } from '../../../../lib/models/predictor/load.ts'
import { savePredictor } from '../../../../lib/models/predictor/save.ts'
import { refusal } from '../../../concepts/domains/points.ts'
import { livelyParameters, tinyConfig } from '../../../models/predictor/support.ts'
import { temporaryFolder } from '../../../support/folder.ts'
import { noiseDocument } from '../../sequences.ts'

const root = temporaryFolder()
const load = async (name: string, given: Parameters<typeof tinyConfig>[0]) => {
  const config = tinyConfig(given)
  const parameters = livelyParameters(config)
  await savePredictor(join(root, name), { config, parameters, licence: 'CC0-1.0', trainingData: 'none' })
  return loadPredictor(join(root, name))
}
const sequence = await load('sequence', { variant: 'sequence' })
const concept = await load('concept', { variant: 'concept' })
const dense = await load('dense', { experts: 1, topK: 1, domains: [] })
const { dims, space } = sequence
const documents = Array.from({ length: 6 }, (_, i) =>
  noiseDocument(`d${i}`, 40 + 7 * i, dims, i + 1, `g${i % 2}`),
)

test('a prediction at a position does not see what comes after it', async () => {
  for (const predictor of [sequence, concept, dense])
    for (const routing of ['learned', 'random'] as const) {
      const model = following(predictor, { prefix: 8, routing })
      const [document] = documents as [(typeof documents)[0]]
      const positions = Int32Array.of(7, 9, 20)
      const whole = await model.predictNext(document, positions, {})
      const vectors = document.vectors.slice()
      vectors.fill(5, 21 * dims)
      assert.equal(await model.predictNext({ ...document, vectors }, positions, {}), whole)
    }
})

test('what can be decoded is another vector in a standardised model alone', async () => {
  const standardised = await load('standardised', {
    ...{ experts: 1, topK: 1, domains: [], standardised: true },
  })
  const [document] = documents as [(typeof documents)[0]]
  const positions = Int32Array.of(7, 20)
  const predicted = (predictor: EvaluatedPredictor, decodable: boolean) =>
    following(predictor, { prefix: 8, decodable }).predictNext(document, positions, {})
  assert.equal(await predicted(dense, true), await predicted(dense, false))
  const [direction, vector] = [await predicted(standardised, false), await predicted(standardised, true)]
  const vectors = trustedVectors([document.vectors], dims, space)
  const [read] = await standardised.follow([vectors], { prefix: 8 })
  assert.equal(
    [direction, vector],
    [read!.predicted, read!.expected].map((all) => pickRows(all, dims, positions)),
  )
  assert.not.equal(direction, vector)
  standardised.dispose()
})

test('random experts change the prediction, and are the same for the same document', async () => {
  const [a] = documents as [(typeof documents)[0]]
  const at = Int32Array.of(20)
  const random = following(sequence, { prefix: 8, routing: 'random', seed: 1 })
  assert.equal(await random.predictNext(a, at, {}), await random.predictNext(a, at, {}))
  let different = 0
  for (const document of documents) {
    const learned = await following(sequence, { prefix: 8 }).predictNext(document, at, {})
    const drawn = await random.predictNext(document, at, {})
    if (drawn.some((x, i) => x !== learned[i])) different++
  }
  assert.ok(different > 1)
})

test('every baseline and the routing of an untrained predictor', async () => {
  const given = { space, all: () => documents }
  const ridge = {
    space,
    dims,
    history: 4,
    lambda: 1,
    weight: new Float32Array(4 * dims * dims),
    bias: new Float32Array(dims).fill(1),
  }
  for (const predictor of [sequence, concept]) {
    const found = await evaluatePredictor(predictor, given, { ridge, dense }, { resamples: 50 })
    assert.equal(Object.keys(found.baselines), [
      'copyLast',
      'contextMean',
      'ridge',
      'denseMamba',
      'randomRouter',
    ])
    assert.is(found.documents, 6)
    for (const { contrastiveAccuracy } of [found.model, ...Object.values(found.baselines)])
      assert.ok(contrastiveAccuracy < 0.12) // noise has no next vector
    assert.is(found.routing!.groups, 2)
    assert.ok(Math.abs(found.routing!.load.reduce((x, y) => x + y) - 1) < 1e-12)
  }
  const alone = await evaluatePredictor(dense, given, {}, { resamples: 50 })
  assert.equal(Object.keys(alone.baselines), ['copyLast', 'contextMean'])
  assert.is(alone.routing, null)
})

test('a document is routed by windows; a short rest is left out', async () => {
  for (const [count, samples] of [
    [1, 1],
    [20, 1],
    [32, 1],
    [47, 1],
    [48, 2],
    [64, 2],
  ] as const) {
    const { chosen, group } = await routeDocument(sequence, noiseDocument('x', count, dims, 3, 'g'), {})
    assert.equal([chosen.length, group], [2 * samples, 'g'])
  }
})

test('spaces must agree', async () => {
  const error = await refusal(() => evaluatePredictor(sequence, { space: 'other', all: () => documents }, {}))
  assert.is(error.code, 'SPACE_MISMATCH')
  const stranger = { ...dense, space: 'other' } as EvaluatedPredictor
  const mixed = () => evaluatePredictor(sequence, { space, all: () => documents }, { dense: stranger })
  assert.is((await refusal(mixed)).code, 'SPACE_MISMATCH')
})

test('documents seen in training are known by their sentences', async () => {
  const keys = [['a', 'b'], ['c']].map(documentKey)
  const path = join(root, 'trained_documents.json')
  writeFileSync(path, trainedJson([...keys, keys[0]!]))
  assert.equal([...(await readTrained(path))].sort(), keys.sort())
  assert.not.equal(documentKey(['a b']), documentKey(['a', 'b']))
  assert.is((await readTrained(join(root, 'none'))).size, 0)
  for (const text of ['{', '[]', '{"documents": ["x"]}', 'null']) {
    writeFileSync(path, text)
    assert.is((await refusal(() => readTrained(path))).code, 'BAD_FILE')
  }
})

test.run()
