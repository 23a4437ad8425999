import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { buildDocuments } from '../../../lib/data/documents/build.ts'
import { INDEX_FILE, VECTORS_FILE } from '../../../lib/data/documents/folder.ts'
import { openDocumentFolder } from '../../../lib/data/documents/open.ts'
import { fuzz } from '../../support/fuzz/fuzz.ts'
import { allFields, allText } from '../../support/fuzz/mutations.ts'
import { tinyEncoder } from '../../train/tiny_encoder.ts'

const DIMS = 2
const documents = [
  { id: 'a', domain: 'one', sentences: ['First.', 'Second.', 'Third, é.'] },
  { id: 'b', sentences: ['Alone.'] },
]
const encoder = tinyEncoder(DIMS)

await fuzz(import.meta.url, {
  'encoded documents': {
    codes: ['BAD_FILE', 'SPACE_MISMATCH'],
    seeds: async (folder) => {
      const source = join(folder, 'source.jsonl')
      writeFileSync(source, documents.map((document) => JSON.stringify(document)).join('\n'))
      const made = await buildDocuments(source, encoder, { cacheDir: folder })
      const files = [VECTORS_FILE, INDEX_FILE]
      return [Object.fromEntries(files.map((file) => [file, readFileSync(join(made, file))]))]
    },
    layout: (bytes, name) => (name === INDEX_FILE ? allText(bytes) : allFields(bytes)),
    read: async (folder) => {
      await using opened = await openDocumentFolder(folder, encoder)
      assert.is(opened.count, opened.documents.length)
      // Batches are told by the file alone, so that of the documents none can be missed.
      assert.is(opened.count, documents.length)
      for (const [i, { sentences }] of documents.entries()) {
        const { count, vectors, texts } = await opened.document(i)
        assert.is(count, sentences.length)
        assert.is(texts().length, count)
        const rows = new Float32Array(count * DIMS)
        await opened.readRows(i, 0, count, rows)
        assert.equal(Buffer.from(rows.buffer), Buffer.from(vectors.buffer))
      }
    },
  },
})
