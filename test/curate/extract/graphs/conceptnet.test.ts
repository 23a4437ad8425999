import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Candidate } from '../../../../lib/curate/candidates/candidate.ts'
import {
  conceptNetCandidates,
  conceptNetRelations,
} from '../../../../lib/curate/extract/graphs/conceptnet.ts'
import { temporaryFolder } from '../../../support/folder.ts'
import { rejects } from '../../../support/rejects.ts'

const folder = temporaryFolder()

function file(name: string, content: Uint8Array | string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** A line as ConceptNet 5.7 has it. */
function line(relation: string, start: string, end: string, weight: number, surface = ''): string {
  const about = {
    dataset: '/d/conceptnet/4/en',
    license: 'cc:by-sa/4.0',
    sources: [{ activity: '/s/activity/omcs/nusbaum', contributor: '/s/contributor/omcs/x' }],
    surfaceText: surface,
    weight,
  }
  return `/a/[/r/${relation}/,${start}/,${end}/]\t/r/${relation}\t${start}\t${end}\t${JSON.stringify(about)}`
}

async function all(path: string): Promise<Candidate[]> {
  const found: Candidate[] = []
  for await (const candidate of conceptNetCandidates(path)) found.push(candidate)
  return found
}

const shown = ({ key, text, relations }: Candidate) => [
  key,
  text,
  relations.map(({ type, target, weight }) => `${type} ${target} ${weight}`),
]

const LINES = [
  line('Antonym', '/c/en/hot', '/c/en/cold', 1),
  line('CapableOf', '/c/en/dog', '/c/en/bark', 3, 'a "weight": 99 \\ [[dog]] can [[bark]]'),
  line('HasA', '/c/en/dog', '/c/en/tail/n', 1),
  line('HasPrerequisite', '/c/en/bake_bread', '/c/en/oven', 1),
  line('IsA', '/c/en/dog/n/wn/animal', '/c/en/domestic_animal/n', 1),
  line('IsA', '/c/en/dog', '/c/en/domestic_animal', 3),
  line('IsA', '/c/fr/chien', '/c/en/animal', 9),
  line('IsA', '/c/en/café', '/c/en/place', 1),
  line('IsA', '/c/en/dog', '/c/en/pest', 0.5),
  line('RelatedTo', '/c/en/dog', '/c/en/cat', 5),
  line('Synonym', '/c/en/dog', '/c/en/dog/n', 5),
  line('PartOf', '/c/en/tail', '/c/en/dog', 1),
]

test('a term comes once with all that is said of it; other languages, relations and weights are left out', async () => {
  const dogs = await all(file('dogs.csv', LINES.join('\n')))
  assert.equal(dogs.map(shown), [
    ['conceptnet:/c/en/hot', 'hot', ['conflicts_with conceptnet:/c/en/cold 0.5']],
    ['conceptnet:/c/en/cold', 'cold', []],
    [
      'conceptnet:/c/en/dog',
      'dog',
      [
        'enables conceptnet:/c/en/bark 0.75',
        'child conceptnet:/c/en/tail 0.5',
        'parent conceptnet:/c/en/domestic_animal 0.75',
      ],
    ],
    ['conceptnet:/c/en/bark', 'bark', []],
    ['conceptnet:/c/en/tail', 'tail', ['parent conceptnet:/c/en/dog 0.5']],
    ['conceptnet:/c/en/bake_bread', 'bake bread', ['requires conceptnet:/c/en/oven 0.5']],
    ['conceptnet:/c/en/oven', 'oven', []],
    ['conceptnet:/c/en/domestic_animal', 'domestic animal', []],
    ['conceptnet:/c/en/café', 'café', ['parent conceptnet:/c/en/place 0.5']],
    ['conceptnet:/c/en/place', 'place', []],
  ])
  assert.equal([dogs[2]!.score, dogs[2]!.surfaceForms, dogs[2]!.provenance.line], [0.75, ['dog'], 2])
  assert.equal(
    await all(file('dogs.csv.gz', gzipSync(LINES.join('\n')))).then((found) => found.map(shown)),
    dogs.map(shown),
  )
})

test('relations are those of the candidates, in the order of the lines', async () => {
  const path = file('relations.csv', LINES.join('\n'))
  const found: string[] = []
  for await (const { source, type, target, line: number } of conceptNetRelations(path, { minWeight: 2 }))
    found.push(`${number} ${source} ${type} ${target}`)
  assert.equal(found, [
    '2 conceptnet:/c/en/dog enables conceptnet:/c/en/bark',
    '6 conceptnet:/c/en/dog parent conceptnet:/c/en/domestic_animal',
  ])
})

test('what breaks off or is no ConceptNet is named by line, after what came before', async () => {
  const cut = file('cut.csv', LINES.slice(0, 5).join('\n').slice(0, -20))
  const found: string[] = []
  const reading = async () => {
    for await (const { text } of conceptNetCandidates(cut)) found.push(text)
  }
  await rejects(reading, 'BAD_FILE', /cut\.csv: line 5 is no statement of ConceptNet/)
  assert.equal(found, ['hot', 'cold', 'dog', 'bark', 'tail', 'bake bread', 'oven'])
  await rejects(() => all(file('other.csv', 'a,b,c\n')), 'BAD_FILE', /other\.csv: line 1/)
  await rejects(() => all(join(folder, 'none.csv')), 'NOT_FOUND', /none\.csv/)
  const whole = gzipSync(`${LINES.join('\n')}\n`.repeat(500), { level: 1 })
  const half = file('half.csv.gz', whole.subarray(0, whole.length >> 1))
  await rejects(
    () => all(half),
    'BAD_FILE',
    /half\.csv\.gz: line \d+: cannot read on: unexpected end of file/,
  )
})

test('options that are none are refused', async () => {
  const call = (options: object) => conceptNetCandidates('x.csv', options).next()
  await rejects(() => call({ language: 'English' }), 'BAD_ARGUMENT', /language: got "English"/)
  await rejects(() => call({ minWeight: -1 }), 'BAD_ARGUMENT', /minWeight: got -1/)
  await rejects(
    () => call({ weight: 1 }),
    'BAD_ARGUMENT',
    /weight: no such option; there are language, minWeight/,
  )
})

test.run()
