import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openStoredDocuments } from '../../../lib/data/documents/stored.ts'
import { openStore } from '../../../lib/store/open_store.ts'
import { holdsStore } from '../../../lib/store/places.ts'
import type { ConceptRecord } from '../../../lib/store/record.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'

const SPACE = 'plane-2'

function concept(document: string, position: number, more: Partial<ConceptRecord> = {}): ConceptRecord {
  return {
    ...{ id: `${document} ${position}`, text: `${document}: ${position}`, document, position },
    vectors: { [SPACE]: Float32Array.of(position, 1) },
    ...more,
  }
}

const code = (works: boolean | null) => ({
  ...{ language: 'python', astHash: null, works, testCoverage: null, complexity: null },
  performanceMetrics: {},
})

async function storeOf(concepts: readonly ConceptRecord[]): Promise<string> {
  const place = join(temporaryFolder(), 'a.store')
  await using store = await openStore(place)
  await store.addSpace(SPACE, 2)
  await store.upsert(concepts)
  return place
}

test('documents are in the order of positions, with the domain that most speaks for, and code apart', async () => {
  const place = await storeOf([
    concept('tale', 2, { domainScores: { sea: 0.4, sky: 0.6 } }),
    concept('tale', 0, { domainScores: { sea: 0.9 } }),
    concept('tale', 1, { primaryDomain: 'sky' }),
    concept('program', 1, { codeMetadata: code(true), primaryDomain: 'sea' }),
    concept('program', 0, { codeMetadata: code(null) }),
    concept('program', 2, { codeMetadata: code(false) }),
    concept('alone', 0),
    concept('no vector', 0, { vectors: {} }),
    concept('no vector', 1),
  ])
  assert.is(await holdsStore(place), true)
  await using documents = await openStoredDocuments(place, { space: SPACE, dims: 2 })
  assert.equal(documents.documents, [
    { id: 'program', group: 'code_reasoning', count: 2 },
    { id: 'tale', group: 'sky', count: 3 },
  ])
  assert.equal([documents.sentences, documents.dropped.unusable], [5, 1])
  const tale = await documents.document(1)
  assert.equal(tale.texts(), ['tale: 0', 'tale: 1', 'tale: 2'])
  assert.equal([...tale.vectors], [0, 1, 1, 1, 2, 1])
  const rows = new Float32Array(4)
  await documents.readRows(1, 1, 3, rows)
  assert.equal([...rows], [1, 1, 2, 1])
  await rejects(() => documents.readRows(1, 2, 4, rows), 'BAD_ARGUMENT', /^rows/)
  await rejects(() => documents.document(2), 'BAD_ARGUMENT', /^index/)
})

test('a store of another space, without documents, or that is missing is refused', async () => {
  const place = await storeOf([concept('alone', 0)])
  await rejects(() => openStoredDocuments(place, { space: SPACE, dims: 3 }), 'SPACE_MISMATCH', /plane-2/)
  await rejects(
    () => openStoredDocuments(place, { space: SPACE, dims: 2 }),
    'BAD_FILE',
    /no document with two/,
  )
  const missing = join(temporaryFolder(), 'none')
  assert.is(await holdsStore(missing), false)
  await rejects(() => openStoredDocuments(missing, { space: SPACE, dims: 2 }), 'NOT_FOUND', /none/)
})

test.run()
