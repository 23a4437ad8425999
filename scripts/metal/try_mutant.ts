// Runs the samples of an op with another library than that of the project, and prints who noticed: the checker, the values
// in some schedule, or nobody.
//   node --import tsx scripts/metal/try_mutant.ts <op> <plain or checked> <folder with a folder of that name>

import { decodeNumbers } from '../../lib/tensor/dtype.ts'
import { kernelCases, type SpecialRun } from '../../test/metal/ops/cases.ts'
import { interpret } from '../../test/support/interpret.ts'
import { emulated, emulatedSet, metalOps } from '../../test/support/metal.ts'
import { sampleInputs } from '../../test/support/op_cases.ts'
import { run, toleranceOf, variants } from '../../test/support/op_runs.ts'
import { difference } from '../../test/support/values.ts'

const SEEDS = { checked: [7], plain: [0, 1, 2, 3, 4, 5, 6, 7] }

const [name, mode, folder] = process.argv.slice(2) as [string, keyof typeof SEEDS, string]
const op = metalOps().find((candidate) => candidate.name === name)!
const cases = kernelCases.get(op.name)!
console.log(verdict() ?? 'survives')

function verdict(): string | null {
  for (const seed of SEEDS[mode]) {
    const noticed = firstProblem(seed)
    if (noticed) return `${mode}, seed ${seed}: ${noticed}`
  }
  return null
}

function firstProblem(seed: number): string | null {
  for (const sample of [...op.definition.samples, ...(cases.larger ?? [])])
    for (const { name: layout, traced, values } of variants(op, sample, sampleInputs(op, sample))) {
      const where = `${sample.name} (${layout})`
      try {
        const { result } = emulated(`${folder}/${mode}`, seed, () =>
          run(traced, values, sample.run ?? {}, emulatedSet),
        )
        const oracle = interpret(traced.graph, values, sample.run ?? {})
        for (const [output, value] of traced.outputs) {
          const actual = decodeNumbers(result[output]!.buffer, value.dtype)
          if (difference(actual, oracle(value).data, toleranceOf(sample, result[output]!)))
            return `${where}: ${output} is wrong`
        }
      } catch (error) {
        return `${where}: ${(error as Error).message.split('\n')[0]}`
      }
    }
  for (const special of cases.special ?? []) {
    const problem = problemOf(special, `${folder}/${mode}`, seed)
    if (problem) return `${special.name}: ${problem.split('\n')[0]}`
  }
  return null
}

function problemOf(special: SpecialRun, libraries: string, seed: number): string | null {
  try {
    return special.problem(libraries, seed)
  } catch (error) {
    return (error as Error).message
  }
}
