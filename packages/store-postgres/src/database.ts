import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { BackendTools } from 'vector-mamba'
import type { Address } from './address.ts'
import { type Failed, failuresAt, mayBeRepeated } from './failures.ts'

export type Values = readonly unknown[]
export type Row = Readonly<Record<string, unknown>>
/** Runs a statement. What it is given comes as `$1`, `$2`, …, and never in the text. */
export type Query = <R = Row>(sql: string, values?: Values) => Promise<R[]>

export interface TransactionOptions {
  readonly signal?: AbortSignal | undefined
  /** What it begins with; statements that set something for it may follow. Default 'begin'. */
  readonly begin?: string
}

/** A connection that is kept until it is given back. */
export interface Session {
  readonly query: Query
  end(): Promise<void>
}

/** A server that a store is on. Whatever it throws is a VmmError, or the reason of a signal. */
export interface Database {
  readonly shown: string
  readonly failed: Failed
  readonly query: Query
  /**
   * Everything or nothing, done again where another transaction was in the way. A signal cancels the statement that is running
   * on the server, until the commit begins.
   */
  transaction<T>(work: (query: Query) => Promise<T>, options?: TransactionOptions): Promise<T>
  /** Statements each by itself, for those that cannot be in a transaction, on one connection. */
  alone<T>(work: (query: Query) => Promise<T>, signal: AbortSignal | undefined): Promise<T>
  /** A connection of its own, which no other call waits for. A signal cancels what runs on it. */
  session(signal: AbortSignal | undefined): Promise<Session>
  /** Sessions that have not ended. */
  readonly sessions: number
  close(): Promise<void>
}

const CONNECTIONS = 10
const CONNECT_MS = 10_000
/** How often a transaction is done again, and how long it waits before, at most. */
const [MOST_TRIES, LONGEST_WAIT_MS] = [20, 250]

/** The driver gives whole numbers of 64 bits as text; ours are safe ones. */
const INT8 = 20
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    (oid === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text')) as never,
}

/** The time limit is for connecting; a pool's own would also count the wait for a free connection. */
class Connection extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super({ ...config, connectionTimeoutMillis: CONNECT_MS })
    // A connection that breaks while nothing runs on it would end the process; the next statement tells.
    this.on('error', () => {})
  }
}

/** Opens no connection yet. */
export function databaseAt(address: Address, VmmError: BackendTools['VmmError']): Database {
  const failed = failuresAt(address.shown, VmmError)
  const config: pg.ClientConfig = {
    application_name: 'vector-mamba',
    keepAlive: true,
    types,
    connectionString: address.connection,
  }
  const pool = new pg.Pool({ ...config, max: CONNECTIONS, allowExitOnIdle: true, Client: Connection })
  pool.on('error', () => {})
  const sessions = new Set<Session>()

  /** Lends a connection. One that a signal has cancelled is not used again: a late cancel would meet somebody else. */
  async function lend<T>(
    work: (query: Query) => Promise<T>,
    signal: AbortSignal | undefined,
    onError: (query: Query) => Promise<unknown>,
  ): Promise<T> {
    signal?.throwIfAborted()
    const client = await pool.connect().catch((error) => {
      throw failed(error)
    })
    const query = queryOn(client, failed, signal)
    let cancelled: Promise<void> | null = null
    const onAbort = () => {
      cancelled = cancel(config, client)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    let broken = false
    try {
      signal?.throwIfAborted()
      return await work(query)
    } catch (error) {
      if (!signal?.aborted)
        await onError(query).catch(() => {
          broken = true
        })
      throw signal?.aborted ? signal.reason : error
    } finally {
      signal?.removeEventListener('abort', onAbort)
      await cancelled
      client.release(broken || cancelled !== null)
    }
  }

  async function transaction<T>(
    work: (query: Query) => Promise<T>,
    { signal, begin = 'begin' }: TransactionOptions = {},
  ): Promise<T> {
    for (let tries = 1; ; tries++)
      try {
        return await lend(
          async (query) => {
            await query(begin)
            const result = await work(query)
            await query('commit')
            return result
          },
          signal,
          (query) => query('rollback'),
        )
      } catch (error) {
        if (tries === MOST_TRIES || !mayBeRepeated(error)) throw error
        await sleep(Math.random() * Math.min(LONGEST_WAIT_MS, 5 * 2 ** tries))
      }
  }

  return {
    shown: address.shown,
    failed,
    query: <R>(sql: string, values: Values = []) =>
      pool.query({ text: sql, values: [...values] }).then(
        ({ rows }) => rows as R[],
        (error) => {
          throw failed(error)
        },
      ),
    transaction,
    alone: (work, signal) => lend(work, signal, async () => {}),
    session: async (signal) => {
      signal?.throwIfAborted()
      const client = new Connection(config)
      try {
        await client.connect()
      } catch (error) {
        throw failed(error)
      }
      const onAbort = () => void cancel(config, client)
      signal?.addEventListener('abort', onAbort, { once: true })
      const session: Session = {
        query: queryOn(client, failed, signal),
        end: async () => {
          signal?.removeEventListener('abort', onAbort)
          sessions.delete(session)
          await client.end().catch(() => {})
        },
      }
      sessions.add(session)
      return session
    },
    get sessions() {
      return sessions.size
    },
    close: async () => {
      await Promise.all([...sessions].map((session) => session.end()))
      await pool.end()
    },
  }
}

function queryOn(client: pg.ClientBase, failed: Failed, signal?: AbortSignal): Query {
  return async <R>(sql: string, values: Values = []) => {
    signal?.throwIfAborted()
    try {
      // Without values it may be several statements, whose results come as an array.
      const result = await (values.length === 0 ? client.query(sql) : client.query(sql, [...values]))
      return Array.isArray(result) ? [] : (result.rows as R[])
    } catch (error) {
      throw failed(error)
    }
  }
}

/** Stops what runs on a connection, by another one. Never fails: what does not stop comes to its end. */
async function cancel(config: pg.ClientConfig, target: pg.ClientBase): Promise<void> {
  const { processID } = target as unknown as { processID: number | null }
  const client = new Connection(config)
  try {
    await client.connect()
    await client.query('select pg_cancel_backend($1)', [processID])
  } catch {
  } finally {
    await client.end().catch(() => {})
  }
}
