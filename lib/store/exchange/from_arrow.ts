import type { Table, Vector } from 'apache-arrow'
import { VmmError } from '../../core/errors.ts'
import type { CodeMetadata, ConceptRecord, Edge, Modality } from '../record.ts'
import { type ExchangedSpace, FORMAT } from './schema.ts'

/** What a file has: records as `upsert` takes them, and the relations that begin at them. */
export interface ReadConcepts {
  readonly records: readonly ConceptRecord[]
  readonly edges: readonly Edge[]
}

type Row = Readonly<Record<string, unknown>>

/** The spaces that a file of concepts tells. Throws VmmError BAD_FILE where it is none, or a newer one. */
export function spacesOf(table: Pick<Table, 'schema'>, path: string): readonly ExchangedSpace[] {
  const { metadata } = table.schema
  const format = metadata.get('format')
  if (format !== FORMAT)
    throw new VmmError(
      'BAD_FILE',
      `${path}: ${format ? `its format is '${format}'` : 'no file of concepts'}; expected '${FORMAT}'`,
    )
  try {
    const told = JSON.parse(metadata.get('spaces') ?? '') as readonly ExchangedSpace[]
    // Files from before there were maps have none.
    const spaces = told.map((space) => ({ ...space, map: space.map ?? null }))
    const fit = spaces.every(
      ({ space, dims, field, map }) =>
        typeof space === 'string' &&
        dims > 0 &&
        typeof field === 'string' &&
        (map === null || typeof map === 'string'),
    )
    if (fit) return spaces
  } catch {}
  throw new VmmError('BAD_FILE', `${path}: its spaces cannot be read`)
}

/** The concepts of some rows. Values are checked by the store that takes them. */
export function fromArrow(
  table: Table,
  spaces: readonly ExchangedSpace[],
  begin: number,
  end: number,
  path: string,
): ReadConcepts {
  const columns = new Map(table.schema.fields.map(({ name }) => [name, table.getChild(name)!]))
  const at = (name: string, i: number): unknown => columns.get(name)?.get(i) ?? null
  const text = (name: string, i: number) => at(name, i) as string | null
  const number = (name: string, i: number) => {
    const value = at(name, i)
    return value === null ? null : Number(value)
  }
  const records: ConceptRecord[] = []
  const edges: Edge[] = []
  for (let i = begin; i < end; i++) {
    const [id, words] = [text('concept_id', i), text('text', i)]
    if (id === null || words === null)
      throw new VmmError('BAD_FILE', `${path}: row ${i} has no concept_id or no text`)
    const vectors = at('embeddings', i) as Row | null
    records.push({
      id,
      text: words,
      type: text('concept_type', i) ?? undefined,
      modality: (text('modality', i) as Modality | null) ?? undefined,
      originModel: text('origin_model', i),
      confidence: number('confidence', i),
      surfaceForms: listOf(at('surface_forms', i)) as readonly string[],
      primaryDomain: text('primary_domain', i),
      domainConfidence: number('domain_confidence', i),
      domainScores: numbersOf(at('domain_scores', i)),
      codeMetadata: codeOf(at('code_metadata', i) as Row | null),
      validationScore: number('validation_score', i),
      updated: number('last_updated', i) ?? undefined,
      sourceDataset: text('source_dataset', i),
      document: text('document_id', i),
      documentHash: text('document_hash', i),
      heading: text('heading', i),
      position: number('position', i),
      line: number('line', i),
      gps: at('gps', i) === null ? null : (listOf(at('gps', i)) as readonly number[]),
      vectors: Object.fromEntries(
        spaces.flatMap(({ space, field }) => {
          const vector = vectors?.[field] as Vector | null | undefined
          return vector ? [[space, Float32Array.from(vector as Iterable<number>)]] : []
        }),
      ),
    } as ConceptRecord)
    for (const relation of listOf(at('relations', i)) as Row[])
      edges.push({
        source: id,
        type: relation.relation_type as string,
        target: relation.target_id as string,
        weight: relation.weight as number,
        domainSpecific: (relation.domain_specific as boolean | null) ?? null,
      })
  }
  return { records, edges }
}

function listOf(value: unknown): readonly unknown[] {
  return value === null ? [] : [...(value as Iterable<unknown>)]
}

function numbersOf(value: unknown): Readonly<Record<string, number>> {
  return value === null ? {} : Object.fromEntries(value as Iterable<readonly [string, number]>)
}

function codeOf(row: Row | null): CodeMetadata | null {
  if (row === null) return null
  return {
    language: row.language as string,
    astHash: (row.ast_hash as string | null) ?? null,
    works: (row.works as boolean | null) ?? null,
    testCoverage: (row.test_coverage as number | null) ?? null,
    complexity: (row.complexity as number | null) ?? null,
    performanceMetrics: numbersOf(row.performance_metrics ?? null),
  }
}
