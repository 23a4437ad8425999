// What is stated of the packages of weights, measured again: on a sample each, with a 95 % interval.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Ridge, ridgePredictor } from '../../lib/evaluate/baselines/ridge.ts'
import { readRidge } from '../../lib/evaluate/baselines/ridge_file.ts'
import type { DocumentVectors, Predicts } from '../../lib/evaluate/documents.ts'
import { bootstrap } from '../../lib/evaluate/metrics/bootstrap.ts'
import type { Score } from '../../lib/evaluate/metrics/compare.ts'
import { type Choices, type Tally, tally } from '../../lib/evaluate/metrics/contrast.ts'
import { tokenF1 } from '../../lib/evaluate/metrics/overlap.ts'
import { words } from '../../lib/evaluate/metrics/words.ts'
import type { InversionReport } from '../../lib/evaluate/suites/inversion/report.ts'
import { following } from '../../lib/evaluate/suites/predictor/predictor.ts'
import { loadInverter, loadModel, loadPredictor } from '../../lib/index.ts'
import { CONTEXT, type Passage, PREDICTOR, passages } from './passages.ts'

const INVERTER = fileURLToPath(new URL('../../bundles/inverter', import.meta.url))
const stated = (folder: string) => JSON.parse(readFileSync(join(folder, 'evaluation.json'), 'utf8'))

/** Asserts that a stated mean lies in the 95 % interval of Σ values / Σ weights over what was sampled. */
function holds(what: string, told: number, values: readonly number[], weights = values.map(() => 1)): void {
  const ratio = (times: Int32Array) => {
    const sum = (of: readonly number[]) => of.reduce((all, x, i) => all + times[i]! * x, 0)
    return [sum(values) / sum(weights)]
  }
  const [interval] = bootstrap(values.length, ratio, { seed: 0, resamples: 2000 })
  const [low, high] = interval!
  const [mean] = ratio(new Int32Array(values.length).fill(1))
  const about = `${what}: ${mean!.toFixed(4)}, ${low.toFixed(4)} … ${high.toFixed(4)}; stated is ${told.toFixed(4)}`
  assert.ok(low <= told && told <= high, about)
}

const encoder = await loadModel('use-lite')
test.after(() => encoder.dispose())

async function documentOf({ id, sentences, others }: Passage): Promise<readonly [DocumentVectors, Choices]> {
  const texts = [...sentences, ...others]
  const { vectors } = await encoder.encode(texts)
  const positions = Int32Array.from({ length: sentences.length - CONTEXT }, (_, i) => CONTEXT - 1 + i)
  const candidates = Array.from(positions, (t) =>
    Int32Array.from(others.keys(), (i) => sentences.length + i).filter((row) => texts[row] !== texts[t + 1]),
  )
  const document = { id, group: '', count: texts.length, vectors: vectors.toFloat32Array() }
  return [document, { positions, others: candidates }]
}

test('the predictor and its ridge regression predict as well as is stated', async () => {
  await using predictor = await loadPredictor(PREDICTOR)
  const ridge: Ridge = await readRidge(join(PREDICTOR, 'ridge.safetensors'))
  const { predictor: about, context, model, baselines } = stated(PREDICTOR)
  assert.is(about.fingerprint, predictor.fingerprint)
  assert.is(context, CONTEXT)
  const documents = await Promise.all(passages().map(documentOf))
  const ways: readonly (readonly [string, Predicts, Score])[] = [
    ['predictor', following(predictor, { prefix: CONTEXT }), model],
    ['ridge', ridgePredictor(ridge), baselines.ridge],
  ]
  for (const [name, predicts, told] of ways) {
    const tallies: Tally[] = []
    for (const [document, choices] of documents)
      tallies.push(tally(document, choices, await predicts.predictNext(document, choices.positions, {})))
    const positions = tallies.map((of) => of.positions)
    const check = (what: string, mean: number, of: (tally: Tally) => number) =>
      holds(`${name}, ${what}`, mean, tallies.map(of), positions)
    check('accuracy', told.contrastiveAccuracy, ({ correct }) => correct)
    check('cosine', told.cosine, ({ cosine }) => cosine)
    check('squared error', told.squaredError, ({ squaredError }) => squaredError)
  }
})

test('the inverter writes as near to vectors as is stated', async () => {
  await using inverter = await loadInverter(INVERTER, { encoder })
  const { inverter: about, ...report } = stated(INVERTER) as InversionReport & {
    inverter: { fingerprint: string }
  }
  assert.is(about.fingerprint, inverter.fingerprint)
  const texts = JSON.parse(
    readFileSync(new URL('sentences.json', import.meta.url), 'utf8'),
  ) as readonly string[]
  const { vectors } = await encoder.encode(texts)
  const beam = (await inverter.invert(vectors, { beam: 5, refine: 0 })).map(({ best }) => best!)
  const cosines = beam.map(({ cosine }) => cosine)
  holds('cosine of the beam', report.beam.cosine, cosines)
  const shared = beam.map(({ text }, i) => tokenF1(words(text), words(texts[i]!)))
  holds('token F1 of the beam', report.beam.tokenF1, shared)

  const calls = 64
  const refined = await inverter.invert(vectors, { beam: 5, refine: calls })
  const gain = report.curve.find((point) => point.calls === calls)!.cosine - report.beam.cosine
  holds(
    `gain of ${calls} calls of refinement`,
    gain,
    refined.map(({ best }, i) => best!.cosine - cosines[i]!),
  )
})

test.run()
