import type { ConceptFilter } from 'vector-mamba'

/** A filter in SQL, over the concepts that a query calls `c`. */
export interface Conditions {
  /** Joined by `and`; 'true' where there is none. */
  readonly sql: string
  readonly values: readonly unknown[]
  /** Whether every concept fulfils it. */
  readonly areNone: boolean
}

/** @param before parameters that the statement has already */
export function conditionsOf(filter: ConceptFilter | null, before: number): Conditions {
  const values: unknown[] = []
  const given = (value: unknown): string => `$${before + values.push(value)}`
  const { domains, modalities, types, sources, documents, text, gps = [] } = filter ?? {}
  const parts: string[] = []
  const oneOf = (column: string, wanted: readonly string[] | undefined) => {
    if (wanted !== undefined) parts.push(`c.${column} = any(${given(wanted)}::text[])`)
  }
  oneOf('primary_domain', domains)
  oneOf('modality', modalities)
  oneOf('type', types)
  oneOf('source_dataset', sources)
  oneOf('document', documents)
  if (text !== undefined && text !== '')
    parts.push(`strpos(coalesce(c.text_lower, c.text), ${given(text.toLowerCase())}::text) > 0`)
  for (const [i, range] of gps.entries())
    if (range !== null) {
      const [least, greatest] = range.map((end) => `${given(end)}::double precision`)
      parts.push(`c.gps[${i + 1}] between ${least} and ${greatest}`)
    }
  return { sql: parts.join(' and ') || 'true', values, areNone: parts.length === 0 }
}
