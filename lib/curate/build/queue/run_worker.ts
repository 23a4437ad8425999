import { check, checkCount } from '../../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../../core/options.ts'
import { workOn } from '../work.ts'
import { type OpenWorkTools, openWorkTools, type WorkConfig } from '../work_tools.ts'
import { connectQueue } from './connect.ts'
import type { UnitJob } from './queued_work.ts'

/** How a worker works. */
export interface WorkerOptions {
  /** Units at a time. Default 1. */
  readonly atOnce?: number | undefined
  /** Where answers of language models are kept. Default `cacheDirectory()`. */
  readonly cacheDir?: string | undefined
  /** Milliseconds after which a unit whose worker no longer answers is given to another one. Default 30,000. */
  readonly lostAfter?: number | undefined
  /** Ends the worker; what it is at goes back to the queue. */
  readonly signal?: AbortSignal | undefined
  /** Called after each unit. */
  readonly onUnit?: ((unit: { readonly name: string; readonly candidates: number }) => void) | undefined
}

const OPTIONS: OptionNames<WorkerOptions> = {
  atOnce: true,
  cacheDir: true,
  lostAfter: true,
  signal: true,
  onUnit: true,
}

/**
 * Works on the units of builds that use the queue at an address, until the signal ends it. Any number of workers, on any number of
 * machines, may do so. Keys of endpoints are read from the worker's own environment.
 *
 * @param address `redis://…` or `postgres://…`
 * @throws VmmError BAD_ARGUMENT; UNSUPPORTED without bullmq and its client; SERVICE where the server does not answer
 * @example
 * ```js
 * import { runWorker } from 'vector-mamba/curate'
 *
 * // Where nobody answers, as here; otherwise it works until the signal ends it.
 * const ended = AbortSignal.timeout(60_000)
 * await runWorker('redis://127.0.0.1:1', { signal: ended }).catch(({ code }) => console.log(code)) // SERVICE
 * ```
 */
export async function runWorker(address: string, options: WorkerOptions = {}): Promise<void> {
  refuseUnknown(options, OPTIONS)
  const { atOnce = 1, cacheDir, lostAfter = 30_000, signal, onUnit = () => {} } = options
  check(typeof address === 'string' && address !== '', 'address', address, 'an address')
  checkCount('atOnce', atOnce)
  checkCount('lostAfter', lostAfter)
  const server = await connectQueue(address)
  const opened = new Map<string, Promise<OpenWorkTools>>()
  const toolsFor = (config: WorkConfig) => {
    const key = JSON.stringify(config)
    const known = opened.get(key)
    if (known) return known
    const own = openWorkTools(config, { cacheDir })
    opened.set(key, own)
    own.catch(() => opened.delete(key))
    return own
  }
  const worker = server.worker(
    async ({ data }) => {
      const { config, unit } = data as UnitJob
      const result = await workOn(unit, await toolsFor(config), signal)
      onUnit({ name: unit.name, candidates: result.candidates.length })
      return result
    },
    {
      connection: {},
      concurrency: atOnce,
      lockDuration: lostAfter,
      stalledInterval: lostAfter / 2,
      maxStalledCount: 3,
    },
  )
  worker.on('error', () => {})
  try {
    await worker.waitUntilReady()
    await new Promise<void>((resolve) => {
      if (signal?.aborted) resolve()
      else signal?.addEventListener('abort', () => resolve(), { once: true })
    })
  } finally {
    await worker.close(true)
    for (const tools of opened.values()) await (await tools).dispose()
    await server.close()
  }
}
