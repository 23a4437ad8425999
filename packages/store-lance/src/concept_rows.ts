import type { CodeMetadata, Modality, StoredConcept } from 'vector-mamba'
import { columnOf, knownTruth, tableOf, truth, truthOf, valuesOf } from './columns.ts'
import {
  type ArrowTable,
  arrow,
  type DataType,
  type Float64 as Float64Type,
  type RecordBatch,
  type Utf8 as Utf8Type,
  type Vector,
} from './lance.ts'

type Numbers = Readonly<Record<string, number>>
type NumberEntry = { readonly key: Utf8Type; readonly value: Float64Type }

const { Field, Float64, Int64, List, Map_, Struct, Utf8 } = arrow

const text = new Utf8()
const number = new Float64()
const whole = new Int64()
const must = <T extends DataType>(name: string, type: T) => new Field(name, type, false)
const may = <T extends DataType>(name: string, type: T) => new Field(name, type, true)
const entry = new Struct<NumberEntry>([must('key', text), may('value', number)])
const numbers = new Map_(new Field('entries', entry, false))
/** Its fields may be null, as it may be: LanceDB wants that. */
const codeMetadata = new Struct([
  may('language', text),
  may('ast_hash', text),
  may('works', truth),
  may('test_coverage', number),
  may('complexity', whole),
  may('performance_metrics', numbers),
])

const schema = new arrow.Schema([
  must('id', text),
  must('text', text),
  must('type', text),
  must('modality', text),
  may('origin_model', text),
  may('confidence', number),
  must('surface_forms', new List(must('item', text))),
  may('primary_domain', text),
  may('domain_confidence', number),
  must('domain_scores', numbers),
  may('code_metadata', codeMetadata),
  may('validation_score', number),
  may('source_dataset', text),
  may('document', text),
  may('document_hash', text),
  may('position', whole),
  may('line', whole),
  may('heading', text),
  may('gps', new List(must('item', number))),
  must('updated', whole),
])

/** Concepts as rows of the table `concepts`. */
export function conceptTable(concepts: readonly StoredConcept[]): ArrowTable {
  const rows = concepts.map(rowOf)
  const columns = schema.fields.map(({ name, type }) =>
    columnOf(
      type,
      rows.map((row) => row[name]),
    ),
  )
  return tableOf(schema, rows.length, columns)
}

function rowOf(concept: StoredConcept): Record<string, unknown> {
  const { codeMetadata: code } = concept
  return {
    id: concept.id,
    text: concept.text,
    type: concept.type,
    modality: concept.modality,
    origin_model: concept.originModel,
    confidence: concept.confidence,
    surface_forms: concept.surfaceForms,
    primary_domain: concept.primaryDomain,
    domain_confidence: concept.domainConfidence,
    domain_scores: mapOf(concept.domainScores),
    code_metadata: code && {
      language: code.language,
      ast_hash: code.astHash,
      works: truthOf(code.works),
      test_coverage: code.testCoverage,
      complexity: bigOrNull(code.complexity),
      performance_metrics: mapOf(code.performanceMetrics),
    },
    validation_score: concept.validationScore,
    source_dataset: concept.sourceDataset,
    document: concept.document,
    document_hash: concept.documentHash,
    position: bigOrNull(concept.position),
    line: bigOrNull(concept.line),
    heading: concept.heading,
    gps: concept.gps,
    updated: BigInt(concept.updated),
  }
}

const mapOf = (values: Numbers) => new Map(Object.entries(values))
const bigOrNull = (value: number | null) => (value === null ? null : BigInt(value))
const numberOrNull = (value: bigint | null) => (value === null ? null : Number(value))

/** What Arrow gives for a map: pairs. */
type Pairs = Iterable<[string, number]>

interface CodeRow {
  readonly language: string | null
  readonly ast_hash: string | null
  readonly works: number | null
  readonly test_coverage: number | null
  readonly complexity: bigint | null
  readonly performance_metrics: Pairs
}

/** The concepts of rows. */
export function conceptsOf(batch: RecordBatch): StoredConcept[] {
  const column = <T>(name: string) => valuesOf<T>(batch, name)
  const texts = column<string>('text')
  const ids = column<string>('id')
  const types = column<string>('type')
  const modalities = column<Modality>('modality')
  const originModels = column<string | null>('origin_model')
  const confidences = column<number | null>('confidence')
  const forms = column<Vector>('surface_forms')
  const domains = column<string | null>('primary_domain')
  const domainConfidences = column<number | null>('domain_confidence')
  const scores = column<Pairs>('domain_scores')
  const codes = column<CodeRow | null>('code_metadata')
  const validations = column<number | null>('validation_score')
  const sources = column<string | null>('source_dataset')
  const documents = column<string | null>('document')
  const hashes = column<string | null>('document_hash')
  const positions = column<bigint | null>('position')
  const lines = column<bigint | null>('line')
  const headings = column<string | null>('heading')
  const points = column<Vector | null>('gps')
  const times = column<bigint>('updated')
  return Array.from({ length: batch.numRows }, (_, row) => ({
    id: ids(row),
    text: texts(row),
    type: types(row),
    modality: modalities(row),
    originModel: originModels(row),
    confidence: confidences(row),
    surfaceForms: [...(forms(row) as Iterable<string>)],
    primaryDomain: domains(row),
    domainConfidence: domainConfidences(row),
    domainScores: Object.fromEntries(scores(row)),
    codeMetadata: codeOf(codes(row)),
    validationScore: validations(row),
    sourceDataset: sources(row),
    document: documents(row),
    documentHash: hashes(row),
    position: numberOrNull(positions(row)),
    line: numberOrNull(lines(row)),
    heading: headings(row),
    gps: listOrNull(points(row)),
    updated: Number(times(row)),
  }))
}

function listOrNull(values: Vector | null): number[] | null {
  return values === null || values.length === 0 ? null : [...(values as Iterable<number>)]
}

/** A filter of LanceDB may make one of nulls of a struct that is null. */
function codeOf(row: CodeRow | null): CodeMetadata | null {
  if (row === null || row.language === null) return null
  return {
    language: row.language,
    astHash: row.ast_hash,
    works: knownTruth(row.works),
    testCoverage: row.test_coverage,
    complexity: numberOrNull(row.complexity),
    performanceMetrics: Object.fromEntries(row.performance_metrics),
  }
}
