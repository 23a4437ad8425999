import type { BackendSearch, ConceptFilter, Found } from 'vector-mamba'
import { type Conditions, conditionsOf } from './conditions.ts'
import type { Database, Query } from './database.ts'
import { metVacuum } from './failures.ts'
import type { Names } from './names.ts'
import type { SpaceTable } from './spaces.ts'
import { decodeVector, encodeVector, encodeVectors } from './vector_bytes.ts'

/** What a search by the index looks at: candidates for each that is asked for, and how far it goes to find them. */
const EFFORTS = {
  fast: { list: 40, listPerHit: 1 },
  good: { list: 200, listPerHit: 2 },
}
const [CANDIDATES_PER_HIT, LONGEST_LIST] = [4, 1000]
/** With more hits than this, the index would have to tell more than it goes on for. */
const MOST_INDEXED_HITS = 2000
/** Where so few concepts fulfil a filter, looking at all of them is fast, and exact. */
const FEW = 10_000
/** The server's sums are of 32 bits: hits at the end of a list may lie on either side of it, and are ranked again here. */
const SPARE = 10
/** Exact searches of one call at a time. */
const AT_ONCE = 4

/** A candidate of one of the queries. */
interface Candidate {
  readonly query: number
  readonly id: string
  readonly bytes: Buffer
}

/** What all searches of a call share. */
interface Search {
  readonly database: Database
  readonly names: Names
  readonly space: SpaceTable
  readonly k: number
  readonly filter: ConceptFilter | null
  readonly signal: AbortSignal | undefined
}

/**
 * Hits of each query, best first: candidates by the server, by its index where it has one, and their cosines by sums of
 * 64 bits.
 *
 * @param queries each of length 1 or 0
 */
export async function nearestConcepts(
  database: Database,
  names: Names,
  vectorType: number,
  space: SpaceTable,
  queries: readonly Float32Array[],
  k: number,
  { filter, effort, signal }: BackendSearch,
): Promise<readonly (readonly Found[])[]> {
  const search: Search = { database, names, space, k, filter, signal }
  const found: (readonly Found[] | null)[] = queries.map(() => null)
  if (effort !== 'exact' && space.indexed && k <= MOST_INDEXED_HITS && !(await fulfilledByFew(search))) {
    const lists = await byIndex(search, queries, EFFORTS[effort], vectorType).catch((error: unknown) => {
      if (metVacuum(error)) return []
      throw error
    })
    // Too few: the index was left behind by removals, or went no further for what fulfils the filter.
    for (const [i, list] of lists.entries()) if (list.length >= k) found[i] = rank(queries[i]!, list, k)
  }
  const left = found.flatMap((hits, i) => (hits === null ? [i] : []))
  const next = left.values()
  const searchOn = async () => {
    for (const i of next) found[i] = rank(queries[i]!, await byAll(search, queries[i]!), k)
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, left.length) }, searchOn))
  return found.map((hits) => hits!)
}

/** Whether the planner expects few concepts to fulfil the filter; asking it costs next to nothing. */
async function fulfilledByFew({ database, names, filter }: Search): Promise<boolean> {
  const { sql, values, areNone } = conditionsOf(filter, 0)
  if (areNone) return false
  const [plan] = await database.query<{ 'QUERY PLAN': readonly { Plan: { 'Plan Rows': number } }[] }>(
    `explain (format json) select from ${names.concepts} c where ${sql}`,
    values,
  )
  return plan!['QUERY PLAN'][0]!.Plan['Plan Rows'] <= FEW
}

/** The condition that a query with the vectors `v` and a filter has. */
function joined({ names }: Search, { sql, areNone }: Conditions): string {
  return areNone ? '' : `join ${names.concepts} c on c.id = v.id where ${sql}`
}

async function byIndex(
  search: Search,
  queries: readonly Float32Array[],
  { list, listPerHit }: (typeof EFFORTS)['good'],
  vectorType: number,
): Promise<readonly (readonly Candidate[])[]> {
  const { database, names, space, k, filter, signal } = search
  const { own, vector, halfvec, dot, unit, bytes } = names
  const table = own(space.vectors)
  const conditions = conditionsOf(filter, 2)
  const half = `${halfvec}(${space.dims})`
  const sql = `select (q.n - 1)::integer as query, s.id, ${bytes}(t.vector) as bytes
    from unnest($1::${vector}[]) with ordinality as q (point, n)
    cross join lateral
      (select v.id from ${table} v ${joined(search, conditions)}
       order by ${unit}(v.vector)::${half} ${dot} q.point::${half} limit $2) s
    join ${table} t on t.id = s.id`
  const values = [encodeVectors(queries, vectorType), CANDIDATES_PER_HIT * k, ...conditions.values]
  const length = Math.min(LONGEST_LIST, Math.max(list, listPerHit * k))
  // The planner's guesses of what an index costs are rough: it is to take it.
  const begin = `begin read only; set local hnsw.ef_search = ${length};
    set local hnsw.iterative_scan = 'relaxed_order'; set local enable_seqscan = off; set local enable_sort = off`
  const rows = await database.transaction((query) => query<Candidate>(sql, values), { signal, begin })
  const lists = queries.map((): Candidate[] => [])
  for (const row of rows) lists[row.query]!.push(row)
  return lists
}

/** Looks at all vectors of what fulfils the filter. */
async function byAll(search: Search, point: Float32Array): Promise<readonly Candidate[]> {
  const { database, names, space, k, filter, signal } = search
  const { own, vector, dot, bytes } = names
  const table = own(space.vectors)
  const conditions = conditionsOf(filter, 2)
  // Vectors are fetched by those that are left: sorting would copy them all.
  const sql = `select 0 as query, s.id, ${bytes}(t.vector) as bytes from
      (select v.id from ${table} v ${joined(search, conditions)}
       order by (v.vector ${dot} $1::${vector}) * v.factor limit $2) s
    join ${table} t on t.id = s.id`
  const values = [encodeVector(point), k + SPARE, ...conditions.values]
  const run = (query: Query) => query<Candidate>(sql, values)
  return database.alone(run, signal)
}

/** The best candidates by their cosines; equal ones by id, so that an answer is the same each time. */
function rank(point: Float32Array, candidates: readonly Candidate[], k: number): readonly Found[] {
  return candidates
    .map(({ id, bytes }) => ({ id, cosine: cosine(point, decodeVector(bytes)) }))
    .sort((a, b) => b.cosine - a.cosine || (a.id < b.id ? -1 : 1))
    .slice(0, k)
}

/** 0 where one is of zeros. */
function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!
    aa += a[i]! * a[i]!
    bb += b[i]! * b[i]!
  }
  return aa === 0 || bb === 0 ? 0 : Math.max(-1, Math.min(1, dot / Math.sqrt(aa * bb)))
}
