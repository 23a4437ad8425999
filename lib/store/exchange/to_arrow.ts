import type { Data, DataType, Schema, Table } from 'apache-arrow'
import type { Edge } from '../record.ts'
import type { ScannedConcept } from '../store.ts'
import type { Arrow, ExchangedSpace } from './schema.ts'

/** A concept as a file has it, with the relations that begin at it. */
export interface ExchangedConcept {
  readonly concept: ScannedConcept
  readonly relations: readonly Edge[]
}

/** Concepts as a table of the schema, in one batch. */
export function toArrow(
  arrow: Arrow,
  schema: Schema,
  spaces: readonly ExchangedSpace[],
  rows: readonly ExchangedConcept[],
): Table {
  const length = rows.length
  const column = (type: DataType, values: readonly unknown[]): Data => {
    const builder = arrow.makeBuilder({ type, nullValues: [null, undefined] })
    for (const value of values) builder.append(value)
    return builder.finish().flush()
  }
  const children = schema.fields.map(({ name, type }) =>
    name === 'embeddings'
      ? arrow.makeData({
          type,
          length,
          nullCount: 0,
          children: spaces.map((space, i) =>
            vectorsOf(
              arrow,
              (type as DataType & { children: { type: DataType }[] }).children[i]!.type,
              space,
              rows,
            ),
          ),
        } as never)
      : column(
          type,
          rows.map((row) => VALUES[name as keyof typeof VALUES](row)),
        ),
  )
  const data = arrow.makeData({ type: new arrow.Struct(schema.fields), length, nullCount: 0, children })
  return new arrow.Table(schema, [new arrow.RecordBatch(schema, data as never)])
}

/** Vectors of one space, null where a concept has none. */
function vectorsOf(
  arrow: Arrow,
  type: DataType,
  { space, dims }: ExchangedSpace,
  rows: readonly ExchangedConcept[],
): Data {
  const data = new Float32Array(rows.length * dims)
  const nullBitmap = new Uint8Array(Math.ceil(rows.length / 8))
  let nullCount = 0
  for (const [i, { concept }] of rows.entries()) {
    const vector = concept.vectors[space]
    if (vector === undefined) nullCount++
    else {
      data.set(vector, i * dims)
      nullBitmap[i >> 3]! |= 1 << (i & 7)
    }
  }
  const child = arrow.makeData({ type: new arrow.Float32(), data })
  return arrow.makeData({ type, length: rows.length, nullCount, nullBitmap, child } as never)
}

const entries = (numbers: Readonly<Record<string, number>>) => new Map(Object.entries(numbers))

/** What each column tells of a concept. */
const VALUES = {
  concept_id: ({ concept }) => concept.id,
  text: ({ concept }) => concept.text,
  concept_type: ({ concept }) => concept.type,
  modality: ({ concept }) => concept.modality,
  origin_model: ({ concept }) => concept.originModel,
  confidence: ({ concept }) => concept.confidence,
  surface_forms: ({ concept }) => concept.surfaceForms,
  primary_domain: ({ concept }) => concept.primaryDomain,
  domain_confidence: ({ concept }) => concept.domainConfidence,
  domain_scores: ({ concept }) => entries(concept.domainScores),
  code_metadata: ({ concept: { codeMetadata: code } }) =>
    code && {
      language: code.language,
      ast_hash: code.astHash,
      works: code.works,
      test_coverage: code.testCoverage,
      complexity: code.complexity,
      performance_metrics: entries(code.performanceMetrics),
    },
  relations: ({ relations }) =>
    relations.map(({ target, type, weight, domainSpecific }) => ({
      target_id: target,
      relation_type: type,
      weight,
      domain_specific: domainSpecific,
    })),
  validation_score: ({ concept }) => concept.validationScore,
  last_updated: ({ concept }) => concept.updated,
  source_dataset: ({ concept }) => concept.sourceDataset,
  document_id: ({ concept }) => concept.document,
  document_hash: ({ concept }) => concept.documentHash,
  heading: ({ concept }) => concept.heading,
  position: ({ concept }) => concept.position,
  line: ({ concept }) => concept.line,
  gps: ({ concept }) => concept.gps,
} satisfies Record<string, (row: ExchangedConcept) => unknown>
