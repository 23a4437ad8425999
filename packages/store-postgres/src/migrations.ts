import type { Query } from './database.ts'
import type { Names } from './names.ts'

/** Takes a schema from one format to the next; all of it in one transaction. */
export type Migration = (names: Names) => readonly string[]

const INDEXED_CHARACTERS = 100_000

/**
 * From an empty schema to what this version reads: the format of a store is the number of steps that made it. A step that has
 * been published is never changed. Texts compare by their bytes: it is fast, and the same whatever the database's language.
 * The key of relations includes the rest of them, so that those of a concept are read from one place, in whatever order they came.
 */
export const MIGRATIONS: readonly Migration[] = [
  ({ concepts, edges, spaces }) => [
    `create table ${concepts} (
      id text collate "C" primary key,
      text text collate "C" not null,
      text_lower text collate "C",
      type text collate "C" not null,
      modality text collate "C" not null,
      origin_model text collate "C",
      confidence double precision,
      surface_forms jsonb not null,
      primary_domain text collate "C",
      domain_confidence double precision,
      domain_scores jsonb not null,
      code_metadata jsonb,
      validation_score double precision,
      source_dataset text collate "C",
      document text collate "C",
      document_hash text collate "C",
      position bigint,
      line bigint,
      heading text collate "C",
      gps double precision[],
      updated bigint not null
    )`,
    `comment on column ${concepts}.text_lower is 'for searches in any case, as JavaScript writes it; null: as text'`,
    ...['type', 'primary_domain', 'source_dataset'].map(
      (column) => `create index on ${concepts} (${column}) where ${column} is not null`,
    ),
    `create index on ${concepts} (document, position) where document is not null`,
    `create table ${edges} (
      source text collate "C",
      type text collate "C",
      target text collate "C",
      weight double precision not null,
      domain_specific boolean,
      primary key (source, type, target) include (weight, domain_specific)
    )`,
    `create index on ${edges} (target)`,
    `create table ${spaces} (
      number integer generated always as identity primary key,
      name text collate "C" not null unique,
      dims integer not null,
      model json,
      vectors text not null unique
    )`,
    `comment on column ${spaces}.vectors is 'the table of this space'`,
  ],
  // Words as they are written: a text may be in any language. What PostgreSQL keeps of a text's words is 1 MB at most.
  ({ concepts }) => [
    `alter table ${concepts} add column words tsvector not null
      generated always as (to_tsvector('pg_catalog.simple', left(text, ${INDEXED_CHARACTERS}))) stored`,
    `create index on ${concepts} using gin (words)`,
  ],
  ({ spaces }) => [`alter table ${spaces} add column map text`],
]

/** Brings a schema from a format to that of all steps. To be called in a transaction that holds the lock of the schema. */
export async function migrate(
  query: Query,
  names: Names,
  from: number,
  steps: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  for (const step of steps.slice(from)) for (const statement of step(names)) await query(statement)
  await query(`update ${names.format} set format = $1`, [steps.length])
}
