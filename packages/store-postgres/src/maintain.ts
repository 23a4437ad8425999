import { setTimeout as sleep } from 'node:timers/promises'
import type { Database, Query } from './database.ts'
import { codeOf } from './failures.ts'
import type { Names } from './names.ts'
import { indexOf, readSpaces, type SpaceTable } from './spaces.ts'

/** Fewer vectors are looked through faster than an index pays for. */
const INDEX_FROM = 10_000
/** pgvector has indexes of half vectors up to here. */
const MOST_INDEXED_DIMS = 4000
/** Whoever maintains a schema holds this lock; its second number is that of the schema. */
const LOCK = 7302
const AGAIN_MS = 200
/** An index is built in memory where it fits into so much; the server may have set more. */
const [LEAST_MEMORY, MOST_MEMORY] = [64 * 2 ** 20, 2 ** 30]
/** What the graph takes for each vector beside its numbers. */
const BESIDE = 400

/** Builds missing indexes, frees what is deleted, and counts anew what the planner goes by. One at a time in a schema. */
export function maintainStore(
  database: Database,
  names: Names,
  signal: AbortSignal | undefined,
): Promise<void> {
  return database.alone(async (query) => {
    await takeLock(query, names, signal)
    try {
      const spaces = await readSpaces(query, names)
      for (const space of spaces) await buildIndex(query, names, space, database.sessions > 0)
      for (const table of [names.concepts, names.edges, ...spaces.map(({ vectors }) => names.own(vectors))])
        await query(`vacuum (analyze) ${table}`)
    } finally {
      // After a signal, or where it fails, the connection is closed, and the lock with it.
      await query(`select pg_advisory_unlock(${LOCK}, hashtext($1))`, [names.schema]).catch(() => {})
    }
  }, signal)
}

/** Asks again and again: one that waits within the server would hold up who builds an index there. */
async function takeLock(query: Query, names: Names, signal: AbortSignal | undefined): Promise<void> {
  for (;;) {
    const [lock] = await query<{ taken: boolean }>(
      `select pg_try_advisory_lock(${LOCK}, hashtext($1)) as taken`,
      [names.schema],
    )
    if (lock!.taken) return
    await sleep(AGAIN_MS, undefined, { signal }).catch(() => signal?.throwIfAborted())
  }
}

/** @param scanning whether a scan of this process is open: who builds beside writers waits for its end */
async function buildIndex(
  query: Query,
  names: Names,
  { vectors, dims, indexed }: SpaceTable,
  scanning: boolean,
): Promise<void> {
  if (indexed || dims > MOST_INDEXED_DIMS) return
  const table = names.own(vectors)
  const [counted] = await query<{ count: number }>(
    `select count(*) from (select from ${table} limit ${INDEX_FROM}) counted`,
  )
  if (counted!.count < INDEX_FROM) return
  const drop = `drop index if exists ${names.own(indexOf(vectors))}`
  // One that was not finished stands there and is not used.
  const [left] = await query<{ there: boolean }>(`select to_regclass($1) is not null as there`, [
    names.own(indexOf(vectors)),
  ])
  if (left!.there) {
    // The scan would have to end first, and whoever scans may wait for this.
    if (scanning) return
    await query(drop)
  }
  await giveMemory(query, table, dims)
  const build = () =>
    query(`create index ${scanning ? '' : 'concurrently'} ${indexOf(vectors)} on ${table}
      using hnsw ((${names.unit}(vector)::${names.halfvec}(${dims})) ${names.byDot})`)
  try {
    await build()
  } catch (error) {
    // In containers, what processes may share is often small; one process needs none of it.
    if (codeOf((error as Error).cause) !== '53100') throw error
    await query(drop)
    await query('set max_parallel_maintenance_workers = 0')
    await build()
  } finally {
    await query('reset max_parallel_maintenance_workers; reset maintenance_work_mem').catch(() => {})
  }
}

async function giveMemory(query: Query, table: string, dims: number): Promise<void> {
  const [sizes] = await query<{ rows: number; memory: number }>(
    `select count(*) as rows, pg_size_bytes(current_setting('maintenance_work_mem')) as memory from ${table}`,
  )
  const { rows, memory } = sizes!
  const needed = Math.min(MOST_MEMORY, Math.max(LEAST_MEMORY, rows * (2 * dims + BESIDE) * 1.2))
  if (needed > memory) await query(`set maintenance_work_mem = '${Math.ceil(needed / 1024)}kB'`)
}
