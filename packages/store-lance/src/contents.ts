import { join } from 'node:path'
import type { BackendTools } from 'vector-mamba'
import { typedError } from './failures.ts'
import { inTurn } from './in_turn.ts'
import type { Connection } from './lance.ts'
import { freeOld, joinFiles } from './maintain.ts'
import { LOCK, type Manifest, manifestOf, manifestText, writeManifest } from './manifest.ts'
import { type Snapshot, snapshots } from './snapshot.ts'
import { beginTransaction, type Transaction } from './transaction.ts'

/** Times that the manifest is read anew when a call has failed: what it names may have been freed meanwhile. */
const TRIES = 10
/** Writes after which the tables' files are joined: each adds some, and reading many takes longer. */
const MOST_WRITES = 64
const HOUR = 3_600_000

type Signal = AbortSignal | undefined

/** What a write says that the manifest is to be, but for the versions of tables. */
type Also = Partial<Omit<Manifest, 'tables'>>

/** What a store holds, now and after writes. */
export interface Contents {
  /** As it was last read. */
  readonly manifest: Manifest
  refresh(): Promise<Snapshot>
  /** Runs a call on what the store holds when it begins. */
  read<T>(call: (snapshot: Snapshot) => Promise<T>): Promise<T>
  /** Runs a call that changes tables while nobody else does; null: it has changed nothing. Its changes count all at once. */
  write(signal: Signal, call: (transaction: Transaction) => Promise<Also | null>): Promise<void>
}

export async function openContents(
  folder: string,
  connection: Connection,
  tools: BackendTools,
): Promise<Contents> {
  const { VmmError } = tools
  const snapshotOf = snapshots(connection)
  const refreshing = inTurn()
  const writing = inTurn()
  const textNow = async (): Promise<string> => {
    const text = await manifestText(folder, tools)
    if (text === null) throw new VmmError('NOT_FOUND', `${folder}: the store is gone`)
    return text
  }
  const opened = (text: string) => snapshotOf(manifestOf(text, folder, tools), text)
  let snapshot = opened(await textNow())

  // One after another, so that none puts an older manifest in place of a newer one.
  const refresh = (): Promise<Snapshot> =>
    refreshing(async () => {
      const text = await textNow()
      if (text !== snapshot.text) snapshot = opened(text)
      return snapshot
    })
  const read: Contents['read'] = async (call) => {
    for (let tries = 1; ; tries++) {
      const now = await refresh()
      try {
        return await call(now)
      } catch (thrown) {
        const error = typedError(thrown, folder, tools)
        const mayBeGone = error instanceof VmmError && error.code === 'BAD_FILE'
        if (!mayBeGone || tries === TRIES || (await textNow()) === now.text) throw error
      }
    }
  }
  const commit = async (transaction: Transaction, also: Also, check: () => Promise<void>) => {
    const tables = await transaction.versions()
    await check()
    await writeManifest(folder, { ...transaction.manifest, ...also, tables }, tools)
    return (await refresh()).manifest
  }
  const write: Contents['write'] = (signal, call) =>
    writing(async () => {
      await using lock = await tools.lockFile(join(folder, LOCK), { signal })
      const check = () => lock.check()
      const transaction = beginTransaction(connection, (await refresh()).manifest)
      try {
        const also = await call(transaction)
        if (also === null) return
        const { writes } = transaction.manifest
        const now = await commit(transaction, { writes: writes + 1, ...also }, check)
        if (now.writes >= MOST_WRITES) await tidy(now, check).catch(() => {})
      } catch (error) {
        throw typedError(error, folder, tools)
      }
    })
  /** What was asked for is done by then, whether or not there is room to join files. */
  const tidy = async (manifest: Manifest, check: () => Promise<void>): Promise<void> => {
    const transaction = beginTransaction(connection, manifest)
    await joinFiles(transaction, undefined)
    const now = await commit(transaction, { writes: 0 }, check)
    if (Date.now() - now.freed < HOUR) return
    const freeing = beginTransaction(connection, now)
    await freeOld(freeing, undefined)
    await commit(freeing, { freed: Date.now() }, check)
  }
  return {
    get manifest() {
      return snapshot.manifest
    },
    refresh,
    read,
    write,
  }
}
