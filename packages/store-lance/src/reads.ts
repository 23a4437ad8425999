import type { Edge, Space, StoredConcept } from 'vector-mamba'
import { conceptsOf } from './concept_rows.ts'
import { EDGE_COLUMNS, edgesOf } from './edge_rows.ts'
import type { RecordBatch, Table } from './lance.ts'
import type { Snapshot } from './snapshot.ts'
import { oneOf, pieces } from './sql.ts'
import { CONCEPTS, EDGES, vectorsTable } from './tables.ts'
import { VECTOR_COLUMNS, vectorRows } from './vector_rows.ts'

/** Rows whose column is one of some texts, piece by piece. */
async function* rowsWith(
  table: Table | null,
  column: string,
  texts: readonly string[],
  columns: readonly string[] | null = null,
  also = '',
): AsyncGenerator<RecordBatch> {
  if (table === null) return
  for (const some of pieces(texts)) {
    const query = table.query().where(`${oneOf(column, some)}${also}`)
    yield* (await (columns === null ? query : query.select([...columns])).toArrow()).batches
  }
}

export async function concepts(snapshot: Snapshot, ids: readonly string[]): Promise<StoredConcept[]> {
  const found: StoredConcept[] = []
  for await (const batch of rowsWith(await snapshot.table(CONCEPTS), 'id', ids))
    found.push(...conceptsOf(batch))
  return found
}

export async function vectors(
  snapshot: Snapshot,
  space: Space,
  ids: readonly string[],
): Promise<Map<string, Float32Array>> {
  const found = new Map<string, Float32Array>()
  const table = await snapshot.table(vectorsTable(space))
  for await (const batch of rowsWith(table, 'id', ids, VECTOR_COLUMNS)) {
    const { count, id, data } = vectorRows(batch)
    const dims = data.length / count
    for (let row = 0; row < count; row++) found.set(id(row), data.slice(row * dims, (row + 1) * dims))
  }
  return found
}

export async function neighbours(
  snapshot: Snapshot,
  ids: readonly string[],
  direction: 'out' | 'in',
  types: readonly string[] | null,
): Promise<Edge[]> {
  const found: Edge[] = []
  const column = direction === 'out' ? 'source' : 'target'
  const also = types === null ? '' : ` AND ${oneOf('type', types)}`
  for await (const batch of rowsWith(await snapshot.table(EDGES), column, ids, EDGE_COLUMNS, also))
    found.push(...edgesOf(batch))
  return found
}

/** Those of some concepts that fulfil a condition. */
export async function fulfilling(
  snapshot: Snapshot,
  ids: readonly string[],
  condition: string,
): Promise<Set<string>> {
  const found = new Set<string>()
  const table = await snapshot.table(CONCEPTS)
  for await (const batch of rowsWith(table, 'id', ids, ['id'], ` AND ${condition}`))
    for (let row = 0; row < batch.numRows; row++) found.add(batch.getChild('id')!.get(row) as string)
  return found
}

/** The ids of all concepts that fulfil a condition. */
export async function idsWhere(table: Table, condition: string): Promise<string[]> {
  const { batches } = await table.query().where(condition).select(['id']).toArrow()
  return batches.flatMap((batch) => [...(batch.getChild('id') as Iterable<string>)])
}
