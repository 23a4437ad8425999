import type { BackendTools, SpaceModel } from 'vector-mamba'
import type { Database, Query } from './database.ts'
import type { Names } from './names.ts'

/** A space and the table of its vectors. */
export interface SpaceTable {
  readonly name: string
  readonly dims: number
  readonly model: SpaceModel | null
  /** Unquoted, without its schema. */
  readonly vectors: string
  /** Whether searches may use an index. */
  readonly indexed: boolean
}

/** pgvector keeps no longer vectors. */
const MOST_DIMS = 16_000
/** With an id of 512 characters a row of so many numbers still fits into a page of 8 KB. */
const MOST_PLAIN_DIMS = 1600

/** The name of a space's index. */
export const indexOf = (vectors: string): string => `${vectors}_hnsw`

/** All spaces, in the order in which they were added. */
export function readSpaces(query: Query, names: Names): Promise<SpaceTable[]> {
  return query<SpaceTable>(
    `select s.name, s.dims, s.model, s.vectors, coalesce(i.indisvalid, false) as indexed
     from ${names.spaces} s
     left join pg_class r on r.relname = s.vectors || '_hnsw' and r.relnamespace = to_regnamespace($1)
     left join pg_index i on i.indexrelid = r.oid
     order by s.number`,
    [names.schema],
  )
}

/** Adds a space with its table, unless it is there; throws SPACE_MISMATCH where it has other dimensions. */
export function addSpaceTable(
  database: Database,
  names: Names,
  VmmError: BackendTools['VmmError'],
  space: string,
  dims: number,
  model: SpaceModel | null,
): Promise<void> {
  if (dims > MOST_DIMS) {
    const problem = `dims: got ${dims}; PostgreSQL keeps vectors of at most ${MOST_DIMS} dimensions`
    throw new VmmError('UNSUPPORTED', problem, { argument: 'dims' })
  }
  return database.transaction(async (query) => {
    // Readers go on; who adds a space waits for the other one who does.
    await query(`lock table ${names.spaces} in share row exclusive mode`)
    const [there] = await query<{ dims: number }>(`select dims from ${names.spaces} where name = $1`, [space])
    if (there !== undefined && there.dims !== dims)
      throw new VmmError(
        'SPACE_MISMATCH',
        `the store's space '${space}' has ${there.dims} dimensions, not ${dims}`,
      )
    if (there === undefined) await makeTable(query, names, space, dims)
    if (model !== null)
      await query(`update ${names.spaces} set model = $2 where name = $1`, [space, JSON.stringify(model)])
  })
}

/** What `writeMap` was given for a space; null where it was not called. */
export async function readMap(query: Query, names: Names, space: string): Promise<string | null> {
  const [found] = await query<{ map: string | null }>(`select map from ${names.spaces} where name = $1`, [
    space,
  ])
  return found?.map ?? null
}

export async function writeMap(query: Query, names: Names, space: string, map: string): Promise<void> {
  await query(`update ${names.spaces} set map = $2 where name = $1`, [space, map])
}

async function makeTable(query: Query, names: Names, space: string, dims: number): Promise<void> {
  const [last] = await query<{ number: number }>(
    `select coalesce(max(number), 0) as number from ${names.spaces}`,
  )
  // The number keeps names apart that differ in '-' and '.', or in what is cut off.
  const vectors = `v_${last!.number + 1}_${space.replace(/[^a-z0-9]/g, '_').slice(0, 40)}`
  await query(`insert into ${names.spaces} (name, dims, vectors) values ($1, $2, $3)`, [space, dims, vectors])
  const table = names.own(vectors)
  // `factor` is one over the vector's length, 0 for a vector of zeros: times it, a dot product is a cosine.
  await query(`create table ${table} (
    id text collate "C" primary key,
    factor double precision not null,
    vector ${names.vector}(${dims}) not null
  )`)
  // Beside long vectors, ids would be put elsewhere.
  await query(`alter table ${table} alter column id set storage main`)
  const storage = dims <= MOST_PLAIN_DIMS ? 'plain' : 'external'
  await query(`alter table ${table} alter column vector set storage ${storage}`)
}
