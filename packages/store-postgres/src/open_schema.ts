import pg from 'pg'
import type { BackendTools } from 'vector-mamba'
import type { Database, Query } from './database.ts'
import { codeOf } from './failures.ts'
import { MIGRATIONS, type Migration, migrate } from './migrations.ts'
import { type Names, namesOf } from './names.ts'

/** A store's schema as it is in the database. */
export interface OpenedSchema {
  readonly names: Names
  /** The number of pgvector's type in this database. */
  readonly vectorType: number
}

/** Searches that go on until enough fulfils a filter came with it. */
const LEAST_PGVECTOR = [0, 8] as const
/** Whoever makes or changes a schema holds this lock of the database until its transaction ends. */
const LOCK = 'select pg_advisory_xact_lock(7301, 1)'

/**
 * Opens the schema of a store, brings an older one to this version's format, and makes a missing one where that is wished.
 *
 * @throws VmmError SERVICE where the database lacks what a store needs; NOT_FOUND; BAD_FILE; UNSUPPORTED
 */
export async function openSchema(
  database: Database,
  schema: string,
  { create, VmmError }: Pick<BackendTools, 'create' | 'VmmError'>,
  steps: readonly Migration[] = MIGRATIONS,
): Promise<OpenedSchema> {
  const { shown } = database
  const wrong = (code: ConstructorParameters<typeof VmmError>[0], problem: string): Error =>
    new VmmError(code, `${shown}: ${problem}`)

  /** The format of the store that is there; null: none is. */
  async function formatOf(query: Query): Promise<number | null> {
    const [found] = await query<{ tables: string[] }>(
      `select coalesce(array_agg(relname::text), '{}') as tables from pg_class
       where relnamespace = to_regnamespace($1) and relkind in ('r', 'p', 'v', 'm', 'f')`,
      [pg.escapeIdentifier(schema)],
    )
    const { tables } = found!
    if (tables.length === 0) return null
    if (!tables.includes('format'))
      throw wrong('BAD_FILE', 'the schema is no store of concepts, and not empty; choose another by ?schema=')
    const rows = await query<{ format: unknown }>(`select * from ${namesOf(schema, '').format} limit 2`)
    const format = rows[0]?.format
    if (rows.length !== 1 || !Number.isInteger(format) || (format as number) < 0)
      throw wrong('BAD_FILE', `the table format holds ${JSON.stringify(rows)}; expected one whole number`)
    if ((format as number) > steps.length)
      throw wrong('UNSUPPORTED', `the store has format ${format}; this version reads format ${steps.length}`)
    return format as number
  }

  const before = await formatOf(database.query)
  if (before === null && !create) throw wrong('NOT_FOUND', 'there is no store of concepts')
  await requireUtf8(database.query, wrong)
  if (before === null) await makeExtension(database, wrong)
  const { extension, vectorType } = await findExtension(database.query, wrong)
  const names = namesOf(schema, extension)
  if (before !== steps.length)
    await database.transaction(async (query) => {
      await query(LOCK)
      const format = await formatOf(query)
      if (format === null) {
        // Asked for even where it is there, it needs a right that an owner of the schema need not have.
        const [there] = await query<{ id: number | null }>('select to_regnamespace($1) as id', [names.schema])
        if (there!.id === null) await query(`create schema ${names.schema}`)
        await query(`create table ${names.format} (format integer not null)`)
        await query(`insert into ${names.format} values (0)`)
      }
      await migrate(query, names, format ?? 0, steps)
    })
  return { names, vectorType }
}

type Wrong = (code: 'SERVICE' | 'UNSUPPORTED', problem: string) => Error

async function requireUtf8(query: Query, wrong: Wrong): Promise<void> {
  const [found] = await query<{ server_encoding: string }>('show server_encoding')
  const encoding = found!.server_encoding
  if (encoding !== 'UTF8')
    throw wrong(
      'UNSUPPORTED',
      `the database's encoding is ${encoding}, which cannot keep every text; expected UTF8`,
    )
}

/** Makes the extension where the user may, so that a new database needs no step by hand. */
async function makeExtension(database: Database, wrong: Wrong): Promise<void> {
  try {
    await database.transaction(async (query) => {
      await query(LOCK)
      await query('create extension if not exists vector')
    })
  } catch (error) {
    const code = codeOf((error as Error).cause)
    // Not allowed, or not installed on the server's machine.
    if (code === '42501')
      throw wrong(
        'SERVICE',
        'the database lacks pgvector, and this user may not add it: a superuser has to run `create extension vector` in it',
      )
    if (code === '0A000' || code === '58P01')
      throw wrong(
        'SERVICE',
        'the server has no pgvector, which `create extension vector` needs: install it on the server (Debian: the package postgresql-…-pgvector of its version; macOS: brew install pgvector; Docker: the image pgvector/pgvector)',
      )
    throw error
  }
}

async function findExtension(
  query: Query,
  wrong: Wrong,
): Promise<{ readonly extension: string; readonly vectorType: number }> {
  const [found] = await query<{ schema: string; version: string; type: number }>(
    `select quote_ident(n.nspname) as schema, e.extversion as version, t.oid as type
     from pg_extension e join pg_namespace n on n.oid = e.extnamespace
     join pg_type t on t.typnamespace = n.oid and t.typname = 'vector'
     where e.extname = 'vector'`,
  )
  if (found === undefined)
    throw wrong(
      'SERVICE',
      'the database lacks pgvector: a superuser has to run `create extension vector` in it',
    )
  const { schema, version, type } = found
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [least, leastMinor] = LEAST_PGVECTOR
  if (major < least || (major === least && minor < leastMinor))
    throw wrong(
      'SERVICE',
      `the database has pgvector ${version}; expected ${least}.${leastMinor} or newer: install it on the server, then \`alter extension vector update\``,
    )
  return { extension: schema, vectorType: type }
}
