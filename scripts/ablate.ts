// Trains variants of a model for a part of its budget, to see which change is worth it:
//
//   npm run ablate -- bundles/inverter [name…]
//
// The folder's ablations.json says the base config, and for each variant what it changes and since which other one. Each
// is trained in run-ablations/<name>; what its last evaluation measured goes into ablations.results.json, where it is
// kept: a variant that is there is not trained again, one that was interrupted goes on.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { atomicWrite } from '../lib/io/files.ts'
import { trainModel } from '../lib/train/train_model.ts'
import { type Ablations, configOf, type Results } from './ablations/variants.ts'
import { readJson } from './cards/card.ts'

const [folder, ...names] = process.argv.slice(2)
if (folder === undefined) {
  console.error('usage: npm run ablate -- FOLDER [name…]')
  process.exit(2)
}
const plan = (await readJson(join(folder, 'ablations.json'))) as Ablations
const unknown = names.find((name) => !Object.hasOwn(plan.variants, name))
if (unknown !== undefined) {
  console.error(`no variant ${unknown}; there are ${Object.keys(plan.variants).join(', ')}`)
  process.exit(2)
}
const path = join(folder, 'ablations.results.json')
const results: Results = existsSync(path) ? ((await readJson(path)) as Results) : {}

const stop = new AbortController()
process.once('SIGINT', () => stop.abort())
for (const name of names.length > 0 ? names : Object.keys(plan.variants)) {
  if (Object.hasOwn(results, name)) continue
  const config = configOf(plan, name)
  const out = resolve(folder, 'run-ablations', name)
  let said = 0
  for await (const { step, steps, losses, evaluation } of trainModel(
    plan.model,
    { ...config, out },
    { folder, signal: stop.signal },
  )) {
    if (evaluation || step - said >= 50) {
      said = step
      console.log(`${name}: ${step} of ${steps}`, evaluation ?? losses)
    }
    if (step === steps && evaluation) results[name] = evaluation
  }
  await atomicWrite(path, [`${JSON.stringify(results, null, 2)}\n`])
}
