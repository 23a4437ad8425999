import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import * as assert from 'uvu/assert'
import { readDocuments } from '../../lib/data/sources.ts'
import { fuzz } from '../support/fuzz/fuzz.ts'
import { allFields, allText } from '../support/fuzz/mutations.ts'

const golden = (name: string) => readFileSync(new URL(`goldens/${name}.parquet`, import.meta.url))

const NAME = 'documents.jsonl'
const ZIPPED = 'documents.jsonl.gz'
const ROWS = 'documents.parquet'
const lines = [
  { book: 'b', chapter: 'c', title: 't', paragraphs: ['It rains. It snows.', 'It ends.'] },
  { id: 'x', domain: 'weather', text: 'One. "Two," he said. Dr. Who left.' },
  { sentences: ['Is. Not. Split.', '  '] },
  { book: 'b', chapter: 'c', text: 'Again.' },
]
const text = lines.map((line) => JSON.stringify(line))

/** Reads all documents of a file, whatever they are: they have the form of documents, and ids of their own. */
async function readAll(path: string): Promise<number> {
  const ids = new Set<string>()
  let count = 0
  for await (const { id, group, sentences } of readDocuments(path)) {
    count++
    ids.add(id)
    assert.type(group, 'string')
    for (const sentence of sentences) assert.is(sentence, sentence.trim())
  }
  assert.is(ids.size, count)
  return count
}

await fuzz(import.meta.url, {
  'documents as JSON lines with gzip': {
    seeds: () => [{ [ZIPPED]: gzipSync(text.join('\n')) }],
    layout: allFields,
    read: async (folder) => void (await readAll(join(folder, ZIPPED))),
  },
  'documents as Parquet': {
    seeds: () => [{ [ROWS]: golden('lists') }, { [ROWS]: golden('documents.zstd') }],
    layout: allFields,
    read: async (folder) => void (await readAll(join(folder, ROWS))),
  },
  'documents as JSON lines': {
    seeds: () => [
      { [NAME]: Buffer.from(text.join('\n')) },
      { [NAME]: Buffer.from(`${text[1]}\r\n\n${text[2]}\n`) },
    ],
    layout: allText,
    read: async (folder, files) => {
      const count = await readAll(join(folder, NAME))
      const given = new TextDecoder().decode(files[NAME]).split('\n')
      assert.is(count, given.filter((line) => line.trim() !== '').length)
    },
  },
})
