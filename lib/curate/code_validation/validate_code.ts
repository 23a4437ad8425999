import { check } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import { checkRunOptions } from '../../core/run_options.ts'
import { relationTypes } from '../candidates/relation_types.ts'
import { analyseCode, type CodeAnalysis } from '../code/analyse.ts'
import { checkCodeLanguage } from '../code/languages.ts'
import type { SandboxResult } from '../sandbox/job.ts'
import type { CodeRunner } from './code_runner.ts'
import type {
  CodeRuntime,
  CodeTask,
  CodeTestResult,
  CodeValidation,
  TestCoverage,
  ValidateCodeOptions,
} from './code_validation.ts'
import { type MeasuredProgram, type MeasuredRun, measuredRun } from './measured_run.ts'
import { MOST_CASES, programWithCases } from './program_with_cases.ts'
import { type CodeRelationship, type ComparedRun, comparedWith, relateBy } from './relationships.ts'
import { sharedSandbox } from './shared_sandbox.ts'

const METADATA = {
  text: true,
  entry: true,
  tests: true,
  alternatives: true,
  relationTypes: true,
  mostCases: true,
} as const

/**
 * Reads code, runs it with its tests and with inputs that are made for it, and tells what it does, what it costs, and what it is to
 * other code. Python and JavaScript run in a sandbox of WebAssembly that reaches nothing of this machine; Rust and Go where a
 * sandbox has their toolchains; TypeScript is read only.
 *
 * What generated cases expect is what the code did: it is labelled as inferred. What a program reports about itself is its claim.
 *
 * @param language 'python', 'javascript', 'typescript', 'rust' or 'go'
 * @throws VmmError BAD_ARGUMENT, UNSUPPORTED where the optional package vector-mamba-sandbox is not installed; the signal's
 * reason
 * @example
 * ```js
 * import { validateCode } from 'vector-mamba/curate'
 *
 * const code = 'def double(x):\n  return x + x\n'
 * const { success, testCoverage, relationships } = await validateCode(code, 'python', {
 *   text: 'Double a number.',
 *   tests: ['assert double(2) == 4', 'assert double(0) == 0'],
 * })
 * console.log(success, testCoverage.share) // true 1
 * console.log(relationships[0].type, relationships[0].target) // implements Double a number.
 * ```
 */
export async function validateCode(
  code: string,
  language: string,
  metadata: CodeTask = {},
  options: ValidateCodeOptions = {},
): Promise<CodeValidation> {
  checkCodeLanguage(language)
  refuseUnknown(metadata, METADATA, 'metadata.')
  refuseUnknown(options, { sandbox: true, signal: true })
  checkRunOptions(options)
  const { tests = [], mostCases = MOST_CASES } = metadata
  check(
    Array.isArray(tests) && tests.every((one) => typeof one === 'string'),
    'metadata.tests',
    tests,
    'statements',
  )
  check(
    Number.isInteger(mostCases) && mostCases >= 0,
    'metadata.mostCases',
    mostCases,
    'a whole number from 0 on',
  )
  const analysis = await analyseCode(code, language)
  if (analysis.broken) return notExecuted(analysis, `line ${analysis.brokenLine} is no ${language}`)
  const runner = options.sandbox ?? (await sharedSandbox())
  if (language === 'rust' || language === 'go')
    return withoutTests(
      analysis,
      await runner.run({ language, program: code }, options.signal ? { signal: options.signal } : {}),
    )
  const made = await programWithCases(code, language, { tests, entry: metadata.entry, mostCases })
  const { program, entry, inputs } = made
  const run = await measuredRun(program, runner, options.signal)
  const found = tests.map((test, i): CodeTestResult => testResult(test, run, i))
  const why = whyNot(run, found)
  return {
    success: why === null,
    executed: run.result.executed,
    why,
    static: analysis,
    runtime: runtimeOf(run),
    tests: found,
    cases: inputs.map((one, i) => ({
      ...one,
      functionName: entry!.name,
      expectedBehaviour: run.cases[i] ?? null,
      inferred: true,
    })),
    relationships: await relationshipsOf(program, { ...made, run }, metadata, found, runner, options.signal),
    testCoverage: tests.length === 0 ? null : coverageOf(run),
  }
}

function testResult(test: string, run: MeasuredRun, i: number): CodeTestResult {
  const outcome = run.tests[i] ?? null
  if (outcome?.kind === 'value') return { test, passed: true, error: null }
  const error = outcome === null ? 'it was not run to its end' : `${outcome.text} ${outcome.message}`.trim()
  return { test, passed: false, error }
}

function whyNot({ result, tests }: MeasuredRun, found: readonly CodeTestResult[]): string | null {
  if (!result.executed) return result.why ?? 'it was not executed'
  const failed = found.filter(({ passed }) => !passed)
  const isStopped = tests.includes(null)
  if (failed.length > 0 && !isStopped)
    return `${failed.length} of ${found.length} tests fail: ${failed[0]!.error}`
  if (isStopped || result.reports.length === 0) return result.why ?? `it ended as ${result.status}`
  return null
}

const runtimeOf = ({ result, functions }: MeasuredRun): CodeRuntime => ({
  ...{ status: result.status, exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr },
  ...{ seconds: result.seconds, cpuSeconds: result.cpuSeconds, level: result.level, functions },
})

function coverageOf({ lines, executed }: MeasuredRun): TestCoverage {
  const missed = lines.filter((line) => !executed.includes(line))
  const share = lines.length === 0 ? null : executed.length / lines.length
  return { lines: lines.length, executed: executed.length, missed, share }
}

const NOTHING = { runtime: null, tests: [], cases: [], relationships: [], testCoverage: null }

const notExecuted = (analysis: CodeAnalysis, why: string): CodeValidation => ({
  ...{ success: false, executed: false, why, static: analysis },
  ...NOTHING,
})

function withoutTests(analysis: CodeAnalysis, result: SandboxResult): CodeValidation {
  if (!result.executed) return notExecuted(analysis, result.why ?? 'it was not executed')
  const runtime = runtimeOf({ result, functions: [], tests: [], cases: [], lines: [], executed: [] })
  const why = result.status === 'ok' ? null : (result.why ?? `it ended as ${result.status}`)
  return { success: why === null, executed: true, why, static: analysis, ...NOTHING, runtime }
}

async function relationshipsOf(
  program: MeasuredProgram,
  own: ComparedRun,
  { text, alternatives = [], relationTypes: types = relationTypes() }: CodeTask,
  tests: readonly CodeTestResult[],
  runner: CodeRunner,
  signal: AbortSignal | undefined,
): Promise<readonly CodeRelationship[]> {
  const relate = relateBy(types)
  const found: CodeRelationship[] = []
  const hasPassed = tests.length > 0 && tests.every(({ passed }) => passed)
  if (text !== undefined && hasPassed)
    found.push(relate('implements', text, 'form', `${tests.length} tests pass`))
  for (const { key, source } of alternatives) {
    const run = await measuredRun({ ...program, program: source }, runner, signal)
    found.push(...comparedWith(own, { ...own, run }, key, relate))
  }
  return found
}
