// Four books of which a predictor learns within seconds.

/** Documents of four books; in a book one sentence always follows another, and each book has its own order. */
export const books = ['red', 'green', 'blue', 'black']
export const vocabulary = Array.from({ length: 29 }, (_, i) => `Sentence ${i}.`)
const after = (book: number, i: number) => (i + 1 + 2 * book) % vocabulary.length
/** JSON lines, a chapter each. */
export const bookLines = Array.from({ length: 60 }, (_, chapter) => {
  const book = chapter % 4
  const sentences: string[] = []
  for (let n = 0, i = (chapter * 7) % 29; n < 20 + (chapter % 5); n++, i = after(book, i))
    sentences.push(vocabulary[i]!)
  return JSON.stringify({ book: books[book], chapter: `${chapter}`, sentences })
})

/** Trains on them as `books.jsonl`. */
export const bookTraining = {
  documents: 'books.jsonl',
  split: { seed: 1, validation: 0.2, test: 0.1 },
  model: { dModel: 16, experts: 4, blocks: 1, dState: 4, routerHidden: 8 },
  compute: 'f32',
  batch: { rows: 96, window: 16, minimum: 4, prefix: [1, 6] },
  losses: { temperature: 0.1 },
  schedule: { learningRate: 0.02, warmup: 10 },
  steps: 60,
  seed: 3,
  evaluation: { every: 30, context: 4 },
  out: 'run',
}
