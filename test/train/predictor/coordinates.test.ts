// Where the vectors of the training documents lie.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openDocuments } from '../../../lib/data/documents/open.ts'
import { readSafetensorsHeader } from '../../../lib/io/safetensors/file.ts'
import { loadPredictor } from '../../../lib/models/predictor/load.ts'
import { spaceCoordinates } from '../../../lib/train/predictor/coordinates.ts'
import type { PredictorData } from '../../../lib/train/predictor/trainable.ts'
import { bookTraining } from '../tiny_books.ts'
import { cacheDir, dims, encoder, folder, savedInverter, train } from './support.ts'

test('the coordinates of a space are mean and standard deviation of its vectors', async () => {
  await using documents = await openDocuments(join(folder, 'books.jsonl'), encoder, { cacheDir })
  const indices = [1, 4, 5]
  const rows: Float32Array[] = []
  for (const i of indices) {
    const { vectors, count } = await documents.document(i)
    for (let row = 0; row < count; row++) rows.push(vectors.subarray(row * dims, (row + 1) * dims))
  }
  const { mean, scale } = await spaceCoordinates(documents, indices, undefined)
  for (let d = 0; d < dims; d++) {
    const average = rows.reduce((sum, row) => sum + row[d]!, 0) / rows.length
    const variance = rows.reduce((sum, row) => sum + (row[d]! - average) ** 2, 0) / rows.length
    assert.ok(Math.abs(mean[d]! - average) < 1e-6)
    assert.ok(Math.abs(scale[d]! - Math.sqrt(variance)) < 1e-6)
  }
  // A coordinate that never changes has a scale as well.
  const same = (vectors: Float32Array): Pick<typeof documents, 'dims' | 'documents' | 'document'> => ({
    dims,
    documents: [{ id: 'a', group: '', count: 2 }],
    document: async () => ({ id: 'a', group: '', count: 2, vectors, texts: () => [] }),
  })
  const still = Float32Array.from({ length: 2 * dims }, (_, i) => (i === 3 ? 1 : 0))
  const some = await spaceCoordinates(same(still) as typeof documents, [0], undefined)
  assert.ok(some.scale.every((x) => x > 0) && Math.max(...some.scale) === some.scale[3])
  const none = await spaceCoordinates(same(new Float32Array(2 * dims)) as typeof documents, [0], undefined)
  assert.ok(none.scale.every((x) => Math.abs(x - 1 / Math.sqrt(dims)) < 1e-6))
})

test('a standardised predictor is trained and loaded, with the coordinates of the training documents', async () => {
  const out = 'standardised'
  let data: PredictorData | undefined
  const model = { ...bookTraining.model, standardised: true }
  const losses = { infoNce: 0.3, text: 0.5 }
  const told = await train(
    { out, model, inverter: await savedInverter('for standardised'), losses },
    undefined,
    (given) => (data = given),
  )
  assert.ok(told.at(-1)!.losses.loss! < told[0]!.losses.loss!)
  const { tensors } = await readSafetensorsHeader(join(folder, out, 'predictor', 'model.safetensors'))
  const file = readFileSync(join(folder, out, 'predictor', 'model.safetensors'))
  const { begin } = tensors.find(({ name }) => name === 'space.mean')!
  const stored = new Float32Array(Uint8Array.from(file.subarray(begin, begin + 4 * dims)).buffer)
  await using documents = await openDocuments(join(folder, 'books.jsonl'), encoder, { cacheDir })
  assert.equal(stored, (await spaceCoordinates(documents, data!.split.train, undefined)).mean)
  await using predictor = await loadPredictor(join(folder, out, 'predictor'))
  assert.is(predictor.config.standardised, true)
})

test.run()
