import { type ChildProcess, spawn } from 'node:child_process'
import type { Command } from './levels/command.ts'

/** Ends a process that was started detached, and all that it has started. */
export function endProcess(child: ChildProcess, { end }: Command): void {
  if (end) spawn(end[0], end.slice(1), { stdio: 'ignore' }).on('error', () => {})
  try {
    if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
  child.kill('SIGKILL')
}
