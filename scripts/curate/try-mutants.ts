// How many mutants of the reference solutions of MBPP are noticed: by the given tests alone, and by these and generated cases,
// whose expected behaviour is that of the solution itself.
//
//   VMM_MBPP=mbpp.jsonl node --import tsx scripts/curate/try-mutants.ts [mutants] [--missed FILE]
//
// Mutants are drawn from all that there are (`mutants.ts`); the default is 2,100. Those that are missed can be written to a file:
// many of them do the same as the solution.
import { writeFileSync } from 'node:fs'
import {
  type MeasuredProgram,
  type MeasuredRun,
  measuredRun,
} from '../../lib/curate/code_validation/measured_run.ts'
import { programWithCases } from '../../lib/curate/code_validation/program_with_cases.ts'
import { sameOutcome } from '../../lib/curate/code_validation/relationships.ts'
import { mbppCandidates } from '../../lib/curate/extract/datasets/programs.ts'
import { openSandbox } from '../../lib/curate/sandbox/sandbox.ts'
import { randomNumbers, sampleWithout } from '../../lib/ops/random_numbers.ts'
import { type Mutant, mutantsOf } from './mutants.ts'

const SEED = 1
const [path, missedFile] = [process.env.VMM_MBPP, argument('--missed')]
const count = Number(process.argv.slice(2).find((one) => /^\d+$/.test(one)) ?? 2100)
if (path === undefined) throw new Error('set VMM_MBPP to a copy of mbpp.jsonl')

interface Drawn extends Mutant {
  readonly task: string
  readonly program: MeasuredProgram
}

const all: Drawn[] = []
for await (const { key, code } of mbppCandidates(path)) {
  const { program } = await programWithCases(code!.source, 'python', {
    tests: code!.tests,
    entry: code!.entry!,
  })
  for (const mutant of await mutantsOf(code!.source)) all.push({ ...mutant, task: key!, program })
}
const drawn = [...sampleWithout(randomNumbers(SEED), count, all.length)]
  .sort((a, b) => a - b)
  .map((i) => all[i]!)
console.log(`${all.length} mutants of MBPP, of which ${drawn.length} are tried`)

const sandbox = await openSandbox({ processes: 2 })
const references = new Map<string, Promise<MeasuredRun>>()
let [byTests, byBoth, done] = [0, 0, 0]
const missed: string[] = []
await Promise.all([drawn.filter((_, i) => i % 2 === 0), drawn.filter((_, i) => i % 2 === 1)].map(tryAll))
console.log(`noticed by the given tests: ${share(byTests)}; by these and generated cases: ${share(byBoth)}`)
sandbox.dispose()
if (missedFile !== null) writeFileSync(missedFile, `${missed.join('\n')}\n`)

async function tryAll(mutants: readonly Drawn[]): Promise<void> {
  for (const mutant of mutants) {
    const { task, program } = mutant
    const known = references.get(task) ?? measuredRun({ ...program, memorySeconds: 0 }, sandbox)
    references.set(task, known)
    const reference = await known
    const steps = Math.max(0, ...reference.tests.map((one) => one?.steps ?? 0))
    const changed = {
      ...program,
      program: mutant.source,
      testBudget: 20 * steps + 20_000,
      casesIfPassed: true,
    }
    const run = await measuredRun({ ...changed, memorySeconds: 0 }, sandbox)
    const isTested = run.tests.every((one) => one?.kind === 'value')
    const differs = run.cases.some((one, i) => {
      const expected = reference.cases[i] ?? null
      return (
        sameOutcome(expected, one) === false ||
        (expected?.kind === 'value' && one !== null && one.kind !== 'value')
      )
    })
    if (!isTested) byTests++
    if (!isTested || differs) byBoth++
    else missed.push(`${task} line ${mutant.line}: ${mutant.before} → ${mutant.after}`)
    if (++done % 200 === 0) console.log(`${done}: ${share(byTests, done)}, ${share(byBoth, done)}`)
  }
}

function share(part: number, whole = drawn.length): string {
  return `${part} of ${whole}, ${((100 * part) / whole).toFixed(1)} %`
}

function argument(name: string): string | null {
  const at = process.argv.indexOf(name)
  return at < 0 ? null : (process.argv[at + 1] ?? null)
}
