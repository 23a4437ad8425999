// Writes passages.jsonl, a sample of what evaluation.json of the predictor was measured on:
//   node --import tsx test/bundles/make_passages.ts books.jsonl > test/bundles/passages.jsonl
// Positions are drawn evenly from all that training has not seen. Each comes with the sentences that follow, and with
// others of the whole document to tell them from. The books are Standard Ebooks (CC0).
import { readDocuments } from '../../lib/data/sources.ts'
import { documentKey, readTrained, TRAINED_FILE } from '../../lib/evaluate/suites/predictor/trained.ts'
import { randomNumbers, sampleWithout } from '../../lib/ops/random_numbers.ts'
import { CONTEXT, OTHERS, type Passage, PREDICTOR } from './passages.ts'

const PASSAGES = 20
/** Sentences of a passage, its context included. */
const LENGTH = 72

const [path] = process.argv.slice(2)
const trained = await readTrained(`${PREDICTOR}/${TRAINED_FILE}`)
const unseen: { readonly id: string; readonly texts: readonly string[] }[] = []
for await (const { id, sentences } of readDocuments(path!)) {
  const texts = sentences.filter((text, i) => text !== '' && text !== sentences[i - 1])
  if (texts.length > CONTEXT && !trained.has(documentKey(texts))) unseen.push({ id, texts })
}

const numbers = randomNumbers(1)
const positions = unseen.reduce((sum, { texts }) => sum + texts.length - CONTEXT, 0)
const step = positions / PASSAGES
let next = numbers.next() * step
let before = 0
for (const { id, texts } of unseen) {
  const own = texts.length - CONTEXT
  for (; next < before + own; next += step) {
    const first = Math.max(0, Math.min(Math.floor(next - before), texts.length - LENGTH))
    const others = Array.from(sampleWithout(numbers, OTHERS, texts.length), (i) => texts[i]!)
    const passage: Passage = { id, sentences: texts.slice(first, first + LENGTH), others }
    console.log(JSON.stringify(passage))
  }
  before += own
}
