// The package of weights as it is published.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readManifest } from '../../lib/bundle/manifest.ts'
import { packageOf } from '../../lib/cli/options/packages.ts'
import { readTrained, TRAINED_FILE } from '../../lib/evaluate/suites/predictor/trained.ts'
import { predictorConfig } from '../../lib/models/predictor/config.ts'
import { loadPredictor } from '../../lib/models/predictor/load.ts'
import { parameterCounts } from '../../lib/models/predictor/parameters.ts'
import { predictorTraining } from '../../lib/train/predictor/config.ts'

const folder = fileURLToPath(new URL('../../bundles/predictor', import.meta.url))
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'))
const { files, name } = read('package.json') as { files: string[]; name: string }
const training = predictorTraining(read('train.json'))
const absent = !existsSync(join(folder, 'bundle.json'))

test('it has the name that the commands look for, and its config is one to train with', () => {
  assert.is(name, packageOf('predictor'))
  assert.ok(training.steps > 0)
})

test('the dense Mamba gets the same data and steps, and has as many active parameters', () => {
  const dense = predictorTraining(read('dense.json'))
  const own = ['model', 'domains', 'schedule', 'out', 'trainingData']
  const shared = (of: typeof training) => Object.entries(of).filter(([key]) => !own.includes(key))
  assert.equal(shared(dense), shared(training))
  assert.is(dense.model.experts, 1)
  const active = ({ model }: typeof training) =>
    parameterCounts(predictorConfig({ ...model, dims: 512 })).active
  const ratio = active(dense) / active(training)
  assert.ok(ratio > 0.95 && ratio < 1.1, `${ratio} times as many`)
})

test('all files are there, and at most 20 MB together', () => {
  if (absent) return console.log('skipped: bundles/predictor has no weights')
  const bytes = files.map((file) => statSync(join(folder, file)).size)
  const total = bytes.reduce((sum, size) => sum + size, 0)
  assert.ok(total <= 20e6, `${total} bytes`)
  const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: folder,
    encoding: 'utf8',
  })
  const [packed] = JSON.parse(stdout) as [{ files: { path: string }[] }]
  const paths = packed.files.map(({ path }) => path)
  assert.equal(paths.sort(), [...files, 'README.md', 'package.json'].sort())
})

test('it is what its config says, and loads', async () => {
  if (absent) return console.log('skipped: bundles/predictor has no weights')
  const { licence, trainingData, config } = await readManifest(folder)
  assert.equal([licence, trainingData], [training.licence, training.trainingData])
  for (const [key, value] of Object.entries(training.model)) assert.equal(config?.[key], value, key)
  assert.ok((await readTrained(join(folder, TRAINED_FILE))).size > 0)
  await using predictor = await loadPredictor(folder)
  assert.equal([predictor.space, predictor.dims], ['use-lite-512', 512])
  const { baselines } = read('evaluation.json')
  const needed = ['contextMean', 'copyLast', 'denseMamba', 'randomRouter', 'ridge']
  assert.equal(Object.keys(baselines).sort(), needed)
  assert.is(read('evaluation.json').predictor.fingerprint, predictor.fingerprint)
})

test.run()
