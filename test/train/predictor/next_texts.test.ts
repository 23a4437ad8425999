import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openDocuments } from '../../../lib/data/documents/open.ts'
import { predictorConfig } from '../../../lib/models/predictor/config.ts'
import { predictorBatches } from '../../../lib/train/predictor/batches.ts'
import { withNextTexts } from '../../../lib/train/predictor/next_texts.ts'
import { realTokens } from '../../support/real_tokens.ts'
import { bookTraining, vocabulary } from '../tiny_books.ts'
import { cacheDir, dims, encoder, folder, inverter } from './support.ts'

test('texts are those that follow, drawn anew for each batch, and none that is too long or has been seen', async () => {
  await using documents = await openDocuments(join(folder, 'books.jsonl'), encoder, { cacheDir })
  const model = predictorConfig({ ...bookTraining.model, space: encoder.space, dims })
  const indices = documents.documents.map((_, i) => i).filter((i) => i % 3 > 0)
  const options = { ...bookTraining.batch, together: 1, prefix: [2, 5] as const, seed: 1 }
  const vectors = predictorBatches(model, documents, indices, () => undefined, options)
  const lengths = new Map(vocabulary.map((text) => [text, realTokens.tokenizer.encode(text).length]))
  // Some sentences are too long for a decoder of this capacity.
  const capacityTokens = Math.min(...lengths.values())
  assert.ok(Math.max(...lengths.values()) > capacityTokens)
  const config = { ...inverter, capacityTokens }
  const decoder = { config, tokenizer: realTokens.tokenizer }
  const batches = (texts: number) => withNextTexts(vectors, documents, indices, decoder, { texts, seed: 1 })
  const all = batches(1000)
  const some = batches(8)
  const rowsDrawn = new Set<string>()
  for (const number of [0, 1, 2, 0]) {
    const plain = await vectors.batch(number)
    const { inputs, scalars, count } = await all.batch(number)
    assert.is(count, plain.count)
    for (const [name, value] of Object.entries(plain.inputs)) assert.equal(inputs[name], value)
    const read = (name: string, from = inputs) => [...(from[`decoder/${name}`] as Int32Array)]
    const sentences: string[] = []
    for (const { document, begin, end } of vectors.windows.batch(number))
      sentences.push(...(await documents.document(indices[document]!)).texts().slice(begin, end))
    const counted = plain.inputs.lossWeights as Float32Array
    const expected = sentences.flatMap((_, row) =>
      counted[row]! > 0 && lengths.get(sentences[row + 1]!)! <= capacityTokens ? [row] : [],
    )
    const offsets = read('offsets')
    const texts = expected.length
    assert.equal(
      read('row')
        .slice(0, texts)
        .sort((a, b) => a - b),
      expected,
    )
    assert.is(scalars!.rows, offsets[texts])
    for (const [i, row] of read('row').slice(0, texts).entries()) {
      const ids = [...realTokens.tokenizer.encode(sentences[row + 1]!)]
      assert.equal(read('ids').slice(offsets[i], offsets[i + 1]), [config.start, ...ids])
      assert.equal(read('targets').slice(offsets[i], offsets[i + 1]), [...ids, config.end])
    }
    assert.ok(Math.abs(read('lossWeights').reduce((a, b) => a + b) - 1) < 1e-4)
    const few = await some.batch(number)
    assert.is(read('row', few.inputs).length, 8)
    assert.is(new Set(read('row', few.inputs)).size, 8)
    for (const row of read('row', few.inputs)) assert.ok(expected.includes(row))
    rowsDrawn.add(read('row', few.inputs).join())
    assert.equal(await batches(8).batch(number), few)
  }
  assert.is(rowsDrawn.size, 3)
})

test.run()
