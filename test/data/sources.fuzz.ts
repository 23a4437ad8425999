import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { readDocuments } from '../../lib/data/sources.ts'
import { fuzz } from '../support/fuzz/fuzz.ts'
import { allText } from '../support/fuzz/mutations.ts'

const NAME = 'documents.jsonl'
const lines = [
  { book: 'b', chapter: 'c', title: 't', paragraphs: ['It rains. It snows.', 'It ends.'] },
  { id: 'x', domain: 'weather', text: 'One. "Two," he said. Dr. Who left.' },
  { sentences: ['Is. Not. Split.', '  '] },
  { book: 'b', chapter: 'c', text: 'Again.' },
]
const text = lines.map((line) => JSON.stringify(line))

await fuzz(import.meta.url, {
  'documents as JSON lines': {
    seeds: () => [
      { [NAME]: Buffer.from(text.join('\n')) },
      { [NAME]: Buffer.from(`${text[1]}\r\n\n${text[2]}\n`) },
    ],
    layout: allText,
    read: async (folder, files) => {
      const ids = new Set<string>()
      let count = 0
      for await (const { id, group, sentences } of readDocuments(join(folder, NAME))) {
        count++
        ids.add(id)
        assert.type(group, 'string')
        for (const sentence of sentences) assert.is(sentence, sentence.trim())
      }
      const given = new TextDecoder().decode(files[NAME]).split('\n')
      assert.is(count, given.filter((line) => line.trim() !== '').length)
      assert.is(ids.size, count)
    },
  },
})
