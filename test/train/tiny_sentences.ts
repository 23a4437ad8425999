// Simple sentences of which an inverter learns within seconds.

const who = ['The king', 'A sailor', 'Her mother', 'The old dog', 'My friend', 'Nobody']
const does = ['found', 'lost', 'painted', 'forgot', 'sold', 'ate']
const what = ['a boat', 'the red door', 'three apples', 'the letter', 'his shoes', 'that song']
/** JSON lines, a chapter each. */
export const sentenceLines = Array.from({ length: 60 }, (_, n) => {
  const sentences = Array.from(
    { length: 4 },
    (_, i) => `${who[(n + i) % 6]} ${does[(n * 5 + i) % 6]} ${what[(n * 7 + 3 * i) % 6]} in ${1800 + n}.`,
  )
  return JSON.stringify({ book: `book ${n % 5}`, chapter: `${n}`, sentences: [...sentences, 'The end.'] })
})

const model = {
  ...{ dModel: 32, layers: 1, heads: 2, ffn: 64, capacityTokens: 16 },
  ...{ scales: [2], memoryDims: 16, adapterHidden: 32 },
}
/** Trains on them as `books.jsonl`. */
export const sentenceTraining = {
  documents: 'books.jsonl',
  split: { seed: 1, validation: 0.2, test: 0.1 },
  model,
  batch: { texts: 8 },
  schedule: { learningRate: 0.01, warmup: 1 },
  steps: 9,
  seed: 3,
  evaluation: { every: 4, sentences: 20 },
  out: 'run',
}
