import type { Sandbox } from '../../lib/curate/sandbox/sandbox.ts'

/** Runs a Python program with the tests of a task, in their order, and tells whether all of them hold, and why not. */
export async function passesGivenTests(
  sandbox: Pick<Sandbox, 'run'>,
  program: string,
  given: readonly string[],
): Promise<{ readonly success: boolean; readonly why: string | null }> {
  const tests = given.map((test) => `exec(${JSON.stringify(test)}, program)\n`).join('')
  const run = await sandbox.run({ language: 'python', program, tests: `${tests}report(True)\n` })
  return { success: run.status === 'ok' && run.reports.length === 1, why: run.why ?? run.stderr.slice(-100) }
}
