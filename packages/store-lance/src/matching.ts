import type { ConceptFilter, TextMatch } from 'vector-mamba'
import { valuesOf } from './columns.ts'
import { lance } from './lance.ts'
import type { Snapshot } from './snapshot.ts'
import { filterSql } from './sql.ts'
import { CONCEPTS } from './tables.ts'

/** Characters of a query that are read: LanceDB looks at all that match any of its words. */
const MOST_CHARACTERS = 10_000

/** The concepts whose texts have words of a text, by BM25, best first. Those that the index does not have yet are read. */
export async function matching(
  snapshot: Snapshot,
  text: string,
  k: number,
  filter: ConceptFilter | null,
  signal: AbortSignal | undefined,
): Promise<readonly TextMatch[]> {
  const table = await snapshot.table(CONCEPTS)
  if (table === null) return []
  const words = text.slice(0, MOST_CHARACTERS)
  const query = table
    .query()
    .fullTextSearch(new lance.MatchQuery(words, 'text', { operator: lance.Operator.Or }))
  const condition = filter && filterSql(filter)
  if (condition !== null) query.where(condition)
  const { batches } = await query.select(['id', '_score']).limit(k).toArrow()
  signal?.throwIfAborted()
  return batches.flatMap((batch) => {
    const [id, score] = [valuesOf<string>(batch, 'id'), valuesOf<number>(batch, '_score')]
    return Array.from({ length: batch.numRows }, (_, row) => ({ id: id(row), score: score(row) }))
  })
}
