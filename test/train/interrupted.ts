// Training whose process is killed, or whose disk is full, at one of its file operations.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { saveBundle } from '../../lib/bundle/save.ts'
import { openDocuments } from '../../lib/data/documents/open.ts'
import { runTraining } from '../../lib/train/core/run.ts'
import { documentRunConfig } from '../../lib/train/core/run_config.ts'
import { defineTrainable } from '../../lib/train/core/trainable.ts'
import { trainPredictor } from '../../lib/train/predictor/train.ts'
import { type ParameterSpecs, parameter } from '../../lib/weights/specs.ts'
import { type Ending, type Interruption, interruptAtEach } from '../support/file_operations.ts'
import { litterOf, treeOf } from '../support/tree.ts'
import { bookLines } from './tiny_books.ts'
import { tinyEncoder } from './tiny_encoder.ts'
import { tinyTask } from './tiny_task.ts'

const RUN = {
  documents: 'books.jsonl',
  compute: 'f32',
  steps: 3,
  checkpoints: { every: 1, keep: 1, bundle: 'best' },
  out: 'run',
}

/** A regression that encodes documents and saves a bundle as real models do. */
const regression = defineTrainable({
  name: 'regression',
  what: 'a line through some points',
  unit: 'points',
  bundle: 'line',
  best: { measure: 'bias', better: 'low' },
  config: (fields) => ({
    ...documentRunConfig(fields),
    evaluation: { every: fields.whole('every', 1, { least: 0 }, 'Steps between evaluations.') },
  }),
  open: async (training, { encoder, cacheDir }) => {
    const data = await openDocuments(training.documents[0]!, encoder, { cacheDir })
    return { task: tinyTask(), data, about: ['points'], dispose: () => data.dispose() }
  },
  save: async (folder, { parameters, evaluation, data }) => {
    const about = {
      kind: 'predictor',
      architecture: 'line',
      config: { space: data.space, dims: data.dims },
    } as const
    const specs: ParameterSpecs = Object.fromEntries(
      Object.entries(tinyTask().parameters).map(([name, { shape }]) => [
        name,
        parameter({ shape, init: { kind: 'constant', value: 0 } }),
      ]),
    )
    await saveBundle(folder, about, specs, {
      parameters,
      licence: 'Apache-2.0',
      trainingData: 'points',
      files: { 'evaluation.json': JSON.stringify(await evaluation()) },
    })
  },
  sample: { config: {}, load: () => Promise.reject(new Error('nothing to load')) },
})

/** Trains in a folder that has the documents, to the end. */
export type Train = (folder: string) => Promise<void>

const context = (folder: string) => ({
  folder,
  cacheDir: join(folder, 'cache'),
  loadEncoder: async () => ({ ...tinyEncoder(4), dispose: () => {} }),
})

export const trainRegression: Train = async (folder) => {
  for await (const _ of runTraining(regression, RUN, context(folder)));
}

export const trainTinyPredictor: Train = async (folder) => {
  const config = {
    ...RUN,
    split: { seed: 1, validation: 0.2, test: 0.1 },
    model: { dModel: 4, experts: 2, blocks: 1, dState: 2, routerHidden: 4 },
    domains: 'none',
    batch: { rows: 16, window: 8, minimum: 4, prefix: [1, 2] },
    evaluation: { every: 1, context: 2, documents: 1 },
  }
  for await (const _ of trainPredictor(config, context(folder)));
}

/** Empties a folder but for the documents. */
export function prepareTraining(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  writeFileSync(join(folder, 'books.jsonl'), bookLines.slice(0, 3).join('\n'))
}

/** All that a run has left, but for how long it took. */
export function leftBy(folder: string): Record<string, string> {
  const tree = treeOf(folder)
  const metrics = join('run', 'metrics.jsonl')
  if (metrics in tree) tree[metrics] = tree[metrics]!.replace(/"perSecond":[^,}]+/g, '"perSecond":0')
  return tree
}

/** What an undisturbed run leaves. */
export async function leftByCalm(train: Train, folder: string): Promise<Record<string, string>> {
  prepareTraining(folder)
  await train(folder)
  const left = leftBy(folder)
  assert.equal(litterOf(left), [])
  return left
}

/**
 * Interrupts a training at each operation, or at one in `every`, and lets it go on: all must be as without. Gives the
 * number of operations.
 */
export async function interruptTraining(
  train: Train,
  root: string,
  how: Interruption,
  every = 1,
): Promise<number> {
  const expected = await leftByCalm(train, join(root, 'calm'))
  const folder = join(root, how)
  return interruptAtEach({
    how,
    every,
    prepare: () => prepareTraining(folder),
    run: () => train(folder),
    check: (ending, n) => goesOn(train, folder, expected, `${how} at operation ${n}`, ending),
  })
}

/** Lets an interrupted run go on, and compares. */
export async function goesOn(
  train: Train,
  folder: string,
  expected: Readonly<Record<string, string>>,
  where: string,
  ending: Ending,
): Promise<void> {
  // Parts are what the next run goes on with.
  const litter = litterOf(treeOf(folder)).filter((path) => !path.includes('.parts/'))
  if (ending !== 'killed') assert.equal(litter, [], `${where}: litter`)
  if (ending !== 'done') await train(folder)
  const left = leftBy(folder)
  assert.equal(Object.keys(left), Object.keys(expected), where)
  for (const [path, content] of Object.entries(expected))
    assert.ok(left[path] === content, `${where}: ${path} differs`)
}
