import type { ArrowTable, Connection, Table } from './lance.ts'
import type { Manifest } from './manifest.ts'

/** Lance files of this version can hold maps. */
const FILE_VERSION = { new_table_data_storage_version: '2.2' }

/** Changes to tables that count for nothing until a manifest names them. Only who holds the store's lock makes one. */
export interface Transaction {
  /** As it was before. */
  readonly manifest: Manifest
  /** A table to change; null where it has no rows yet. */
  table(name: string): Promise<Table | null>
  /** Adds rows to a table, or replaces those of the same key. */
  merge(name: string, key: string, rows: ArrowTable): Promise<void>
  /** The versions of all tables now. */
  versions(): Promise<Record<string, number>>
}

export function beginTransaction(connection: Connection, manifest: Manifest): Transaction {
  const touched = new Map<string, Table>()
  const table = async (name: string): Promise<Table | null> => {
    const there = touched.get(name)
    if (there !== undefined) return there
    const version = manifest.tables[name]
    if (version === undefined) return null
    const opened = await connection.openTable(name)
    // Later versions are of a process that was killed or has failed.
    if ((await opened.version()) !== version) {
      await opened.checkout(version)
      await opened.restore()
    }
    touched.set(name, opened)
    return opened
  }
  return {
    manifest,
    table,
    merge: async (name, key, rows) => {
      const there = await table(name)
      if (there === null) {
        const options = { mode: 'overwrite', storageOptions: FILE_VERSION } as const
        touched.set(name, await connection.createTable(name, rows, options))
      } else {
        // By its index it would be no faster, and double rows where somebody else writes: lance-format/lance#9238.
        const merging = there.mergeInsert(key).whenMatchedUpdateAll().whenNotMatchedInsertAll()
        await merging.useIndex(false).execute(rows)
      }
    },
    versions: async () => {
      const versions = { ...manifest.tables }
      for (const [name, table] of touched) versions[name] = await table.version()
      return versions
    },
  }
}
