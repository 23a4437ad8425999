// What the guide tells beside what encoding tells.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadModel } from '../../lib/models/encoder/load.ts'
import { createPieces } from '../../lib/text/pieces.ts'
import { createUnigramTokenizer } from '../../lib/text/unigram.ts'

const texts = ['The captain sold the old ship in spring.', 'Prices of bread rose again this year.']
const targets = ['The owner bought a new boat in summer.', 'The cost of food is higher now.']
const others = 20

test('lifts foretell how a replaced token changes the cosine', async () => {
  await using model = await loadModel()
  const { guide } = model
  const tokenizer = createUnigramTokenizer(guide.vocabulary)
  const pieces = createPieces(guide.vocabulary)
  const { vectors } = await model.encode(targets)
  const guided = texts.map((text, i) => {
    const tokens = tokenizer.encode(text)
    // Whole words, so that the text is cut into the same tokens again.
    const words = Array.from({ length: others }, (_, j) => tokenizer.encode(`to ${wordList[j]}`).at(-1)!)
    const asked = Int32Array.from([...tokens].flatMap((own) => [...words, own]))
    return { tokens, vector: vectors.row(i), asked }
  })
  const lifts = await guide.lifts(guided, others + 1, {})
  for (const [i, { tokens, vector, asked }] of guided.entries()) {
    const foretold: number[] = []
    const replaced: string[] = []
    for (let at = 1; at + 1 < tokens.length; at++)
      for (let j = 0; j < others; j++) {
        const place = at * (others + 1)
        foretold.push(lifts[i]![place + j]! - lifts[i]![place + others]!)
        replaced.push(pieces.text([...tokens.slice(0, at), asked[place + j]!, ...tokens.slice(at + 1)]))
      }
    const encoded = (await model.encode([texts[i]!, ...replaced])).vectors
    const cosine = (row: number) => encoded.row(row).reduce((sum, x, d) => sum + x * vector[d]!, 0)
    const true_ = replaced.map((_, row) => cosine(row + 1) - cosine(0))
    const r = correlation(foretold, true_)
    assert.ok(r > 0.5, `correlation ${r.toFixed(2)} in "${texts[i]}"`)
  }
})

test('lifts are the same alone and in a batch, and nothing is asked of no text', async () => {
  await using model = await loadModel()
  const { guide } = model
  const tokenizer = createUnigramTokenizer(guide.vocabulary)
  const { vectors } = await model.encode(targets)
  const some = Array.from({ length: 70 }, (_, i) => {
    const tokens = tokenizer.encode(texts[i % 2]!)
    return { tokens, vector: vectors.row(i % 2), asked: Int32Array.from(tokens, (id) => id) }
  })
  const all = await guide.lifts(some, 1, {})
  for (const i of [0, 1]) {
    const [alone] = await guide.lifts([some[i]!], 1, {})
    assert.equal(all[i], alone)
    assert.equal(all[68 + i], alone)
  }
  assert.equal(await guide.lifts([], 1, {}), [])
})

const wordList =
  'ship boat house dog money bread river king war summer bought sold new small great red food cost price owner'.split(
    ' ',
  )

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (x: readonly number[]) => x.reduce((sum, v) => sum + v, 0) / x.length
  const [ma, mb] = [mean(a), mean(b)]
  const sum = (f: (i: number) => number) => a.reduce((total, _, i) => total + f(i), 0)
  const both = sum((i) => (a[i]! - ma) * (b[i]! - mb))
  return both / Math.sqrt(sum((i) => (a[i]! - ma) ** 2) * sum((i) => (b[i]! - mb) ** 2))
}

test.run()
