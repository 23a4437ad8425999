import type { ConceptFilter } from 'vector-mamba'

/** Ids that are named in one condition. */
const MOST_IDS = 1000

/** A text as SQL. There is no other way to give one: LanceDB's filters have no parameters. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Whether a column is one of some texts; of none, it never is. */
export function oneOf(column: string, texts: readonly string[]): string {
  return texts.length === 0 ? 'false' : `${column} IN (${texts.map(quoted).join(', ')})`
}

/** Texts in pieces that one condition may name. */
export function pieces<T>(all: readonly T[], size = MOST_IDS): T[][] {
  const count = Math.ceil(all.length / size)
  return Array.from({ length: count }, (_, i) => all.slice(i * size, (i + 1) * size))
}

/** The conditions of a filter on concepts; null where all concepts fulfil it. */
export function filterSql(filter: ConceptFilter): string | null {
  const { domains, modalities, types, sources, documents, text, gps = [] } = filter
  const lists = {
    primary_domain: domains,
    modality: modalities,
    type: types,
    source_dataset: sources,
    document: documents,
  }
  const conditions = Object.entries(lists).flatMap(([column, wanted]) =>
    wanted === undefined ? [] : [oneOf(column, wanted)],
  )
  // Not LIKE, to which % and _ are more than themselves.
  if (text !== undefined && text !== '')
    conditions.push(`contains(lower(text), ${quoted(text.toLowerCase())})`)
  for (const [i, range] of gps.entries())
    if (range !== null)
      conditions.push(
        `gps[${i + 1}] >= CAST('${range[0]}' AS DOUBLE)`,
        `gps[${i + 1}] <= CAST('${range[1]}' AS DOUBLE)`,
      )
  return conditions.length === 0 ? null : conditions.join(' AND ')
}
