// Stores in Parquet files: what comes back is what was there, other readers see it too, and damage is told.
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { learnDomains } from '../../../lib/concepts/domains/learn.ts'
import { readDomainTable, writeDomainTable } from '../../../lib/concepts/domains/table_file.ts'
import { vectorsFrom } from '../../../lib/core/vectors.ts'
import { exportStore } from '../../../lib/store/exchange/export_store.ts'
import { importStore } from '../../../lib/store/exchange/import_store.ts'
import { loadParquet } from '../../../lib/store/exchange/parquet.ts'
import { openStore } from '../../../lib/store/open_store.ts'
import { conceptMapText } from '../../../lib/store/spaces/concept_map_text.ts'
import type { ConceptStore } from '../../../lib/store/store.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'
import { filledStore, full } from './filled_store.ts'

const root = temporaryFolder()
let places = 0
const place = (ending = '') => join(root, `${places++}${ending}`)

const filled = () => filledStore(place('.store'))

async function contents(store: ConceptStore) {
  const concepts = []
  for await (const some of store.scan({ spaces: [...store.spaces.keys()] })) concepts.push(...some)
  const ids = concepts.map(({ id }) => id).sort()
  return {
    concepts: concepts.sort((a, b) => (a.id < b.id ? -1 : 1)),
    edges: await store.neighbours(ids),
    spaces: [...store.spaces],
    models: [...store.models],
    map: conceptMapText((await store.conceptMap('large-3'))!),
  }
}

test('a store comes back to the bit, from a folder of chunks and from single files', async () => {
  await using store = await filled()
  const folder = place()
  const told: number[] = []
  const written = await exportStore(store, folder, {
    chunk: 10,
    onProgress: (concepts) => told.push(concepts),
  })
  assert.equal(written, { concepts: 26, relations: 3, files: 3 })
  assert.equal(told, [10, 20, 26])
  assert.equal(readdirSync(folder).sort(), [
    'concepts-00000.parquet',
    'concepts-00001.parquet',
    'concepts-00002.parquet',
    'concepts.json',
  ])
  await using other = await openStore(place('.store'))
  assert.equal(await importStore(other, folder, { batch: 4 }), { concepts: 26, relations: 3 })
  assert.equal(await contents(other), await contents(store))
  await importStore(other, folder)
  assert.equal(await contents(other), await contents(store), 'a second time changes nothing')
  await using part = await openStore(place('.store'))
  assert.is((await importStore(part, join(folder, 'concepts-00001.parquet'))).concepts, 10)
  assert.is(await part.count(), 10)
})

test('types are those of the schema, and another reader has the same values', async () => {
  await using store = await filled()
  const folder = place()
  await exportStore(store, folder)
  const path = join(folder, 'concepts-00000.parquet')
  const { read } = await loadParquet()
  const { schema } = await read(path)
  const types = Object.fromEntries(
    schema.fields.map(({ name, type, nullable }) => [name, `${type}${nullable ? '?' : ''}`]),
  )
  assert.equal(types, {
    concept_id: 'Utf8',
    text: 'Utf8',
    concept_type: 'Utf8',
    modality: 'Utf8',
    origin_model: 'Utf8?',
    confidence: 'Float64?',
    surface_forms: 'List<Utf8>',
    embeddings: 'Struct<{d2:FixedSizeList[2]<Float32>, d3:FixedSizeList[3]<Float32>}>',
    primary_domain: 'Utf8?',
    domain_confidence: 'Float32?',
    domain_scores: 'Map<{key:Utf8, value:Float32}>',
    code_metadata:
      'Struct<{language:Utf8, ast_hash:Utf8, works:Bool, test_coverage:Float32, complexity:Int32, performance_metrics:Map<{key:Utf8, value:Float64}>}>?',
    relations: 'List<Struct<{target_id:Utf8, relation_type:Utf8, weight:Float32, domain_specific:Bool}>>',
    validation_score: 'Float32?',
    last_updated: 'Timestamp<MILLISECOND>',
    source_dataset: 'Utf8?',
    document_id: 'Utf8?',
    document_hash: 'Utf8?',
    heading: 'Utf8?',
    position: 'Int32?',
    line: 'Int32?',
    gps: 'List<Float64>?',
  })
  const bytes = readFileSync(path)
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
  const rows = (await parquetReadObjects({ file, compressors })) as Record<string, unknown>[]
  const row = rows.find(({ concept_id }) => concept_id === full.id)!
  assert.equal(
    [row.text, row.confidence, row.surface_forms, row.gps],
    [full.text, full.confidence, full.surfaceForms, full.gps],
  )
  assert.equal((row.embeddings as Record<string, number[]>).d2, [...full.vectors!['small-2']!])
  assert.equal((row.relations as object[])[0], {
    target_id: 'c1',
    relation_type: "x'y",
    weight: 1,
    domain_specific: false,
  })
  assert.is((row.last_updated as Date).getTime(), full.updated)
})

test('filters and spaces choose; spaces of equal size are told apart', async () => {
  await using store = await filled()
  await store.addSpace('other-2', 2)
  await store.upsert([
    { id: 'two', text: '', vectors: { 'other-2': Float32Array.of(1, 2), 'small-2': Float32Array.of(3, 4) } },
  ])
  const folder = place()
  await exportStore(store, folder, { filter: { types: ['code'] }, spaces: ['large-3'] })
  await using code = await openStore(place('.store'))
  await importStore(code, folder)
  assert.equal([await code.count(), [...code.spaces.keys()]], [1, ['large-3']])
  await exportStore(store, folder)
  await using all = await openStore(place('.store'))
  await importStore(all, folder)
  assert.equal(await contents(all), await contents(store))
})

test('an empty store comes back empty, with its spaces where it has concepts', async () => {
  await using store = await openStore(place('.store'))
  const folder = place()
  assert.equal(await exportStore(store, folder), { concepts: 0, relations: 0, files: 0 })
  await using other = await openStore(place('.store'))
  assert.equal(await importStore(other, folder), { concepts: 0, relations: 0 })
})

test('what is damaged or of another kind is refused by name, and nothing of the user is replaced', async () => {
  await using store = await filled()
  const folder = place()
  await exportStore(store, folder, { chunk: 10 })
  await using other = await openStore(place('.store'))
  const path = join(folder, 'concepts-00001.parquet')
  truncateSync(path, readFileSync(path).length - 9)
  await rejects(() => importStore(other, folder), 'BAD_FILE', /concepts-00001/)
  assert.is(await other.count(), 10, 'what came before is there')
  await rejects(() => importStore(other, place()), 'NOT_FOUND', /no such/i)
  writeFileSync(
    join(folder, 'concepts.json'),
    '{"format": "vector-mamba-concepts-1", "chunks": [{"file": "../x.parquet", "concepts": 1}]}',
  )
  await rejects(() => importStore(other, folder), 'BAD_FILE', /concepts\.json/)
  const notes = place()
  mkdirSync(notes)
  writeFileSync(join(notes, 'mine.txt'), 'mine')
  await rejects(() => exportStore(store, notes), 'BAD_FILE', /other things/)
  assert.equal(readdirSync(notes), ['mine.txt'])
  await other.addSpace('wrong-2', 2)
  await using narrow = await openStore(place('.store'))
  await narrow.addSpace('small-2', 7)
  await exportStore(store, folder)
  await rejects(() => importStore(narrow, folder), 'SPACE_MISMATCH', /small-2/)
  await rejects(() => exportStore(store, folder, { chunk: 0 }), 'BAD_ARGUMENT', /chunk/)
  await rejects(() => exportStore(store, folder, { spaces: ['none-1'] }), 'SPACE_MISMATCH', /none-1/)
})

test('a signal ends both; an export that was stopped leaves what was there', async () => {
  await using store = await filled()
  const folder = place()
  await exportStore(store, folder)
  const before = readFileSync(join(folder, 'concepts.json'), 'utf8')
  const controller = new AbortController()
  const stop = () => controller.abort(new Error('enough'))
  const options = { chunk: 5, onProgress: stop, signal: controller.signal }
  assert.is((await exportStore(store, folder, options).catch((error) => error)).message, 'enough')
  assert.is(readFileSync(join(folder, 'concepts.json'), 'utf8'), before)
  assert.is(readdirSync(root).filter((name) => name.includes('tmp')).length, 0)
  await using other = await openStore(place('.store'))
  const again = new AbortController()
  const taking = { batch: 5, onProgress: () => again.abort(new Error('enough')), signal: again.signal }
  assert.is((await importStore(other, folder, taking).catch((error) => error)).message, 'enough')
  assert.is(await other.count(), 5)
})

test('without the package the error says how to install it', async () => {
  const missing = () => Promise.reject(Object.assign(new Error('gone'), { code: 'ERR_MODULE_NOT_FOUND' }))
  await rejects(() => loadParquet(missing), 'UNSUPPORTED', /npm install parquet-wasm/)
})

test('a table of domains comes back', async () => {
  const vectors = vectorsFrom(Float32Array.from([1, 0, 0.9, 0.1, 0, 1]), 2, 'example-2')
  const options = { parents: { ships: 'sea' }, texts: ['a wave', 'a ship', 'a court'] }
  const domains = learnDomains(vectors, ['sea', 'ships', 'law'], options)
  const path = place('.parquet')
  await writeDomainTable(path, domains)
  const rounded = domains.all.map((domain) => ({ ...domain, radius: Math.fround(domain.radius) }))
  assert.equal(await readDomainTable(path), { ...domains, all: rounded })
  await rejects(() => readDomainTable(place()), 'NOT_FOUND', /no such/i)
  await rejects(() => writeDomainTable(path, { ...domains, all: [] }), 'BAD_ARGUMENT', /domains/)
  await using store = await filled()
  const folder = place()
  await exportStore(store, folder)
  await rejects(() => readDomainTable(join(folder, 'concepts-00000.parquet')), 'BAD_FILE', /domains/)
})

test.run()
