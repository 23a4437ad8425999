// Writes the model card of bundles/predictor from the files there. With --run FOLDER it first takes over what
// `vmm train` has left in a folder; with --check it only compares, and fails when the card is not that of the files.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { modelCard, takeRun } from './model_card.ts'

const { values } = parseArgs({ options: { run: { type: 'string' }, check: { type: 'boolean' } } })
const folder = fileURLToPath(new URL('../bundles/predictor', import.meta.url))
const path = join(folder, 'README.md')
if (values.run !== undefined) await takeRun(values.run, folder)
if (values.run !== undefined && !existsSync(join(folder, 'evaluation.json')))
  console.log('Taken over. Next: vmm eval, as the card says, and this script without --run.')
else if (values.check && !existsSync(join(folder, 'bundle.json'))) {
  console.log('skipped: bundles/predictor has no weights')
  process.exitCode = 77
} else {
  const next = await modelCard(folder)
  if (!values.check) writeFileSync(path, next)
  else if (next !== readFileSync(path, 'utf8')) {
    console.error('bundles/predictor/README.md: not that of the files beside it; run npm run model-card')
    process.exitCode = 1
  }
}
