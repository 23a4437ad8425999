import type { BackendSearch, Effort, Found, Space } from 'vector-mamba'
import { bestOf } from './best.ts'
import { valuesOf } from './columns.ts'
import { offerRows, type Queries } from './cosines.ts'
import { hasIndex, VECTOR } from './indexes.ts'
import type { Table } from './lance.ts'
import { fulfilling, idsWhere, vectors } from './reads.ts'
import type { Snapshot } from './snapshot.ts'
import { filterSql } from './sql.ts'
import { CONCEPTS, vectorsTable } from './tables.ts'
import { VECTOR_COLUMNS, vectorRows } from './vector_rows.ts'

/** Concepts that fulfil a filter up to which their vectors are read one by one. */
const FEW = 2000
/** Queries that are under way at once. */
const AT_ONCE = 4
/** How many of the index's parts are looked through, and how many candidates are ranked by their vectors at least. */
const EFFORTS = {
  fast: { parts: 40, ranked: 100 },
  good: { parts: 60, ranked: 200 },
} as const
/** Candidates for each hit at least: their order by the index is a rough one. */
const FOR_EACH_HIT = 4

/** The nearest vectors of a space, of those concepts that fulfil the filter. */
export async function nearest(
  snapshot: Snapshot,
  space: Space,
  queries: Queries,
  k: number,
  { filter, effort, signal }: BackendSearch,
): Promise<readonly (readonly Found[])[]> {
  const none = Array.from({ length: queries.count }, () => [])
  const table = await snapshot.table(vectorsTable(space))
  const all = await snapshot.table(CONCEPTS)
  if (table === null || all === null) return none
  const condition = filter && filterSql(filter)
  const total = await table.countRows()
  let share = 1
  if (condition !== null) {
    const count = await all.countRows(condition)
    if (count === 0) return none
    if (count <= FEW) return amongFew(snapshot, space, queries, k, await idsWhere(all, condition))
    share = count / (await all.countRows())
  }
  signal?.throwIfAborted()
  if (effort === 'exact' || !(await hasIndex(table, VECTOR))) {
    const wanted = condition === null ? null : new Set(await idsWhere(all, condition))
    return amongAll(table, queries, k, wanted, signal)
  }
  const found: (readonly Found[])[] = []
  const search = async (query: number): Promise<void> => {
    const one = oneOf(queries, query)
    const hits = await byIndex(snapshot, table, one, { k, total, share, condition, effort })
    if (hits !== null) found[query] = hits
    else {
      const wanted = condition === null ? null : new Set(await idsWhere(all, condition))
      found[query] = (await amongAll(table, one, k, wanted, signal))[0]!
    }
  }
  for (let first = 0; first < queries.count; first += AT_ONCE) {
    const some = Math.min(AT_ONCE, queries.count - first)
    await Promise.all(Array.from({ length: some }, (_, i) => search(first + i)))
    signal?.throwIfAborted()
  }
  return found
}

function oneOf({ data, dims }: Queries, query: number): Queries {
  return { data: data.subarray(query * dims, (query + 1) * dims), dims, count: 1 }
}

async function amongFew(
  snapshot: Snapshot,
  space: Space,
  queries: Queries,
  k: number,
  ids: readonly string[],
): Promise<Found[][]> {
  const best = Array.from({ length: queries.count }, () => bestOf(k))
  for (const [id, data] of await vectors(snapshot, space, ids))
    offerRows(queries, { count: 1, id: () => id, data }, best)
  return best.map((one) => one.found())
}

async function amongAll(
  table: Table,
  queries: Queries,
  k: number,
  wanted: ReadonlySet<string> | null,
  signal: AbortSignal | undefined,
): Promise<Found[][]> {
  const best = Array.from({ length: queries.count }, () => bestOf(k))
  for await (const batch of table.query().select(VECTOR_COLUMNS)) {
    signal?.throwIfAborted()
    offerRows(queries, vectorRows(batch), best, wanted)
  }
  return best.map((one) => one.found())
}

interface IndexSearch {
  readonly k: number
  /** Rows of the table. */
  readonly total: number
  /** Which part of the concepts fulfils the condition. */
  readonly share: number
  readonly condition: string | null
  readonly effort: Exclude<Effort, 'exact'>
}

/**
 * What an index finds for one query: as many hits as it takes to have `k` that fulfil the condition. Null where it cannot tell:
 * when it has found too few, or when vectors of zeros, which it does not know, would be among the best.
 */
async function byIndex(
  snapshot: Snapshot,
  table: Table,
  query: Queries,
  { k, total, share, condition, effort }: IndexSearch,
): Promise<Found[] | null> {
  for (let ask = Math.ceil((1.5 * k) / share); ; ask *= 4) {
    const count = condition === null ? k : ask
    if (count > total / 10) return null
    const found = await candidates(table, query, count, effort)
    const kept = condition === null ? found : await onlyFulfilling(snapshot, found, condition)
    if (kept.length >= k) return kept[k - 1]!.cosine < 0 ? null : kept.slice(0, k)
    if (found.length < count) return null
  }
}

async function onlyFulfilling(
  snapshot: Snapshot,
  found: readonly Found[],
  condition: string,
): Promise<Found[]> {
  const ids = found.map(({ id }) => id)
  const fulfil = await fulfilling(snapshot, ids, condition)
  return found.filter(({ id }) => fulfil.has(id))
}

/** Candidates by the index, ranked again by LanceDB: the distance is one minus the cosine in f32, of the vectors themselves. */
async function candidates(
  table: Table,
  query: Queries,
  count: number,
  effort: keyof typeof EFFORTS,
): Promise<Found[]> {
  const { parts, ranked } = EFFORTS[effort]
  const search = table
    .query()
    .nearestTo(query.data)
    .column(VECTOR)
    .distanceType('cosine')
    .nprobes(parts)
    .refineFactor(Math.max(FOR_EACH_HIT, Math.ceil(ranked / count)))
    .select(['id', '_distance'])
    .limit(count)
  return (await search.toArrow()).batches.flatMap((batch) => {
    const [id, distance] = [valuesOf<string>(batch, 'id'), valuesOf<number>(batch, '_distance')]
    return Array.from({ length: batch.numRows }, (_, row) => ({ id: id(row), cosine: 1 - distance(row) }))
  })
}
