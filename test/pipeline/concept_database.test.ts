// Concepts that are encoded as they are added: by each model, once, and found again by what they mean.
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { vectorsFrom } from '../../lib/core/vectors.ts'
import { openConceptDatabase } from '../../lib/pipeline/concept_database.ts'
import { embeddingService } from '../../lib/pipeline/embedding_service.ts'
import { openStore } from '../../lib/store/open_store.ts'
import { temporaryFolder } from '../support/folder.ts'
import { rejects } from '../support/rejects.ts'
import { standInEncoder } from '../support/stand_in_encoder.ts'

const root = temporaryFolder()
let folders = 0
const path = () => join(root, `${folders++}.store`)

/** Tells how often each letter occurs. */
const letters = (name: string, alphabet: string) =>
  standInEncoder({
    name,
    space: `${name}-${alphabet.length}`,
    dims: alphabet.length,
    fingerprint: name,
    capacityTokens: 100,
    vectorOf: (text) => Float32Array.from(alphabet, (letter) => text.split(letter).length - 1),
    isLong: () => false,
  })

test('a concept has a vector of each model, and is found by a text in each space', async () => {
  const [vowels, others] = [letters('vowels', 'aeiou'), letters('others', 'bstm')]
  await using database = await openConceptDatabase(path(), [vowels, others])
  const boat = await database.addConcept('boat')
  const [moon, tree] = await database.addConcepts([
    { text: 'moon', id: 'the moon', primaryDomain: 'sky' },
    { text: 'tree', primaryDomain: 'wood', vectors: { 'others-4': Float32Array.of(0, 0, 0, 9) } },
  ])
  assert.is(moon, 'the moon')
  assert.is(await database.addConcept('boat'), boat)
  assert.is(await database.store.count(), 3)
  const [first] = await database.getSimilarConcepts('oo', 1)
  assert.equal([first!.id, first!.primaryDomain, first!.cosine.toFixed(3)], ['the moon', 'sky', '1.000'])
  // What it brought itself is not encoded again.
  const [second] = await database.getSimilarConcepts('m', 1, { space: 'others-4' })
  assert.is(second!.id, 'the moon')
  assert.equal([...(await database.store.vectors('others-4', [tree!]))[0]!], [0, 0, 0, 9])
  assert.equal(
    others.encoded.filter((text) => text === 'tree'),
    [],
  )
  const [third] = await database.getSimilarConcepts(
    vectorsFrom(Float32Array.of(0, 1, 0, 0, 0), 5, 'vowels-5'),
    1,
    {
      filter: { domains: ['wood'] },
    },
  )
  assert.is(third!.id, tree)
  const { all, space } = await database.updateDomainCentroids()
  assert.equal([space, all.map(({ name }) => name)], ['vowels-5', ['sky', 'wood']])
})

test('documents come out as sequences', async () => {
  const model = letters('vowels', 'aeiou')
  const store = await openStore(path())
  await using database = await openConceptDatabase(store, [model])
  const words = ['a', 'ee', 'iii', 'oooo']
  await database.addConcepts(words.map((text, position) => ({ text, document: 'd', position })).reverse())
  for await (const { vectors, windows } of database.exportTrainingBatch({ rows: 4, window: 4 })) {
    assert.equal(
      windows.map(({ document, row }) => [document, row]),
      [['d', 0]],
    )
    const rows = words.map((_, i) => vectors.subarray(i * 5, (i + 1) * 5))
    assert.equal(
      rows.map((row) => row.join('')),
      ['10000', '02000', '00300', '00040'],
    )
  }
  await database.dispose()
  // A store that was given stays open.
  assert.is(await store.count(), 4)
  await store.dispose()
})

test('bad arguments are named, and nothing of them is written', async () => {
  const model = letters('vowels', 'aeiou')
  await using database = await openConceptDatabase(path(), [model])
  const two = vectorsFrom(new Float32Array(10), 5, 'vowels-5')
  await rejects(
    () => database.addConcepts([{ text: 'good' }, { text: 5 as unknown as string }]),
    'BAD_ARGUMENT',
    /concepts\[1\]\.text/,
  )
  await rejects(() => database.addConcept({ text: 'x', confidence: 2 }), 'BAD_ARGUMENT', /confidence/)
  assert.is(await database.store.count(), 0)
  await rejects(() => database.getSimilarConcepts(two, 1), 'BAD_ARGUMENT', /query/)
  await rejects(() => database.getSimilarConcepts('a', 1, { space: 'other-3' }), 'SPACE_MISMATCH', /other-3/)
  await rejects(() => openConceptDatabase(path(), []), 'BAD_ARGUMENT', /encoders/)
  await rejects(() => openConceptDatabase(path(), [model, model]), 'BAD_ARGUMENT', /encoders\[1\]/)
  const place = path()
  await using store = await openStore(place)
  await store.addSpace('vowels-5', 6)
  await rejects(() => openConceptDatabase(place, [model]), 'SPACE_MISMATCH', /6 dimensions/)
  await database.dispose()
  await rejects(() => database.addConcept('late'), 'DISPOSED', /disposed/)
})

test('a signal ends adding, and what came before is there', async () => {
  const controller = new AbortController()
  const model = standInEncoder(
    {
      name: 'm',
      space: 'm-1',
      dims: 1,
      fingerprint: 'm',
      capacityTokens: 9,
      vectorOf: () => Float32Array.of(1),
      isLong: () => false,
    },
    (encoded) => {
      if (encoded === 600) controller.abort(new Error('enough'))
    },
  )
  await using database = await openConceptDatabase(path(), [model])
  const many = Array.from({ length: 1000 }, (_, i) => `text ${i}`)
  const error = await database.addConcepts(many, { signal: controller.signal }).catch((reason) => reason)
  assert.equal([error.message, await database.store.count()], ['enough', 512])
})

test('a service encodes texts by some of its models', async () => {
  const service = embeddingService([letters('vowels', 'aeiou'), letters('others', 'bstm')])
  assert.is(service.encoderOf().space, 'vowels-5')
  const all = await service.encode(['boat', 'moon'])
  assert.equal(
    [...all].map(([space, { count }]) => [space, count]),
    [
      ['vowels-5', 2],
      ['others-4', 2],
    ],
  )
  const some = await service.encode(['boat'], { spaces: ['others-4'] })
  assert.equal([...some.keys()], ['others-4'])
  await rejects(() => service.encode(['boat'], { spaces: ['none-1'] }), 'SPACE_MISMATCH', /none-1/)
})

test.run()
