import type { OpenBackend, SpaceModel } from 'vector-mamba'
import { readAddress } from './address.ts'
import { CONCEPT, conceptOf } from './concept_rows.ts'
import { databaseAt, type Row } from './database.ts'
import { maintainStore } from './maintain.ts'
import { matchingConcepts } from './matching.ts'
import { nearestConcepts } from './nearest.ts'
import { openSchema } from './open_schema.ts'
import { linkEdges, neighboursOf, unlinkEdges } from './relations.ts'
import { readVectors, scanConcepts } from './scan.ts'
import { addSpaceTable, readMap, readSpaces, type SpaceTable, writeMap } from './spaces.ts'
import { removeConcepts, writeConcepts } from './write.ts'

/**
 * Opens a store in PostgreSQL with pgvector. It is called by openStore of vector-mamba for addresses such as
 * `postgres://user:password@host:5432/database?schema=name`.
 *
 * @param address a missing schema is made where `create` says so; 'vector_mamba' when it names none
 * @throws VmmError BAD_ARGUMENT for an address that is none; SERVICE for a server that does not answer, refuses or lacks
 *   pgvector; NOT_FOUND for a missing store; BAD_FILE for a schema that holds other things; UNSUPPORTED for a newer format
 * @example
 * ```js
 * import { openStore } from 'vector-mamba'
 *
 * const store = await openStore('postgres://ada@localhost/concepts')
 * await store.upsert([{ id: 'boat', text: 'a small vessel' }])
 * console.log(await store.count()) // 1
 * await store.dispose()
 * ```
 */
export const openBackend: OpenBackend = async (address, tools) => {
  const place = readAddress(address, tools.VmmError)
  const database = databaseAt(place, tools.VmmError)
  try {
    const { names, vectorType } = await openSchema(database, place.schema, tools)
    let tables: ReadonlyMap<string, SpaceTable> = new Map()
    let spaces: ReadonlyMap<string, number> = new Map()
    let models: ReadonlyMap<string, SpaceModel> = new Map()
    const refresh = async (): Promise<void> => {
      const list = await readSpaces(database.query, names)
      tables = new Map(list.map((space) => [space.name, space]))
      spaces = new Map(list.map(({ name, dims }) => [name, dims]))
      models = new Map(list.flatMap(({ name, model }) => (model === null ? [] : [[name, model]])))
    }
    await refresh()
    return {
      get spaces() {
        return spaces
      },
      get models() {
        return models
      },
      refresh,
      count: async () => {
        await refresh()
        const [found] = await database.query<{ count: number }>(`select count(*) from ${names.concepts}`)
        return found!.count
      },
      addSpace: async (space, dims, model) => {
        await addSpaceTable(database, names, tools.VmmError, space, dims, model)
        await refresh()
      },
      conceptMap: (space) => readMap(database.query, names, space),
      keepConceptMap: (space, map) =>
        database.transaction((query) => writeMap(query, names, space, map), { signal: undefined }),
      upsert: (concepts, signal) =>
        database.transaction((query) => writeConcepts(query, names, vectorType, tables, concepts), {
          signal,
        }),
      remove: (ids, signal) => database.transaction((query) => removeConcepts(query, names, ids), { signal }),
      get: async (ids) => {
        const sql = `select ${CONCEPT} from ${names.concepts} c where id = any($1::text[])`
        return (await database.query<Row>(sql, [ids])).map(conceptOf)
      },
      vectors: (space, ids) => readVectors(database.query, names, tables.get(space)!.vectors, ids),
      nearest: (space, queries, k, search) => {
        const table = tables.get(space)!
        const { dims } = table
        const points = Array.from({ length: queries.length / dims }, (_, i) =>
          queries.subarray(i * dims, (i + 1) * dims),
        )
        return nearestConcepts(database, names, vectorType, table, points, k, search)
      },
      matching: (text, k, filter, signal) => matchingConcepts(database, names, text, k, filter, signal),
      link: (edges, signal) => database.transaction((query) => linkEdges(query, names, edges), { signal }),
      unlink: (edges, signal) =>
        database.transaction((query) => unlinkEdges(query, names, edges), { signal }),
      neighbours: (ids, direction, types, limit) =>
        neighboursOf(database.query, names, ids, direction, types, limit),
      scan: (scan) =>
        scanConcepts(
          database,
          names,
          scan.spaces.map((space) => tables.get(space)!),
          scan,
        ),
      maintain: (signal) => maintainStore(database, names, signal),
      close: () => database.close(),
    }
  } catch (error) {
    await database.close()
    throw error
  }
}
