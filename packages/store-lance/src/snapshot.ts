import type { Connection, Table } from './lance.ts'
import type { Manifest } from './manifest.ts'

/** A store as a manifest says that it is: what is read of it does not change. */
export interface Snapshot {
  readonly manifest: Manifest
  /** The text that the manifest was read from. */
  readonly text: string
  /** A table at its version; null where it has no rows yet. */
  table(name: string): Promise<Table | null>
}

/** Opens tables for one manifest after another; what has not changed stays open. */
export function snapshots(connection: Connection): (manifest: Manifest, text: string) => Snapshot {
  let open = new Map<string, Promise<Table>>()
  return (manifest, text) => {
    const names = Object.entries(manifest.tables).map(([name, version]) => `${name} ${version}`)
    open = new Map([...open].filter(([key]) => names.includes(key)))
    const own = open
    return {
      manifest,
      text,
      table: async (name) => {
        const version = manifest.tables[name]
        if (version === undefined) return null
        const key = `${name} ${version}`
        const there = own.get(key)
        if (there !== undefined) return there
        const opening = connection.openTable(name, undefined, { version })
        own.set(key, opening)
        // What could not be opened is tried again.
        opening.catch(() => own.delete(key))
        return opening
      },
    }
  }
}
