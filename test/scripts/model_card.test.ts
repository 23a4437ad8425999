import { readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { modelCard, takeRun } from '../../scripts/cards/card.ts'
import { predictorCard } from '../../scripts/cards/predictor.ts'
import { vmm } from '../cli/world.ts'
import { temporaryFolder } from '../support/folder.ts'

const folder = temporaryFolder()
const env = { VMM_CACHE_DIR: temporaryFolder() }
const documents = join(folder, 'books.jsonl')
const words = 'sea ship storm wind sail rope deck harbour captain crew wave rock light night fog bell'.split(
  ' ',
)
const sentencesOf = (d: number) =>
  Array.from({ length: 24 }, (_, i) =>
    [0, 1, 2].map((w) => words[(d + i * 3 + w * (2 + (d % 3))) % 16]).join(' '),
  )
writeFileSync(
  documents,
  Array.from({ length: 40 }, (_, d) =>
    JSON.stringify({ book: `book-${d % 3}`, chapter: `${d}`, sentences: sentencesOf(d) }),
  ).join('\n'),
)
const training = {
  documents: 'books.jsonl',
  model: { dModel: 16, experts: 3, blocks: 1, dState: 4, routerHidden: 8 },
  split: { validation: 0.2, test: 0.2 },
  batch: { rows: 64, window: 16, minimum: 4, prefix: [1, 6] },
  steps: 6,
  seed: 5,
  evaluation: { every: 3, context: 4 },
  out: 'run',
  licence: 'CC0-1.0',
  trainingData: 'Sentences of a test',
}
const card = join(folder, 'README.md')
const shipped = readFileSync(new URL('../../bundles/predictor/README.md', import.meta.url), 'utf8')
const emptied = shipped.replace(
  /^(<!-- card: \w+ -->\n)[\s\S]*?^(<!-- end of card -->)$/gm,
  '$1Not there yet\n$2',
)
writeFileSync(card, emptied)
writeFileSync(join(folder, 'train.json'), JSON.stringify(training))

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await vmm(args, { env })
  assert.is(code, 0, stderr)
  return stdout
}

async function fails(message: RegExp): Promise<void> {
  const error = await modelCard(predictorCard, folder).then(
    () => null,
    (thrown: Error) => thrown,
  )
  assert.match(error?.message ?? 'nothing thrown', message)
}

test('it is filled from a training run and an evaluation, and nothing of the skeleton is left', async () => {
  await run('train', 'predictor', '--config', join(folder, 'train.json'))
  await takeRun(predictorCard, join(folder, 'run'), folder)
  const strange = await takeRun(predictorCard, join(folder, 'other'), folder).catch((error: Error) => error)
  assert.match(
    (strange as Error | undefined)?.message ?? '',
    /other: no config of the package writes there, but run$/,
  )
  await fails(/evaluation\.json/)

  const evaluate = ['eval', 'predictor', '--predictor', folder, '--context', '4', '--json', '--documents']
  const evaluation = join(folder, 'evaluation.json')
  writeFileSync(evaluation, await run(...evaluate, documents))
  await fails(/evaluation\.json has the path of a machine/)

  writeFileSync(evaluation, await run(...evaluate, relative('.', documents)))
  const before = readFileSync(card, 'utf8')
  const after = await modelCard(predictorCard, folder)
  assert.match(before, 'Not there yet')
  assert.not.match(after, /Not there yet|undefined|NaN|\[object/)
  for (const text of [
    '| variant | sequence |',
    '`bag-32`, 32 numbers',
    '| domains | book-0, book-1, book-2 |',
    'Sentences of a test.',
    '| seed | 5 |',
    '| steps | 6, 0.0 million concepts |',
    '| **this model** | ',
    '| copyLast | ',
    '| randomRouter | ',
    'over 3 books',
    'CC0-1.0.',
  ])
    assert.ok(after.includes(text), `${text} in\n${after}`)
  assert.match(after, /^\| 3 \| .*\n\| 6 \| /m)

  writeFileSync(card, after)
  assert.is(await modelCard(predictorCard, folder), after)
  writeFileSync(join(folder, 'train.json'), JSON.stringify({ ...training, steps: 7 }))
  await fails(/the metrics are of 6 steps, the config of 7/)
})

test.run()
