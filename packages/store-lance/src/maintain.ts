import { buildIndexes } from './indexes.ts'
import type { Table } from './lance.ts'
import { vectorsTable } from './tables.ts'
import type { Transaction } from './transaction.ts'

const DAY = 86_400_000
const NEVER = new Date(0)

type Signal = AbortSignal | undefined

/** Joins the files of all tables and brings the indexes that they have up to date. */
export async function joinFiles({ manifest, table }: Transaction, signal: Signal): Promise<void> {
  for (const name of Object.keys(manifest.tables)) {
    signal?.throwIfAborted()
    await (await table(name))!.optimize({ cleanupOlderThan: NEVER })
  }
}

/** Builds the indexes of all tables that they lack. Gives the rows of those whose vectors have one. */
export async function indexAll(
  { manifest, table }: Transaction,
  signal: Signal,
): Promise<Record<string, number>> {
  const trained = { ...manifest.trained }
  for (const name of Object.keys(manifest.tables)) {
    const dims = manifest.spaces.find((space) => vectorsTable(space.name) === name)?.dims ?? 0
    const rows = await buildIndexes((await table(name))!, name, dims, trained[name] ?? 0, signal)
    if (rows > 0) trained[name] = rows
  }
  return trained
}

/** Frees what no version of the last day needs: readers may still be at them. The manifest has to name the newest ones. */
export async function freeOld({ manifest, table }: Transaction, signal: Signal): Promise<void> {
  for (const name of Object.keys(manifest.tables)) {
    signal?.throwIfAborted()
    const one = (await table(name))!
    await one.optimize({ cleanupOlderThan: await lastOfYesterday(one), deleteUnverified: true })
  }
}

/** When the version was made that was the newest one a day ago. */
async function lastOfYesterday(table: Table): Promise<Date> {
  const yesterday = Date.now() - DAY
  const times = (await table.listVersions()).map(({ timestamp }) => timestamp.getTime())
  const before = times.filter((time) => time <= yesterday)
  return before.length === 0 ? NEVER : new Date(Math.max(...before))
}
