import type { JobsOptions, Queue, QueueEvents, Worker, WorkerOptions } from 'bullmq'
import { badArgument, describe, VmmError } from '../../../core/errors.ts'
import { optionalPackages } from '../../../core/optional_packages.ts'

/** The queue of units, on a server. */
export interface QueueServer {
  readonly name: string
  queue(): Queue
  events(): QueueEvents
  worker(process: (job: { readonly data: unknown }) => Promise<unknown>, options: WorkerOptions): Worker
  /** Closes the connections that were opened here. */
  close(): Promise<void>
}

/** What a job is done with: again after a worker was lost or the network failed, and kept until its result is fetched. */
export const JOB: JobsOptions = { attempts: 3, backoff: { type: 'exponential', delay: 500 } }

/** Milliseconds that a server has to answer at first. */
const PATIENCE = 10_000
const NAME = 'vmm-curate'

/**
 * Connects to the server of a queue by BullMQ: `redis://…` or `rediss://…`, whose memory must not evict (`noeviction`), or
 * `postgres://…`.
 *
 * @throws VmmError BAD_ARGUMENT for another address; UNSUPPORTED without the packages; SERVICE where nobody answers
 */
export async function connectQueue(address: string): Promise<QueueServer> {
  const scheme = /^([a-z]+):\/\//.exec(address)?.[1]
  if (scheme === 'redis' || scheme === 'rediss') return onRedis(address)
  if (scheme === 'postgres' || scheme === 'postgresql') return onPostgres(address)
  throw badArgument('queue', describe(address), 'redis://…, rediss://… or postgres://…')
}

async function onRedis(address: string): Promise<QueueServer> {
  const [{ Queue, QueueEvents, Worker }, { Redis }] = await optionalPackages(
    () => Promise.all([import('bullmq'), import('ioredis')]),
    'redis://… needs the packages bullmq and ioredis: npm install bullmq ioredis',
  )
  const connection = new Redis(address, { maxRetriesPerRequest: null, lazyConnect: true })
  // What goes wrong later is told by whoever waits for an answer.
  let refused: Error | null = null
  connection.on('error', (error: Error) => {
    refused = error
  })
  const first = connection.connect().catch((error: unknown) => {
    throw refused ?? error
  })
  await answered(first, address).catch((error: unknown) => {
    connection.disconnect()
    throw error
  })
  return {
    name: NAME,
    queue: () => new Queue(NAME, { connection }),
    events: () => new QueueEvents(NAME, { connection: connection.duplicate() }),
    worker: (process, options) => new Worker(NAME, process, { ...options, connection }),
    close: async () => connection.disconnect(),
  }
}

async function onPostgres(address: string): Promise<QueueServer> {
  const [{ createPostgresBackend, Queue, QueueEvents, Worker }, { default: pg }] = await optionalPackages(
    () => Promise.all([import('bullmq'), import('pg')]),
    'postgres://… needs the packages bullmq and pg: npm install bullmq pg',
  )
  const pool = new pg.Pool({ connectionString: address, connectionTimeoutMillis: PATIENCE })
  pool.on('error', () => {})
  await answered(pool.query('SELECT 1'), address).catch(async (error: unknown) => {
    await pool.end()
    throw error
  })
  // Whoever comes first makes the tables.
  const connection = { connectionString: address, migrate: true }
  return {
    name: NAME,
    queue: () => new Queue(NAME, { connection }, createPostgresBackend) as unknown as Queue,
    events: () => new QueueEvents(NAME, { connection }, createPostgresBackend) as unknown as QueueEvents,
    worker: (process, options) =>
      new Worker(NAME, process, { ...options, connection }, createPostgresBackend) as unknown as Worker,
    close: () => pool.end(),
  }
}

/** Waits for the first answer of a server. Throws VmmError SERVICE, without what the address says of users. */
async function answered(first: Promise<unknown>, address: string): Promise<void> {
  const { protocol, host } = new URL(address)
  const where = `${protocol}//${host}`
  const timer = { stop: () => {} }
  const late = new Promise<never>((_, reject) => {
    const own = setTimeout(() => reject(new Error(`no answer within ${PATIENCE / 1000} s`)), PATIENCE)
    timer.stop = () => clearTimeout(own)
  })
  try {
    await Promise.race([first, late])
  } catch (cause) {
    throw new VmmError('SERVICE', `${where}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  } finally {
    timer.stop()
  }
}
