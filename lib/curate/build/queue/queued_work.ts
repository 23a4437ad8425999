import { orAborted } from '../../../core/aborts.ts'
import { VmmError } from '../../../core/errors.ts'
import type { Unit } from '../unit.ts'
import type { UnitResult } from '../unit_result.ts'
import type { WorkConfig } from '../work_tools.ts'
import { connectQueue, JOB } from './connect.ts'

/** What a worker needs to know. */
export interface UnitJob {
  readonly config: WorkConfig
  readonly unit: Unit
}

/** Has units worked on by whoever listens to a queue. */
export interface QueuedWork extends AsyncDisposable {
  /** Throws VmmError SERVICE where all attempts have failed; the signal's reason. */
  work(unit: Unit, signal: AbortSignal | undefined): Promise<UnitResult>
}

/**
 * Connects to the queue at an address. A unit has a job of its own name there, so that a build that was killed finds what workers
 * have done meanwhile. A result stays in the queue until it is fetched by the build.
 *
 * @throws VmmError see connectQueue
 */
export async function openQueuedWork(address: string, config: WorkConfig): Promise<QueuedWork> {
  const server = await connectQueue(address)
  const queue = server.queue()
  const events = server.events()
  // What goes wrong is told by the job that waits for an answer.
  queue.on('error', () => {})
  // Each job that is waited for listens.
  queue.setMaxListeners(0)
  events.setMaxListeners(0)
  events.on('error', () => {})
  const close = async () => {
    await events.close()
    await queue.close()
    await server.close()
  }
  try {
    await events.waitUntilReady()
  } catch (error) {
    await close()
    throw error
  }
  return {
    work: async (unit, signal) => {
      const before = await queue.getJob(unit.id)
      // One that has failed in an earlier build is tried again.
      if ((await before?.getState()) === 'failed') await before!.remove()
      const job = await queue.add('unit', { config, unit } satisfies UnitJob, { ...JOB, jobId: unit.id })
      const finished = job.waitUntilFinished(events).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error)
        throw new VmmError('SERVICE', `${unit.name}: a worker has failed: ${reason}`, { cause: error })
      })
      const result = (await (signal ? orAborted(finished, signal) : finished)) as UnitResult
      await job.remove()
      return result
    },
    [Symbol.asyncDispose]: close,
  }
}
