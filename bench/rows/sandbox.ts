import { openSandbox } from '../../lib/curate/sandbox/sandbox.ts'
import type { Group, Job, Row } from '../row.ts'

/** Runs of a measurement that are waited for at once. */
const SIDE_BY_SIDE = 40
/** Runs after which a process is warm. */
const WARM = 30
const program = {
  language: 'python',
  program: 'def f(x):\n    return x + 1',
  tests: 'report(program["f"](1) == 2)',
} as const

/** A warm run's own time of processor: what an interpreter takes to start, and to end. */
async function warmStart(): Promise<Job> {
  const sandbox = await openSandbox({ processes: 1 })
  // V8 compiles what is called often once more, and better, by the side.
  for (let i = 0; i < WARM; i++) await sandbox.run(program)
  return {
    async: true,
    bestSetOnly: true,
    run: async () => ({ overriddenDuration: 1000 * (await sandbox.run(program)).cpuSeconds! }),
    dispose: () => sandbox.dispose(),
  }
}

/** Time of the clock for each of many runs, as many at a time as there are processors. */
async function manyRuns(): Promise<Job> {
  const sandbox = await openSandbox()
  return {
    async: true,
    bestSetOnly: true,
    run: async () => {
      const started = performance.now()
      await Promise.all(Array.from({ length: SIDE_BY_SIDE }, () => sandbox.run(program)))
      return { overriddenDuration: (performance.now() - started) / SIDE_BY_SIDE }
    },
    dispose: () => sandbox.dispose(),
  }
}

const rows: Row[] = [
  { name: 'sandbox: a warm Python program with a test, processor time', unit: 'ms', prepare: warmStart },
  { name: 'sandbox: Python programs with a test, all processors', unit: 'ms', prepare: manyRuns },
]

export const sandboxRows: Group = { name: 'sandbox', rows }
