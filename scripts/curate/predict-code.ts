// A predictor of code: from what is asked for to code that does it. Tasks of MBPP are documents of two concepts in a store, the
// task and its code, each as the encoder sees its words. A predictor is trained on four of five and asked about the others: of
// their code, that which is nearest to the prediction runs against the task's tests. Told is the share that passes (pass@1),
// beside that of code at random and of the code that is nearest to the task itself.
//
//   VMM_MBPP=mbpp.jsonl node --import tsx scripts/curate/predict-code.ts [steps]
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { similarity } from '../../lib/core/similarity.ts'
import { type Vectors, vectorsFrom } from '../../lib/core/vectors.ts'
import type { Candidate } from '../../lib/curate/candidates/candidate.ts'
import { wordsOf } from '../../lib/curate/code/words.ts'
import { mbppCandidates } from '../../lib/curate/extract/datasets/programs.ts'
import { openSandbox } from '../../lib/curate/sandbox/sandbox.ts'
import { loadEncoder } from '../../lib/models/load_encoder.ts'
import { loadPredictor } from '../../lib/models/predictor/load.ts'
import { openStore } from '../../lib/store/open_store.ts'
import { trainPredictor } from '../../lib/train/predictor/train.ts'
import { passesGivenTests } from './given_tests.ts'

const path = process.env.VMM_MBPP
if (path === undefined) throw new Error('set VMM_MBPP to a copy of mbpp.jsonl')
const steps = Number(process.argv[2] ?? 300)

const tasks: Candidate[] = []
for await (const task of mbppCandidates(path)) tasks.push(task)
const held = tasks.filter((_, i) => i % 5 === 0)
const used = tasks.filter((_, i) => i % 5 !== 0)
const encoder = await loadEncoder()
const sandbox = await openSandbox()
const folder = await mkdtemp(join(tmpdir(), 'predict-code-'))
try {
  const asked = await textVectors(held)
  const code = await codeVectors(held)
  await storeDocuments()
  const predicted = await predictedFrom(asked)
  const random = held.map((_, i) => (i * 67 + 31) % held.length)
  await report('code at random', random)
  await report('nearest to the task', nearest(asked, code))
  await report('nearest to the prediction', nearest(predicted, code))
} finally {
  await sandbox.dispose()
  encoder.dispose()
  await rm(folder, { recursive: true })
}

async function textVectors(of: readonly Candidate[]): Promise<Vectors> {
  return (await encoder.encode(of.map(({ text }) => text))).vectors
}

async function codeVectors(of: readonly Candidate[]): Promise<Vectors> {
  return (await encoder.encode(of.map(({ code }) => wordsOf(code!.source)))).vectors
}

async function storeDocuments(): Promise<void> {
  const store = await openStore(join(folder, 'store'))
  await store.addSpace(encoder.space, encoder.dims)
  const [texts, codes] = [await textVectors(used), await codeVectors(used)]
  const record = (vectors: Vectors, text: string, task: number, position: number) => ({
    ...{ id: `${used[task]!.key}:${position}`, text, document: used[task]!.key, position },
    vectors: { [encoder.space]: vectors.row(task) },
  })
  await store.upsert(used.map(({ text }, i) => record(texts, text, i, 0)))
  await store.upsert(used.map(({ code }, i) => record(codes, code!.source, i, 1)))
  await store.dispose()
}

/** What a predictor that is trained on the store says of each task. */
async function predictedFrom(asked: Vectors): Promise<Vectors> {
  const config = {
    ...{ documents: 'store', out: 'run', steps, domains: 'none', split: { validation: 0.05, test: 0 } },
    model: { dModel: 256, experts: 1, blocks: 1 },
    batch: { rows: 1024, window: 4, minimum: 2, prefix: [1, 1] },
    regularisation: { dropout: 0.2, noise: 0.3 },
    evaluation: { every: 100, context: 1 },
  }
  for await (const { step, losses, evaluation } of trainPredictor(config, { folder }))
    if (evaluation) console.log(`step ${step}: loss ${losses.loss!.toFixed(3)}`, evaluation)
  const predictor = await loadPredictor(join(folder, 'run', 'predictor'))
  const alone = Array.from(asked, (row) => vectorsFrom(row, asked.dims, asked.space))
  const { vectors } = await predictor.predict(alone)
  predictor.dispose()
  return vectors
}

/** The row of `to` with the largest cosine, for each row of `from`. */
function nearest(from: Vectors, to: Vectors): number[] {
  return similarity(from, to).map((cosines) => cosines.indexOf(Math.max(...cosines)))
}

/** Runs the code that was chosen for each task against the task's tests, which find it by the name that they call. */
async function report(way: string, chosen: readonly number[]): Promise<void> {
  const passed = await Promise.all(
    held.map(async ({ code: wanted }, task) => {
      const { source, entry } = held[chosen[task]!]!.code!
      const named = entry === wanted!.entry ? '' : `\n${wanted!.entry} = ${entry}\n`
      return (await passesGivenTests(sandbox, source + named, wanted!.tests)).success
    }),
  )
  const own = chosen.filter((other, task) => other === task).length
  const count = passed.filter(Boolean).length
  const share = ((100 * count) / held.length).toFixed(1)
  console.log(`${way}: ${count} of ${held.length} tasks pass (${share} %), ${own} by their own code`)
}
