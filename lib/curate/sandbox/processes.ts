import { orAborted } from '../../core/aborts.ts'
import { type SandboxChild, startChild } from './child.ts'
import type { Command } from './levels/command.ts'

/** Some warm processes, of which as many work at a time as there are allowed. */
export interface Processes {
  /** Waits for a turn, and then calls with a process that is ready, which is ended where the signal aborts. */
  withChild<T>(use: (child: SandboxChild) => Promise<T>, signal: AbortSignal | undefined): Promise<T>
  /** Waits for a turn. */
  inTurn<T>(use: () => Promise<T>): Promise<T>
  end(): void
}

export function openProcesses(command: () => Command, most: number): Processes {
  let idle: SandboxChild[] = []
  const waiting: (() => void)[] = []
  let free = most

  const inTurn = async <T>(use: () => Promise<T>): Promise<T> => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await use()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
  /** One that is started is kept, ready or not: the next run waits for it no longer than for another. */
  const take = (): SandboxChild => {
    const kept = idle.pop()
    if (kept === undefined) return startChild(command())
    return kept.usable() ? kept : take()
  }
  return {
    inTurn,
    withChild: (use, signal) =>
      inTurn(async () => {
        signal?.throwIfAborted()
        const child = take()
        try {
          const done = child.ready.then(() => use(child))
          return await (signal ? orAborted(done, signal) : done)
        } catch (error) {
          child.end()
          throw error
        } finally {
          if (child.usable()) idle.push(child)
        }
      }),
    end: () => {
      for (const child of idle) child.end()
      idle = []
    },
  }
}
