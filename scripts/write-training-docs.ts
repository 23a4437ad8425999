// Writes docs/training.md: what can be trained, and every key of its config. With --check it only compares, and fails
// when the file is not what the trainables say.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Key } from '../lib/core/fields.ts'
import { METRICS_FILE, PLOT_FILE } from '../lib/train/core/loop.ts'
import type { Trainable } from '../lib/train/core/trainable.ts'
import { TRAINABLES } from '../lib/train/train_model.ts'
import { table } from './cards/markdown.ts'

const INTRODUCTION = `# Training

\`\`\`sh
npx vmm train predictor --config train.json
\`\`\`

\`\`\`ts
import { trainPredictor } from 'vector-mamba/train'

const config = { documents: 'documents.jsonl', steps: 1000, out: 'run' }
for await (const { step, losses } of trainPredictor(config)) console.log(step, losses.loss)
\`\`\`

A config is JSON. Most keys have a default; one that is wrong or does not exist is named. Paths in it begin at its folder:
of a config that is given as an object, at the option \`folder\`. A model that it names is looked for there first, and is an
installed package otherwise.

The folder \`out\` gets checkpoints, \`${METRICS_FILE}\` (a line a step), \`${PLOT_FILE}\`, and at the end the model as a bundle.
A run that was stopped or killed goes on from its last checkpoint when it is called again, bit for bit; with other settings
it does not, unless it is told to restart. One run at a time may use a folder: a second one is refused with the process
that is at work there. The last \`checkpoints.keep\` checkpoints stay and, where there is an evaluation, the best one;
\`checkpoint.json\` in each says what was measured.

This page is written by \`npm run training-docs\`.
`

function keyRow({ path, needed, allowed, about }: Key): string[] {
  const values = (allowed ?? '').replaceAll('|', '\\|')
  return [`\`${path}\`${needed ? ', needed' : ''}`, about, values]
}

function section(trainable: Trainable): string {
  const { name, what, unit, bundle, best } = trainable
  const keys = trainable.keys()
  const config: Record<string, unknown> = {}
  for (const { path, value } of keys) {
    const [key, inner] = path.split('.') as [string, string?]
    config[key] = inner === undefined ? value : { ...(config[key] as object), [inner]: value }
  }
  // Short arrays in one line.
  const json = JSON.stringify(config, null, 2).replace(/\[[^[\]{}]*\]/g, (list) =>
    list.replace(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'),
  )
  const measured = best
    ? `Its best checkpoint is the one with the ${best.better}est \`${best.measure}\`.`
    : 'It has no evaluation, and no best checkpoint.'
  return [
    `## ${name}`,
    '',
    `${what[0]!.toUpperCase()}${what.slice(1)}. Its data are counted in ${unit}; its bundle is \`${bundle}\` in the folder \`out\`.`,
    measured,
    '',
    'The whole config, with its defaults, and examples of what is needed:',
    '',
    '```json',
    json,
    '```',
    '',
    table(['key', 'what it is', 'values'], ['---', '---', '---'], keys.map(keyRow)),
    '',
  ].join('\n')
}

const path = fileURLToPath(new URL('../docs/training.md', import.meta.url))
const next = [INTRODUCTION, ...TRAINABLES.map(section)].join('\n')
if (!process.argv.includes('--check')) writeFileSync(path, next)
else if (!existsSync(path) || next !== readFileSync(path, 'utf8')) {
  console.error(`${path}: not what lib/train says; run npm run training-docs`)
  process.exitCode = 1
}
