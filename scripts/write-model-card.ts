// Writes the model cards of bundles/* from the files there. With --run FOLDER and the name of a package it first takes
// over what `vmm train` has left in a folder; with --check it only compares, and fails when a card is not that of the
// files beside it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { modelCard, takeRun } from './cards/card.ts'
import { inverterCard } from './cards/inverter.ts'
import { predictorCard } from './cards/predictor.ts'

const CARDS = [predictorCard, inverterCard]
const { values, positionals } = parseArgs({
  options: { run: { type: 'string' }, check: { type: 'boolean' } },
  allowPositionals: true,
})
const chosen = CARDS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
if (values.run !== undefined && (positionals.length !== 1 || chosen.length !== 1)) {
  console.error(`usage: write-model-card --run FOLDER ${CARDS.map(({ name }) => name).join(' | ')}`)
  process.exit(2)
}
for (const card of chosen) {
  const folder = fileURLToPath(new URL(`../bundles/${card.name}`, import.meta.url))
  if (values.run !== undefined) await takeRun(card, values.run, folder)
  if (!existsSync(join(folder, 'evaluation.json'))) {
    console.log(`skipped: bundles/${card.name} has no evaluation.json; its README tells how it is made`)
    process.exitCode = values.check ? 77 : 0
    continue
  }
  const path = join(folder, 'README.md')
  const next = await modelCard(card, folder)
  if (!values.check) writeFileSync(path, next)
  else if (next !== readFileSync(path, 'utf8')) {
    console.error(`${path}: not that of the files beside it; run npm run model-card`)
    process.exitCode = 1
  }
}
