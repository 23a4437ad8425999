import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { randomNumbers } from '../../../lib/ops/random_numbers.ts'
import { inverterTexts } from '../../../lib/train/inverter/texts.ts'
import { temporaryFolder } from '../../support/folder.ts'

function sentences(seed: number): string[] {
  const numbers = randomNumbers(seed, 0)
  const sentence = () => Array.from({ length: 12 }, () => `w${numbers.below(400)}`).join(' ')
  return Array.from({ length: 60 }, sentence)
}

const folder = temporaryFolder()
const paths = ['one', 'two'].map((name) => join(folder, `${name}.jsonl`))
const documents = [
  { book: 'kept', chapter: '1', sentences: sentences(1) },
  { book: 'reserved', chapter: '1', sentences: sentences(2) },
  { book: 'used', chapter: '1', sentences: sentences(3) },
]
// Another edition of the held-out chapter, with a preface: in another file, under another name.
const edition = { book: 'used', chapter: 'edition', sentences: [...sentences(4), ...sentences(1)] }
writeFileSync(paths[0]!, documents.map((document) => JSON.stringify(document)).join('\n'))
writeFileSync(paths[1]!, JSON.stringify(edition))

const options = {
  split: { seed: 0, validation: 0, test: 0 },
  heldOut: ['kept'],
  reserved: ['reserved'],
  wordnet: 'none',
} as const

test('a document that is nearly a held-out one is not trained on, whatever its name', async () => {
  const texts = await inverterTexts(paths, options)
  assert.equal(texts.train, sentences(3))
  assert.equal(texts.test, sentences(1))
  assert.equal(texts.nearDuplicates, [{ id: 'used/edition', heldOut: 'kept/1', share: 1 }])
})

test('documents of several files may have the same name: only the one that is meant is left out', async () => {
  const named = (name: string, sentences: string[]) => {
    const path = join(folder, name)
    writeFileSync(path, JSON.stringify({ book: 'used', chapter: 'edition', sentences }))
    return path
  }
  const texts = await inverterTexts([...paths, named('three.jsonl', sentences(5))], options)
  assert.equal(texts.train, [...sentences(3), ...sentences(5)])
  assert.is(texts.nearDuplicates.length, 1)
})

test('sentences for tests are told apart by the file that they are from', async () => {
  const { test: all, tests } = await inverterTexts(paths, { ...options, heldOut: ['kept', 'used'] })
  assert.equal([...tests.keys()], ['one', 'two'])
  assert.equal(tests.get('one'), [...sentences(1), ...sentences(3)])
  assert.equal(tests.get('two'), [...sentences(4), ...sentences(1)])
  assert.equal(new Set(all), new Set([...tests.values()].flat()))
})

test('where nothing is held out, all of it is trained on but what is reserved', async () => {
  const texts = await inverterTexts(paths, { ...options, heldOut: [] })
  const all = [...sentences(1), ...sentences(3), ...sentences(4)]
  assert.equal([...texts.train].sort(), all.sort())
  assert.equal(texts.nearDuplicates, [])
})

test.run()
