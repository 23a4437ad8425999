// Trains a tiny predictor on made-up documents, and asks it what comes next.
//   node examples/train-predictor.mjs [steps]
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadEncoder, loadPredictor, similarity } from 'vector-mamba'
import { trainPredictor } from 'vector-mamba/train'

const [steps = '200'] = process.argv.slice(2)
const day = ['The sun rises.', 'They eat breakfast.', 'They work.', 'They eat supper.', 'Night falls.']
const documents = Array.from({ length: 40 }, (_, i) => ({
  id: `week ${i}`,
  sentences: Array.from({ length: 20 }, (_, at) => day[(i + at) % day.length]),
}))

const folder = await mkdtemp(join(tmpdir(), 'predictor-'))
await writeFile(join(folder, 'weeks.jsonl'), documents.map((one) => JSON.stringify(one)).join('\n'))

const model = { dModel: 32, experts: 1, blocks: 1 }
const config = { documents: 'weeks.jsonl', out: 'run', steps: Number(steps), model }
for await (const { step, losses } of trainPredictor(config, { folder }))
  if (step % 50 === 0) console.log(`step ${step}: loss ${losses.loss.toFixed(2)}`)

const encoder = await loadEncoder()
const predictor = await loadPredictor(join(folder, 'run', 'predictor'))
const { vectors } = await encoder.encode(day)
const next = await predictor.predict(vectors)
const [cosines] = similarity(next.vectors, vectors)
console.log(`${day.at(-1)} → ${day[cosines.indexOf(Math.max(...cosines))]}`)

for (const one of [predictor, encoder]) one.dispose()
await rm(folder, { recursive: true })
