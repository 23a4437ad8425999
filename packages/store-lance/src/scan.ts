import type { BackendScan, ScannedConcept, StoredConcept } from 'vector-mamba'
import { conceptsOf } from './concept_rows.ts'
import { vectors } from './reads.ts'
import type { Snapshot } from './snapshot.ts'
import { filterSql, pieces } from './sql.ts'
import { CONCEPTS } from './tables.ts'

/** Concepts whose vectors are looked up at once. */
const AT_ONCE = 4096

/** All concepts that fulfil a filter, in batches. */
export async function* scan(
  snapshot: Snapshot,
  { filter, spaces, batch, signal }: BackendScan,
): AsyncGenerator<readonly ScannedConcept[]> {
  const table = await snapshot.table(CONCEPTS)
  if (table === null) return
  const condition = filter && filterSql(filter)
  const query = table.query()
  if (condition !== null) query.where(condition)
  const most = Math.max(batch, AT_ONCE)
  let waiting: StoredConcept[] = []
  for await (const rows of query) {
    signal?.throwIfAborted()
    for (const concept of conceptsOf(rows)) waiting.push(concept)
    if (waiting.length < most) continue
    const whole = waiting.length - (waiting.length % batch)
    yield* pieces(await withVectors(snapshot, waiting.slice(0, whole), spaces), batch)
    waiting = waiting.slice(whole)
  }
  yield* pieces(await withVectors(snapshot, waiting, spaces), batch)
}

async function withVectors(
  snapshot: Snapshot,
  concepts: readonly StoredConcept[],
  spaces: readonly string[],
): Promise<ScannedConcept[]> {
  const ids = concepts.map(({ id }) => id)
  const found: [string, Map<string, Float32Array>][] = []
  for (const space of spaces) found.push([space, await vectors(snapshot, space, ids)])
  return concepts.map((concept) => ({
    ...concept,
    vectors: Object.fromEntries(
      found.flatMap(([space, byId]) => {
        const vector = byId.get(concept.id)
        return vector === undefined ? [] : [[space, vector]]
      }),
    ),
  }))
}
