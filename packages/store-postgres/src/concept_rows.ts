import type { StoredConcept } from 'vector-mamba'
import type { Row, Values } from './database.ts'

/** How a field of a concept is kept. */
interface Column {
  readonly field: keyof StoredConcept
  readonly name: string
  /** What the driver sends it as. */
  readonly type: 'text' | 'jsonb' | 'bigint' | 'double precision' | 'double precision[]'
}

const column = (field: keyof StoredConcept, name: string, type: Column['type'] = 'text'): Column => ({
  field,
  name,
  type,
})

const COLUMNS: readonly Column[] = [
  column('id', 'id'),
  column('text', 'text'),
  column('type', 'type'),
  column('modality', 'modality'),
  column('originModel', 'origin_model'),
  column('confidence', 'confidence', 'double precision'),
  column('surfaceForms', 'surface_forms', 'jsonb'),
  column('primaryDomain', 'primary_domain'),
  column('domainConfidence', 'domain_confidence', 'double precision'),
  column('domainScores', 'domain_scores', 'jsonb'),
  column('codeMetadata', 'code_metadata', 'jsonb'),
  column('validationScore', 'validation_score', 'double precision'),
  column('sourceDataset', 'source_dataset'),
  column('document', 'document'),
  column('documentHash', 'document_hash'),
  column('position', 'position', 'bigint'),
  column('line', 'line', 'bigint'),
  column('heading', 'heading'),
  column('gps', 'gps', 'double precision[]'),
  column('updated', 'updated', 'bigint'),
]
/** Beside the fields: the text as searches in any case see it, where it is another. */
const LOWER = 'text_lower'

const NAMES = [...COLUMNS.map(({ name }) => name), LOWER]
const UPDATES = NAMES.slice(1).map((name) => `${name} = excluded.${name}`)
/** An array of arrays would be one of two dimensions, so these go as texts. */
const SENT = [...COLUMNS.map(({ type }) => (type.endsWith('[]') ? 'text' : type)), 'text']
const TAKEN = [...COLUMNS.map(({ name, type }) => (type.endsWith('[]') ? `${name}::${type}` : name)), LOWER]

/** What is read of a concept, of the table that a query calls `c`. */
export const CONCEPT = COLUMNS.map(({ name }) => `c.${name}`).join(', ')

/** Adds or replaces the concepts of `conceptValues`, in their order. */
export function upsertConcepts(table: string): string {
  const sent = SENT.map((type, i) => `$${i + 1}::${type}[]`).join(', ')
  return `insert into ${table} (${NAMES.join(', ')})
    select ${TAKEN.join(', ')} from unnest(${sent}) as given (${NAMES.join(', ')})
    on conflict (id) do update set ${UPDATES.join(', ')}`
}

/** A list for each column. */
export function conceptValues(concepts: readonly StoredConcept[]): Values {
  const lists = COLUMNS.map(({ field, type }) =>
    concepts.map((concept) => {
      const value = concept[field]
      if (value === null) return null
      if (type === 'jsonb') return JSON.stringify(value)
      return type === 'double precision[]' ? `{${(value as readonly number[]).join()}}` : value
    }),
  )
  const lower = concepts.map(({ text }) => {
    const small = text.toLowerCase()
    return small === text ? null : small
  })
  return [...lists, lower]
}

export function conceptOf(row: Row): StoredConcept {
  return Object.fromEntries(COLUMNS.map(({ field, name }) => [field, row[name]])) as unknown as StoredConcept
}
