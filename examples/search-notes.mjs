// Searches the notes of a folder by meaning: text, Markdown, HTML, PDF, JSON lines.
//   node examples/search-notes.mjs [question] [folder] [store]
import { fileURLToPath } from 'node:url'
import { createIndex, loadEncoder } from 'vector-mamba'

const notes = fileURLToPath(new URL('notes', import.meta.url))
const [question = 'Can we take our bikes on the railway?', folder = notes, store = 'notes.store'] =
  process.argv.slice(2)

const encoder = await loadEncoder()
const index = await createIndex(encoder, { store, root: folder })

// The second time, only files that have changed are encoded.
const { changed, unchanged } = await index.addFiles(folder)
console.log(`${changed} files read, ${unchanged} as before`)

for (const { cosine, document, line, heading, text } of await index.search(question, { k: 3 })) {
  console.log(`\n${cosine.toFixed(3)}  ${document}:${line}  ${heading ?? ''}`)
  console.log(text)
}

await index.dispose()
encoder.dispose()
