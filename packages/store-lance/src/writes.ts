import type { CheckedConcept, Edge, EdgeKey, Space } from 'vector-mamba'
import { conceptTable } from './concept_rows.ts'
import { edgeTable, keyOf } from './edge_rows.ts'
import { indexWords } from './indexes.ts'
import type { Table } from './lance.ts'
import { oneOf, pieces } from './sql.ts'
import { CONCEPTS, EDGES, vectorsTable } from './tables.ts'
import type { Transaction } from './transaction.ts'
import { vectorTable } from './vector_rows.ts'

type Signal = AbortSignal | undefined

/** Adds concepts and their vectors, or replaces those of the same ids. */
export async function upsert(
  transaction: Transaction,
  concepts: readonly CheckedConcept[],
  signal: Signal,
): Promise<void> {
  const bySpace = new Map<Space, { id: string; vector: Float32Array }[]>()
  for (const { concept, vectors } of concepts)
    for (const { space, vector } of vectors) {
      const row = { id: concept.id, vector }
      const rows = bySpace.get(space)
      if (rows === undefined) bySpace.set(space, [row])
      else rows.push(row)
    }
  for (const { name, dims } of transaction.manifest.spaces) {
    const rows = bySpace.get(name)
    if (rows !== undefined) await transaction.merge(vectorsTable(name), 'id', vectorTable(dims, rows))
    signal?.throwIfAborted()
  }
  const rows = conceptTable(concepts.map(({ concept }) => concept))
  const isFirst = (await transaction.table(CONCEPTS)) === null
  await transaction.merge(CONCEPTS, 'id', rows)
  if (isFirst) await indexWords((await transaction.table(CONCEPTS))!)
  signal?.throwIfAborted()
}

/** Removes concepts, their vectors, and their relations in both directions. */
export async function remove(
  transaction: Transaction,
  ids: readonly string[],
  signal: Signal,
): Promise<void> {
  const byId = [...transaction.manifest.spaces.map(({ name }) => vectorsTable(name)), CONCEPTS]
  for (const name of byId)
    await deleteFrom(await transaction.table(name), ids, (some) => oneOf('id', some), signal)
  const ends = (some: readonly string[]) => `${oneOf('source', some)} OR ${oneOf('target', some)}`
  await deleteFrom(await transaction.table(EDGES), ids, ends, signal)
}

/** Adds relations, or replaces those of the same key. */
export async function link(transaction: Transaction, edges: readonly Edge[], signal: Signal): Promise<void> {
  await transaction.merge(EDGES, 'key', edgeTable(edges))
  signal?.throwIfAborted()
}

export async function unlink(
  transaction: Transaction,
  edges: readonly EdgeKey[],
  signal: Signal,
): Promise<void> {
  const keys = edges.map(keyOf)
  await deleteFrom(await transaction.table(EDGES), keys, (some) => oneOf('key', some), signal)
}

async function deleteFrom(
  table: Table | null,
  texts: readonly string[],
  condition: (some: readonly string[]) => string,
  signal: Signal,
): Promise<void> {
  if (table === null) return
  for (const some of pieces(texts)) {
    await table.delete(condition(some))
    signal?.throwIfAborted()
  }
}
