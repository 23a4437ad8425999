// How many reference solutions of MBPP pass their tests in the default sandbox, and how many are run in a minute: with their tests
// alone, and by validateCode with all that it makes for them.
//
//   VMM_MBPP=mbpp.jsonl node --import tsx scripts/curate/run-mbpp.ts [tasks]
import { availableParallelism } from 'node:os'
import type { Candidate } from '../../lib/curate/candidates/candidate.ts'
import { validateCode } from '../../lib/curate/code_validation/validate_code.ts'
import { mbppCandidates } from '../../lib/curate/extract/datasets/programs.ts'
import { openSandbox } from '../../lib/curate/sandbox/sandbox.ts'
import { passesGivenTests } from './given_tests.ts'

const path = process.env.VMM_MBPP
if (path === undefined) throw new Error('set VMM_MBPP to a copy of mbpp.jsonl')
const most = Number(process.argv[2] ?? Number.POSITIVE_INFINITY)

const tasks: Candidate[] = []
for await (const task of mbppCandidates(path)) if (tasks.length < most) tasks.push(task)
const sandbox = await openSandbox()
await measure('tests alone', ({ code }) => passesGivenTests(sandbox, code!.source, code!.tests))
await measure('validateCode', ({ code, text }) => {
  const { tests, entry } = code!
  return validateCode(code!.source, 'python', { text, tests, ...(entry !== null && { entry }) }, { sandbox })
})
await sandbox.dispose()

async function measure(
  name: string,
  run: (task: Candidate) => Promise<{ readonly success: boolean; readonly why: string | null }>,
): Promise<void> {
  const begin = performance.now()
  const waiting = tasks.values()
  let passed = 0
  const work = async () => {
    for (const task of waiting) {
      const { success, why } = await run(task)
      if (success) passed++
      else console.log(`  ${task.key}: ${why?.trim()}`)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  const minutes = (performance.now() - begin) / 60_000
  const rate = (tasks.length / minutes).toFixed(0)
  console.log(`${name} (${sandbox.level}): ${passed} of ${tasks.length} pass, ${rate} tasks a minute`)
}
