// Exported stores as DuckDB reads them, a reader of Parquet that shares no code with the writer.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { exportStore } from '../../../lib/store/exchange/export_store.ts'
import { openStore } from '../../../lib/store/open_store.ts'
import type { ConceptRecord } from '../../../lib/store/record.ts'
import { missingDuckDB, openDuckDB } from '../../support/duckdb.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { blocksOf } from '../../support/markdown.ts'
import { testUnless } from '../../support/skip.ts'
import { edges, filledStore, full, many } from './filled_store.ts'

const root = temporaryFolder()
const missing = missingDuckDB()
const [SPACE, DIMS] = ['drawn-512', 512]
const page = readFileSync(fileURLToPath(new URL('../../../docs/concepts.md', import.meta.url)), 'utf8')
const shown = blocksOf(page).flatMap(({ language, code }) => (language === 'sql' ? [code] : []))

/** Numbers as if drawn, the same each time. */
function* draws(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    yield state / 2 ** 31
  }
}

/** A vector of any bits, subnormal numbers and both zeros too, but of a length that a store takes. */
function anyBits(seed: number): Float32Array {
  const drawn = draws(seed)
  const words = Uint32Array.from({ length: DIMS }, () => drawn.next().value * 2 ** 31)
  const vector = new Float32Array(words.buffer)
  vector.set([0, -0, 2 ** -149, -(2 ** -126)])
  return vector.map((x) => (Math.abs(x) < 1e16 ? x : 1))
}

/** What DuckDB has in the row of a concept: numbers of columns of f32 are rounded to them. */
function rowOf(record: ConceptRecord): Record<string, unknown> {
  const f32 = (x: number | null | undefined) => (x === null || x === undefined ? null : Math.fround(x))
  const map = (numbers: Readonly<Record<string, number>> = {}, round = (x: number) => x) =>
    Object.entries(numbers).map(([key, x]) => ({ key, value: round(x) }))
  const list = (vector: Float32Array | undefined) => (vector ? [...vector] : null)
  const code = record.codeMetadata
  return {
    concept_id: record.id,
    text: record.text,
    concept_type: record.type ?? 'text',
    modality: record.modality ?? 'abstract',
    origin_model: record.originModel ?? null,
    confidence: record.confidence ?? null,
    surface_forms: record.surfaceForms ?? [],
    embeddings: { d2: list(record.vectors?.['small-2']), d3: list(record.vectors?.['large-3']) },
    primary_domain: record.primaryDomain ?? null,
    domain_confidence: f32(record.domainConfidence),
    domain_scores: map(record.domainScores, Math.fround),
    code_metadata: code
      ? {
          language: code.language,
          ast_hash: code.astHash,
          works: code.works,
          test_coverage: f32(code.testCoverage),
          complexity: code.complexity,
          performance_metrics: map(code.performanceMetrics),
        }
      : null,
    relations: edges
      .filter(({ source }) => source === record.id)
      .map(({ target, type, weight, domainSpecific }) => ({
        target_id: target,
        relation_type: type,
        weight: f32(weight),
        domain_specific: domainSpecific,
      })),
    validation_score: f32(record.validationScore),
    last_updated: new Date(record.updated!),
    source_dataset: record.sourceDataset ?? null,
    document_id: record.document ?? null,
    document_hash: record.documentHash ?? null,
    heading: record.heading ?? null,
    position: record.position ?? null,
    line: record.line ?? null,
    gps: record.gps ?? null,
  }
}

testUnless(
  missing,
  'DuckDB has the types and the values of all columns, and nulls where nothing is',
  async () => {
    await using store = await filledStore(join(root, 'filled.store'))
    const folder = join(root, 'filled')
    await exportStore(store, folder, { chunk: 10 })
    const query = await openDuckDB()
    const types = await query(`describe select * from '${folder}/*.parquet'`)
    assert.equal(Object.fromEntries(types.map((row) => [row.column_name, row.column_type])), {
      concept_id: 'VARCHAR',
      text: 'VARCHAR',
      concept_type: 'VARCHAR',
      modality: 'VARCHAR',
      origin_model: 'VARCHAR',
      confidence: 'DOUBLE',
      surface_forms: 'VARCHAR[]',
      embeddings: 'STRUCT(d2 FLOAT[], d3 FLOAT[])',
      primary_domain: 'VARCHAR',
      domain_confidence: 'FLOAT',
      domain_scores: 'MAP(VARCHAR, FLOAT)',
      code_metadata:
        'STRUCT("language" VARCHAR, ast_hash VARCHAR, works BOOLEAN, test_coverage FLOAT, complexity INTEGER, performance_metrics MAP(VARCHAR, DOUBLE))',
      relations: 'STRUCT(target_id VARCHAR, relation_type VARCHAR, weight FLOAT, domain_specific BOOLEAN)[]',
      validation_score: 'FLOAT',
      last_updated: 'TIMESTAMP',
      source_dataset: 'VARCHAR',
      document_id: 'VARCHAR',
      document_hash: 'VARCHAR',
      heading: 'VARCHAR',
      position: 'INTEGER',
      line: 'INTEGER',
      gps: 'DOUBLE[]',
    })
    const rows = await query(`select * from '${folder}/*.parquet' order by concept_id`)
    const expected = [full, ...many].sort((a, b) => (a.id < b.id ? -1 : 1)).map(rowOf)
    assert.equal(rows, expected)
    // assert.equal takes -0 for 0.
    const signed = rows.find(({ concept_id }) => concept_id === full.id)!.embeddings as { d3: number[] }
    assert.ok(Object.is(signed.d3[2], -0))
  },
)

testUnless(missing, 'vectors have the same bits, whatever they are', async () => {
  await using store = await openStore(join(root, 'bits.store'))
  await store.addSpace(SPACE, DIMS)
  const vectors = Array.from({ length: 20 }, (_, i) => anyBits(i + 1))
  await store.upsert(vectors.map((vector, i) => ({ id: `${i}`, text: '', vectors: { [SPACE]: vector } })))
  const folder = join(root, 'bits')
  await exportStore(store, folder, { chunk: 7 })
  const query = await openDuckDB()
  const rows = await query(
    `select concept_id, embeddings.d512 as vector from '${folder}/*.parquet' order by concept_id::int`,
  )
  const words = (vector: Float32Array) => [...new Uint32Array(vector.buffer)]
  assert.equal(
    rows.map(({ vector }) => words(Float32Array.from(vector as number[]))),
    vectors.map(words),
  )
})

testUnless(
  missing,
  'the queries of docs/concepts.md find the nearest, and documents in their order',
  async () => {
    await using store = await openStore(join(root, 'texts.store'))
    await store.addSpace(SPACE, DIMS)
    const drawn = draws(7)
    const vectorOf = () => Float32Array.from({ length: DIMS }, () => drawn.next().value)
    const concepts = Array.from({ length: 60 }, (_, i) => ({
      id: i === 17 ? 'ship' : `c${i}`,
      text: `text ${i}`,
      // Each document's last text comes first.
      ...(i % 4 > 0 && { document: `doc ${i % 4}`, position: 100 - i }),
      ...(i % 5 > 0 && { vectors: { [SPACE]: vectorOf() } }),
    }))
    await store.upsert(concepts)
    const folder = join(root, 'texts')
    await exportStore(store, folder, { chunk: 25 })
    const query = await openDuckDB()
    assert.is(shown.length, 2)
    const [nearest, documents] = await Promise.all(
      shown.map((sql) => query(sql.replaceAll('folder/', `${folder}/`))),
    )

    const ship = concepts[17]!.vectors![SPACE]!
    const cosines = concepts
      .flatMap(({ id, vectors }) => (vectors ? [{ id, cosine: cosine(vectors[SPACE]!, ship) }] : []))
      .sort((a, b) => b.cosine - a.cosine)
      .slice(0, 10)
    assert.equal(
      nearest!.map(({ concept_id }) => concept_id),
      cosines.map(({ id }) => id),
    )
    for (const [i, { cosine }] of cosines.entries())
      assert.ok(Math.abs((nearest![i]!.cosine as number) - cosine) < 1e-5, cosines[i]!.id)

    const textsOf = (document: string) =>
      concepts
        .filter((concept) => concept.document === document)
        .map(({ text }) => text)
        .reverse()
    assert.equal(
      documents,
      ['doc 1', 'doc 2', 'doc 3'].map((document) => ({ document_id: document, texts: textsOf(document) })),
    )
  },
)

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i]!, 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

test.run()
