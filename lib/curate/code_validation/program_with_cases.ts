import { check } from '../../core/errors.ts'
import { analysisOf, type CodeAnalysis, type CodeFunction } from '../code/analyse.ts'
import type { CodeLanguage } from '../code/languages.ts'
import { parseCode } from '../code/parse.ts'
import { type CaseInputs, generatedCases, growingInputs } from './cases/generate.ts'
import type { MeasuredProgram } from './measured_run.ts'

/** A language whose programs are run with tests and cases. */
export type RunLanguage = 'python' | 'javascript' | 'typescript'

/** What a program is run with. */
export interface GivenTests {
  readonly tests: readonly string[]
  /** The function that cases call; left out, it is found. */
  readonly entry?: string | undefined
  /** Generated cases at most; default 60. */
  readonly mostCases?: number | undefined
}

/** A program with its tests and the cases that were made for it. */
export interface ProgramWithCases {
  readonly program: MeasuredProgram
  readonly analysis: CodeAnalysis
  /** Null where there is no function to call. */
  readonly entry: CodeFunction | null
  /** The first cases of the program. */
  readonly inputs: readonly CaseInputs[]
  /** Places of its cases of growing size, smallest first. */
  readonly growing: readonly number[]
  /** Places of cases of a wrong kind, for which programs may differ that do the same. */
  readonly outside: ReadonlySet<number>
}

/** Steps that a case may take, and one of growing size. */
const BUDGET = 20_000
const GROWING_BUDGET = 50_000
export const MOST_CASES = 60

/** Makes cases for a program that can be read. Throws VmmError BAD_ARGUMENT for an entry that is no function of it. */
export async function programWithCases(
  source: string,
  language: RunLanguage,
  { tests, entry: named, mostCases = MOST_CASES }: GivenTests,
): Promise<ProgramWithCases> {
  const root = await parseCode(source, language)
  const analysis = analysisOf(root, language)
  const trees = await Promise.all(tests.map((test) => parseCode(test, language)))
  const entry = entryOf(analysis, tests, named)
  const sources = entry === null ? null : { language, entry, program: root, tests: trees, most: mostCases }
  const inputs = sources === null ? [] : generatedCases(sources)
  const growing = sources === null || mostCases === 0 ? [] : growingInputs(sources)
  const cases = [
    ...inputs.map((one) => [tupleOf(one.inputs, language), BUDGET] as const),
    ...growing.map((one) => [tupleOf(one, language), GROWING_BUDGET] as const),
  ]
  return {
    program: { language, program: source, tests, entry: entry?.name ?? null, cases },
    ...{ analysis, entry, inputs },
    growing: growing.map((_, i) => inputs.length + i),
    outside: new Set(inputs.flatMap(({ edgeCaseType }, i) => (edgeCaseType === 'error' ? [i] : []))),
  }
}

const tupleOf = (inputs: readonly string[], language: CodeLanguage): string =>
  language === 'python' ? `(${inputs.map((one) => `${one},`).join(' ')})` : `[${inputs.join(', ')}]`

/** The function that does what the code is for. */
function entryOf(
  { functions }: CodeAnalysis,
  tests: readonly string[],
  named: string | undefined,
): CodeFunction | null {
  const tops = functions.filter(({ nested, owner }) => !nested && owner === null)
  if (named !== undefined) {
    const found = tops.find(({ name }) => name === named)
    check(found !== undefined, 'metadata.entry', named, 'a function of the code')
    return found
  }
  const isTested = ({ name }: CodeFunction) =>
    tests.some((test) => new RegExp(`\\b${name}\\s*\\(`).test(test))
  const tested = tops.filter(isTested)
  // What is named like a test may be the function itself, where it takes arguments.
  const isPlain = ({ test, parameters }: CodeFunction) => !test || parameters.length > 0
  return tested.findLast(({ test }) => !test) ?? tested.findLast(isPlain) ?? tops.findLast(isPlain) ?? null
}
