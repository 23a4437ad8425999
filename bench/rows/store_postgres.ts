import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { vectorsFrom } from '../../lib/core/vectors.ts'
import { buildOnce } from '../../lib/io/build_once.ts'
import { loadEncoder } from '../../lib/models/load_encoder.ts'
import { hopsFrom } from '../../lib/store/graph/hops.ts'
import { openStore } from '../../lib/store/open_store.ts'
import type { ConceptStore, Effort, Found } from '../../lib/store/store.ts'
import { missingPostgres, type PostgresServer, postgresServer } from '../../test/support/postgres.ts'
import { buildDir } from '../published/folder.ts'
import { random32 } from '../random.ts'
import type { Group, Job, Row } from '../row.ts'
import { definitions } from '../texts.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Relations of each concept. */
const DEGREE = 10
const HOPS = 2
/** Searches begin at other concepts each time, so that caches hold what they would in use. */
const STRIDE = 7919
const SPACE = 'use-lite-512'
const [VECTORS, DIMS, K] = [100_000, 512, 10]
/** Queries that recall is counted by. */
const QUERIES = 100
/** Concepts or relations that are written at a time. */
const BATCH = 8192
/** Raised when stores are written otherwise than before. */
const FORMAT = 1

/** A server as somebody would set it up for this much data. */
let started: Promise<PostgresServer> | null = null
function server(): Promise<PostgresServer> {
  started ??= postgresServer(['shared_buffers = 2GB', 'max_wal_size = 8GB', 'random_page_cost = 1.1'])
  return started
}

const idOf = (concept: number): string => `concept ${concept}`

/** The number of the `i`-th concept that a concept leads to, as SQL below computes it too. */
const targetOf = (concept: number, i: number, concepts: number): number =>
  (concept * 7907 + (i + 1) * 104_729 + ((concept * (i + 3)) % 9973) * 31) % concepts

/** Relations between as good as random concepts, each from as many as any other. */
async function graphInPostgres(concepts: number): Promise<ConceptStore> {
  const [place, schema] = [await server(), `graph ${concepts}`]
  const store = await openStore(place.address(schema))
  const edges = `"${schema}".edges`
  // Indexes are built faster than they grow. Relations of a concept lie together, as `link` writes them.
  place.sql(`alter table ${edges} drop constraint edges_pkey; drop index "${schema}".edges_target_idx`)
  place.sql(`insert into ${edges}
    select distinct on (c, target) 'concept ' || c, 'related', 'concept ' || target, 1, null from (
      select c, (c * 7907 + (i + 1) * 104729 + ((c * (i + 3)) % 9973) * 31) % ${concepts} as target
      from generate_series(0, ${concepts - 1}::bigint) c, generate_series(0, ${DEGREE - 1}) i) drawn
    order by c, target`)
  place.sql(`set maintenance_work_mem = '1GB';
    alter table ${edges} add primary key (source, type, target) include (weight, domain_specific);
    create index edges_target_idx on ${edges} (target);
    vacuum (analyze) ${edges}`)
  // A server that has been in use for a while holds them in memory.
  place.sql(`create extension if not exists pg_prewarm;
    select pg_prewarm('${edges}'), pg_prewarm('"${schema}".edges_pkey')`)
  return store
}

/** The same in a folder of this machine. */
function graphInFolder(concepts: number): Promise<string> {
  return buildOnce(join(buildDir, `store-graph-${FORMAT}`, `${concepts}`), async (folder) => {
    await using store = await openStore(folder)
    for (let first = 0; first < concepts; first += BATCH)
      await store.link(
        Array.from({ length: Math.min(BATCH, concepts - first) * DEGREE }, (_, at) => {
          const concept = first + Math.floor(at / DEGREE)
          const target = idOf(targetOf(concept, at % DEGREE, concepts))
          return { source: idOf(concept), type: 'related', target, weight: 1, domainSpecific: null }
        }),
      )
  })
}

function hopsJob(store: ConceptStore, concepts: number): Job {
  return {
    async: true,
    bestSetOnly: true,
    run: (i) => hopsFrom(store, idOf((i * STRIDE) % concepts), { hops: HOPS }),
    dispose: () => {
      store.dispose().catch(() => {})
    },
  }
}

function hopsRow(concepts: number): Row {
  return {
    name: `store, PostgreSQL, ${HOPS} hops, ${concepts * DEGREE} relations of ${concepts} concepts`,
    unit: 'ms',
    prepare: async () => hopsJob(await graphInPostgres(concepts), concepts),
    beside: {
      name: 'mapped store',
      prepare: async () => hopsJob(await openStore(await graphInFolder(concepts)), concepts),
    },
  }
}

/** Definitions of WordNet with their vectors. */
function definitionsInFolder(): Promise<string> {
  return buildOnce(join(buildDir, `store-definitions-${FORMAT}`, `${VECTORS}x${DIMS}`), async (folder) => {
    const texts = (await definitions()).slice(0, VECTORS)
    const model = await loadEncoder('use-lite')
    await using store = await openStore(folder)
    await store.addSpace(SPACE, DIMS)
    for (let first = 0; first < texts.length; first += BATCH) {
      const some = texts.slice(first, first + BATCH)
      const { vectors } = await model.encode(some)
      await store.upsert(
        some.map((text, i) => ({ id: `${first + i}`, text, vectors: { [SPACE]: vectors.row(i) } })),
      )
    }
    model.dispose()
  })
}

/** The same vectors in PostgreSQL, with an index. Made by the first row that asks. */
let indexed: Promise<ConceptStore> | null = null
async function definitionsInPostgres(): Promise<ConceptStore> {
  const place = (await server()).address('definitions')
  indexed ??= (async () => {
    await using store = await openStore(place)
    await using mapped = await openStore(await definitionsInFolder())
    await store.addSpace(SPACE, DIMS)
    const begun = performance.now()
    for await (const some of mapped.scan({ spaces: [SPACE], batch: BATCH })) await store.upsert(some)
    const written = performance.now()
    await store.maintain()
    const seconds = (from: number, to: number) => ((to - from) / 1e3).toFixed(0)
    console.log(
      `PostgreSQL: ${VECTORS} concepts written in ${seconds(begun, written)} s, indexed in ${seconds(written, performance.now())} s`,
    )
    await tellRecall(store, mapped)
    return store
  })()
  await indexed
  return openStore(place)
}

/** Vectors as users ask for them: of other definitions, which no concept of the store has. */
async function queryVectors(count: number): Promise<Float32Array> {
  const all = (await definitions()).slice(VECTORS)
  const next = random32(3)
  const model = await loadEncoder('use-lite')
  const { vectors } = await model.encode(Array.from({ length: count }, () => all[next() % all.length]!))
  model.dispose()
  return vectors.toFloat32Array()
}

async function tellRecall(store: ConceptStore, mapped: ConceptStore): Promise<void> {
  const queries = vectorsFrom(await queryVectors(QUERIES), DIMS, SPACE)
  const expected = await mapped.nearest(queries, K)
  for (const effort of ['fast', 'good', 'exact'] as const) {
    const found = await store.nearest(queries, K, { effort })
    console.log(
      `PostgreSQL: recall@${K} ${effort} ${recall(found, expected).toFixed(3)}, cosines within ${apart(found, expected).toExponential(1)}`,
    )
  }
}

type Hits = readonly (readonly Found[])[]

function recall(found: Hits, expected: Hits): number {
  const shares = expected.map(
    (hits, i) => hits.filter(({ id }) => found[i]!.some((hit) => hit.id === id)).length / hits.length,
  )
  return shares.reduce((sum, share) => sum + share, 0) / shares.length
}

/** The greatest difference of the cosines of what both have found. */
function apart(found: Hits, expected: Hits): number {
  const cosines = found.map((hits) => new Map(hits.map(({ id, cosine }) => [id, cosine])))
  const differences = expected.flatMap((hits, i) =>
    hits.map(({ id, cosine }) => Math.abs((cosines[i]!.get(id) ?? cosine) - cosine)),
  )
  return Math.max(...differences)
}

async function nearestJob(store: ConceptStore, effort: Effort): Promise<Job> {
  const queries = await queryVectors(QUERIES)
  const one = (i: number) => queries.subarray((i % QUERIES) * DIMS, ((i % QUERIES) + 1) * DIMS)
  return {
    async: true,
    bestSetOnly: true,
    run: (i, { threads }) => store.nearest(vectorsFrom(one(i), DIMS, SPACE), K, { effort, threads }),
    dispose: () => {
      store.dispose().catch(() => {})
    },
  }
}

function nearestRow(effort: Effort): Row {
  return {
    name: `store, PostgreSQL, nearest ${K} of ${VECTORS}x${DIMS}, ${effort}`,
    unit: 'ms',
    prepare: async () => nearestJob(await definitionsInPostgres(), effort),
    beside: {
      name: 'mapped store',
      prepare: async () => nearestJob(await openStore(await definitionsInFolder()), 'exact'),
    },
  }
}

/** None where there is no server, which is told with the reason. */
function rows(): readonly Row[] {
  const missing = missingPostgres() ?? packageMissing()
  if (missing !== null) {
    console.log(`missing: PostgreSQL: ${missing}`)
    return []
  }
  return [hopsRow(20_000), hopsRow(1_000_000), nearestRow('fast'), nearestRow('good'), nearestRow('exact')]
}

function packageMissing(): string | null {
  const script = ['scripts/optional-package.mjs', 'store-postgres']
  const { status, stderr } = spawnSync(process.execPath, script, { cwd: root, encoding: 'utf8' })
  return status === 0 ? null : stderr.trim()
}

/** A server of its own, with 3 GB of files: only where it is named. */
export const storePostgresRows: Group = {
  name: 'store_postgres',
  onRequest: true,
  rows: async () => rows(),
}
