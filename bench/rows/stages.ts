import { join } from 'node:path'
import { type Vectors, vectorsFrom } from '../../lib/core/vectors.ts'
import { buildOnce } from '../../lib/io/build_once.ts'
import { openStore } from '../../lib/store/open_store.ts'
import { learnPrincipalAxes } from '../../lib/store/spaces/learn_projection.ts'
import type { Projection } from '../../lib/store/spaces/projection.ts'
import { readProjection, writeProjection } from '../../lib/store/spaces/projection_file.ts'
import { fillSpace, nearestInStages } from '../../lib/store/spaces/stages.ts'
import type { ConceptStore } from '../../lib/store/store.ts'
import { buildDir } from '../published/folder.ts'
import type { Group, Row } from '../row.ts'
import { wordNetVectors } from '../wordnet_vectors.ts'

const [small, k] = [128, 10]
/** Concepts that the first stage gives to the second: as many times k. */
const CANDIDATES = [2, 5, 10]
const BATCH = 8192
/** Raised when stores are written otherwise than before. */
const FORMAT = 1

interface Searched {
  readonly store: ConceptStore
  readonly projection: Projection
  readonly queries: Vectors
}

/** A store with vectors of two sizes. It is written on the first call. */
async function searched(): Promise<Searched> {
  const { rows, queries } = await wordNetVectors()
  const folder = await buildOnce(join(buildDir, `stages-${FORMAT}`), async (path) => {
    await using store = await openStore(join(path, 'store'))
    await store.addSpace(rows.space, rows.dims)
    for (let first = 0; first < rows.count; first += BATCH) {
      const count = Math.min(BATCH, rows.count - first)
      const record = (_: unknown, i: number) => ({
        id: `${first + i}`,
        text: '',
        vectors: { [rows.space]: rows.row(first + i) },
      })
      await store.upsert(Array.from({ length: count }, record))
    }
    const projection = await learnPrincipalAxes(rows, { dims: small })
    await fillSpace(store, projection, { batch: BATCH })
    await writeProjection(join(path, 'projection.safetensors'), projection)
  })
  const store = await openStore(join(folder, 'store'), { create: false })
  return { store, queries, projection: await readProjection(join(folder, 'projection.safetensors')) }
}

/** The share of the nearest concepts that stages find. */
async function recallOf({ store, projection, queries }: Searched, candidates: number): Promise<number> {
  const exact = await store.nearest(queries, k)
  const staged = await nearestInStages(store, projection, queries, k, { candidates })
  const same = exact.map((hits, q) => hits.filter(({ id }) => staged[q]!.some((hit) => hit.id === id)).length)
  return same.reduce((sum, n) => sum + n, 0) / (k * queries.count)
}

/** Row i of the queries, so that none finds its answers in caches. */
function query({ queries }: Searched, i: number): Vectors {
  return vectorsFrom(queries.row(i % queries.count), queries.dims, queries.space)
}

async function rows(): Promise<Row[]> {
  const all = await searched()
  const { store, projection } = all
  const { dims } = all.queries
  const count = await store.count()
  const job = (run: (i: number, threads: number | undefined) => unknown) => ({
    async: true,
    bestSetOnly: true,
    run: (i: number, { threads }: { readonly threads?: number }) => run(i, threads),
    dispose: () => {},
  })
  return Promise.all(
    CANDIDATES.map(async (candidates): Promise<Row> => {
      const recall = (await recallOf(all, candidates)).toFixed(3)
      return {
        name: `${count} real vectors, ${small} then ${dims}, ${candidates * k} candidates: recall ${recall}`,
        unit: 'ms',
        prepare: () =>
          job((i, threads) => nearestInStages(store, projection, query(all, i), k, { candidates, threads })),
        beside: {
          name: `${dims} alone`,
          prepare: () => job((i, threads) => store.nearest(query(all, i), k, { threads })),
        },
      }
    }),
  )
}

/** Search in a smaller space first, beside an exact one. */
export const stagesRows: Group = { name: 'stages', rows }
