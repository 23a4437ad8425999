import { readFileSync } from 'node:fs'

/** Ticks of the clock by which Linux counts: the same on all of its common platforms. */
const TICKS = 100

/** Seconds of processor that a process has taken; null where the system does not tell. */
export function cpuSecondsOf(pid: number): number | null {
  const stat = read(`/proc/${pid}/stat`)
  if (stat === null) return null
  // The name of the program, in brackets, may have spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const seconds = (Number(fields[11]) + Number(fields[12])) / TICKS
  return Number.isFinite(seconds) ? seconds : null
}

/** The process that a process has started that has started it, and so on: what runs in a box. */
export function innermost(pid: number): number {
  const [child] = (read(`/proc/${pid}/task/${pid}/children`) ?? '').trim().split(' ')
  return child ? innermost(Number(child)) : pid
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return null
  }
}
