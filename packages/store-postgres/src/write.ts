import type { CheckedConcept } from 'vector-mamba'
import { conceptValues, upsertConcepts } from './concept_rows.ts'
import type { Query } from './database.ts'
import type { Names } from './names.ts'
import { readSpaces, type SpaceTable } from './spaces.ts'
import { encodeVectors } from './vector_bytes.ts'

/** Rows of a statement, and the characters or numbers in them, at most. */
const [MOST_ROWS, MOST_SIZE] = [1000, 4_000_000]

/** Everybody locks rows in this order, so that no two wait for each other. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Writes concepts, then their vectors, space by space. To be called in a transaction. */
export async function writeConcepts(
  query: Query,
  names: Names,
  vectorType: number,
  spaces: ReadonlyMap<string, SpaceTable>,
  concepts: readonly CheckedConcept[],
): Promise<void> {
  const sorted = [...concepts].sort((a, b) => byText(a.concept.id, b.concept.id))
  const upsert = upsertConcepts(names.concepts)
  const sizeOf = ({ concept }: CheckedConcept) =>
    concept.text.length + concept.surfaceForms.reduce((sum, form) => sum + form.length, 0)
  for (const some of inParts(sorted, sizeOf)) {
    const values = conceptValues(some.map(({ concept }) => concept))
    await query(upsert, values)
  }
  for (const { name, vectors: table } of spaces.values()) {
    const rows = sorted.flatMap(({ concept, vectors }) => {
      const own = vectors.find(({ space }) => space === name)
      return own === undefined ? [] : { id: concept.id, ...own }
    })
    const insert = upsertVectors(names, table)
    for (const some of inParts(rows, ({ vector }) => vector.length))
      await query(insert, [
        some.map(({ id }) => id),
        some.map(({ length }) => (length === 0 ? 0 : 1 / length)),
        encodeVectors(
          some.map(({ vector }) => vector),
          vectorType,
        ),
      ])
  }
}

/** A vector that is there to the bit is left, and so is the index. */
function upsertVectors({ own, vector, bytes }: Names, table: string): string {
  return `insert into ${own(table)} as there (id, factor, vector)
    select * from unnest($1::text[], $2::double precision[], $3::${vector}[])
    on conflict (id) do update set factor = excluded.factor, vector = excluded.vector
    where ${bytes}(there.vector) <> ${bytes}(excluded.vector)`
}

/** Removes concepts with their vectors, and the relations from and to the ids. To be called in a transaction. */
export async function removeConcepts(query: Query, names: Names, ids: readonly string[]): Promise<void> {
  const gone = await query<{ id: string }>(
    `delete from ${names.concepts} where id in
       (select id from ${names.concepts} where id = any($1::text[]) order by id for update)
     returning id`,
    [ids],
  )
  // Those only: of an id that was not there, somebody else may have written the vector since.
  const removed = gone.map(({ id }) => id)
  // Read now, with the concepts locked: in a space that is added from here on, none of them has a vector.
  for (const { vectors } of await readSpaces(query, names))
    await query(`delete from ${names.own(vectors)} where id = any($1::text[])`, [removed])
  await query(
    `delete from ${names.edges} where (source, type, target) in
       (select source, type, target from ${names.edges}
        where source = any($1::text[]) or target = any($1::text[])
        order by source, type, target for update)`,
    [ids],
  )
}

/** Things in parts of a bounded size, at least one in each. */
export function* inParts<T>(things: readonly T[], sizeOf: (thing: T) => number): Generator<readonly T[]> {
  let [first, size] = [0, 0]
  for (const [i, thing] of things.entries()) {
    const more = sizeOf(thing)
    if (i > first && (i - first === MOST_ROWS || size + more > MOST_SIZE)) {
      yield things.slice(first, i)
      first = i
      size = 0
    }
    size += more
  }
  if (first < things.length) yield things.slice(first)
}
