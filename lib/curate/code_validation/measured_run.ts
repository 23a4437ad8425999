import { readFile } from 'node:fs/promises'
import { optionalPackages } from '../../core/optional_packages.ts'
import { jsonFields } from '../../io/json_fields.ts'
import type { SandboxResult } from '../sandbox/job.ts'
import type { CodeRunner } from './code_runner.ts'
import { instrumented } from './instrumented.ts'

/** What comes of a call or a test. */
export interface CodeOutcome {
  /** `steps`: it was ended after its budget of steps; `timeout`: it had to be killed; `exit`: it ended the interpreter. */
  readonly kind: 'value' | 'error' | 'steps' | 'memory' | 'timeout' | 'exit'
  /** The value, with what has become of arguments that it changed; the kind of an error. */
  readonly text: string
  /** What an error says. */
  readonly message: string
  /** What it printed meanwhile. */
  readonly printed: string
  /** Calls and jumps in the program. */
  readonly steps: number
}

/** What a function has cost while the tests ran. */
export interface FunctionCost {
  readonly name: string
  readonly line: number
  readonly calls: number
  /** Of its own, without those of the program's functions that it calls; null where the clock is too coarse. */
  readonly seconds: number | null
  /** The most memory that a call took besides what there was; null where it was not measured. */
  readonly bytes: number | null
}

/** What is run, and how it is looked at. */
export interface MeasuredProgram {
  readonly language: 'python' | 'javascript' | 'typescript'
  readonly program: string
  readonly tests: readonly string[]
  /** The function that cases call; null without cases. */
  readonly entry: string | null
  /** The source of a tuple or array of arguments, and the steps it may take. */
  readonly cases: readonly (readonly [inputs: string, budget: number])[]
  /** Steps that a test may take; default: no end but that of the sandbox. */
  readonly testBudget?: number | undefined
  /** Whether cases are left out where a test has failed. */
  readonly casesIfPassed?: boolean | undefined
  /** Tests that take longer are not run again to measure memory. Default 0.3. */
  readonly memorySeconds?: number | undefined
}

/** What a run has told. What is told twice was told by the program itself, and counts as failed. */
export interface MeasuredRun {
  readonly result: SandboxResult
  /** Null: it did not come to that. */
  readonly tests: readonly (CodeOutcome | null)[]
  readonly cases: readonly (CodeOutcome | null)[]
  readonly functions: readonly FunctionCost[]
  /** Lines of functions, and those of them that the tests have executed. */
  readonly lines: readonly number[]
  readonly executed: readonly number[]
}

const MEMORY_SECONDS = 0.3
/** How often a run goes on behind a case that had to be killed. */
const MOST_KILLED = 2

const NEED = 'Running code needs an optional package: npm install vector-mamba-sandbox'

/** Runs a program with its tests and cases, and again without those that killed it. */
export async function measuredRun(
  program: MeasuredProgram,
  runner: CodeRunner,
  signal?: AbortSignal,
): Promise<MeasuredRun> {
  const { measures } = await optionalPackages(() => import('vector-mamba-sandbox'), NEED)
  const { language } = program
  const prelude = await readFile(measures[language === 'python' ? 'python' : 'javascript'], 'utf8')
  // Python's interpreter tells what is called and executed; others need calls written into the program.
  const { source, ...counted } =
    language === 'python' ? { source: program.program } : await instrumented(program.program, language)
  const cases: (CodeOutcome | null)[] = program.cases.map(() => null)
  let first: MeasuredRun | null = null
  for (let from = 0, killed = 0; ; killed++) {
    const tests = from === 0 && first === null ? program.tests : []
    const request = {
      ...{ tests, entry: program.entry, first: from, cases: program.cases },
      testBudget: program.testBudget ?? null,
      casesIfPassed: program.casesIfPassed ?? false,
      memorySeconds: program.memorySeconds ?? MEMORY_SECONDS,
    }
    const job = { language, program: source, prelude, tests: callOf({ ...counted, ...request }, language) }
    const result = await runner.run(job, signal ? { signal } : {})
    const told = read(result, program)
    told.cases.forEach((outcome, i) => {
      if (outcome !== null) cases[i] = outcome
    })
    first ??= told
    if (told.hasEnded || !told.hasTested || killed === MOST_KILLED) break
    const next = cases.findIndex((outcome, i) => i >= from && outcome === null)
    if (next < 0) break
    const { status } = result
    const kind = status === 'memory' || status === 'timeout' ? status : 'exit'
    cases[next] = { kind, text: '', message: '', printed: '', steps: 0 }
    from = next + 1
    if (from === cases.length) break
  }
  return { ...first, cases }
}

/** JSON is an expression of both languages, where Python is told the names that it has others for. */
function callOf(request: object, language: MeasuredProgram['language']): string {
  const call = `measure(program, ${JSON.stringify(request)}, report)\n`
  return language === 'python' ? `true, false, null = True, False, None\n${call}` : call
}

function read(
  result: SandboxResult,
  program: MeasuredProgram,
): MeasuredRun & { readonly hasEnded: boolean; readonly hasTested: boolean } {
  const tests: (CodeOutcome | null)[] = program.tests.map(() => null)
  const cases: (CodeOutcome | null)[] = program.cases.map(() => null)
  let [lines, executed, functions]: [number[], number[], FunctionCost[]] = [[], [], []]
  let [hasEnded, hasTested] = [false, false]
  for (const report of result.reports) {
    const fields = jsonFields('report', report)
    if (fields.has('test')) tests[fields.count('test')] = told(tests[fields.count('test')], report)
    else if (fields.has('case')) cases[fields.count('case')] = told(cases[fields.count('case')], report)
    else if (fields.has('lines')) {
      lines = numbers(fields.raw('lines'))
      executed = numbers(fields.raw('executed'))
    } else if (fields.has('functions')) {
      hasTested = true
      functions = (fields.raw('functions') as unknown[]).map(costOf)
    } else if (fields.has('end')) hasEnded = true
  }
  return { result, tests, cases, functions, lines, executed, hasEnded, hasTested }
}

const KINDS = ['value', 'error', 'steps', 'memory'] as const

const told = (before: CodeOutcome | null | undefined, report: unknown): CodeOutcome =>
  before === null || before === undefined
    ? outcomeOf(report)
    : { ...before, kind: 'error', text: 'told twice' }

function outcomeOf(report: unknown): CodeOutcome {
  const fields = jsonFields('report', report)
  return {
    kind: fields.oneOf('kind', KINDS),
    text: fields.text('text', ''),
    message: fields.text('message', ''),
    printed: fields.text('printed', ''),
    steps: fields.count('steps', 0),
  }
}

function costOf(report: unknown): FunctionCost {
  const fields = jsonFields('report', report)
  const optional = (name: string) => (fields.has(name) ? fields.number(name) : null)
  return {
    name: fields.text('name'),
    line: fields.count('line'),
    calls: fields.count('calls'),
    seconds: optional('seconds'),
    bytes: optional('bytes'),
  }
}

const numbers = (list: unknown): number[] => (Array.isArray(list) ? list.filter(Number.isInteger) : [])
