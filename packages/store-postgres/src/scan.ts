import type { BackendScan, ScannedConcept } from 'vector-mamba'
import { CONCEPT, conceptOf } from './concept_rows.ts'
import { conditionsOf } from './conditions.ts'
import type { Database, Query, Row } from './database.ts'
import type { Names } from './names.ts'
import type { SpaceTable } from './spaces.ts'
import { decodeVector } from './vector_bytes.ts'

/** As many rows as one statement can ask for. */
const MOST_ROWS = 2 ** 31 - 1

/** Concepts as they are when the scan begins: one snapshot, on a connection of its own, read by a cursor. */
export async function* scanConcepts(
  database: Database,
  names: Names,
  spaces: readonly SpaceTable[],
  { filter, batch, signal }: BackendScan,
): AsyncGenerator<readonly ScannedConcept[]> {
  const session = await database.session(signal)
  const { query } = session
  try {
    await query('begin isolation level repeatable read, read only')
    const { sql, values } = conditionsOf(filter, 0)
    await query(
      `declare found no scroll cursor for select ${CONCEPT} from ${names.concepts} c where ${sql}`,
      values,
    )
    const next = `fetch forward ${Math.min(batch, MOST_ROWS)} from found`
    for (;;) {
      const concepts = (await query<Row>(next)).map(conceptOf)
      if (concepts.length === 0) return
      const ids = concepts.map(({ id }) => id)
      const found = new Map<string, ReadonlyMap<string, Float32Array>>()
      for (const space of spaces) found.set(space.name, await readVectors(query, names, space.vectors, ids))
      yield concepts.map((concept) => ({
        ...concept,
        vectors: Object.fromEntries(
          [...found].flatMap(([name, vectors]) => {
            const vector = vectors.get(concept.id)
            return vector === undefined ? [] : [[name, vector]]
          }),
        ),
      }))
    }
  } catch (error) {
    throw signal?.aborted ? signal.reason : error
  } finally {
    await session.end()
  }
}

/** Vectors of those ids that have one, by id. */
export async function readVectors(
  query: Query,
  { own, bytes }: Names,
  table: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Float32Array>> {
  const rows = await query<{ id: string; bytes: Buffer }>(
    `select id, ${bytes}(vector) as bytes from ${own(table)} where id = any($1::text[])`,
    [ids],
  )
  return new Map(rows.map(({ id, bytes }) => [id, decodeVector(bytes)]))
}
