// Searches the notes of a folder, text files, by meaning.
//   node examples/search-notes.mjs [question] [folder]
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cosine, embed, embedMany, loadEncoder, splitSentences } from 'vector-mamba'

const [question = 'When does the boat sail?', folder = fileURLToPath(new URL('notes', import.meta.url))] =
  process.argv.slice(2)

const sentences = []
for (const name of await readdir(folder))
  if (name.endsWith('.txt'))
    for (const { text } of splitSentences(await readFile(join(folder, name), 'utf8')))
      sentences.push({ name, text })

const encoder = await loadEncoder()
const vectors = await embedMany(
  encoder,
  sentences.map(({ text }) => text),
)
const query = await embed(encoder, question)
encoder.dispose()

const hits = sentences.map((sentence, i) => ({ ...sentence, score: cosine(query, vectors[i]) }))
hits.sort((a, b) => b.score - a.score)
for (const { score, name, text } of hits.slice(0, 3)) console.log(`${score.toFixed(3)}  ${name}: ${text}`)
