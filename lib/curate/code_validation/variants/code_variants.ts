import { check } from '../../../core/errors.ts'
import { refuseUnknown } from '../../../core/options.ts'
import { checkRunOptions } from '../../../core/run_options.ts'
import { type RelationTypes, relationTypes } from '../../candidates/relation_types.ts'
import { analyseCode } from '../../code/analyse.ts'
import type { CodeRunner } from '../code_runner.ts'
import { type MeasuredRun, measuredRun } from '../measured_run.ts'
import { programWithCases, type RunLanguage } from '../program_with_cases.ts'
import { type CodeRelationship, comparedWith, relateBy } from '../relationships.ts'
import { sharedSandbox } from '../shared_sandbox.ts'
import { askedVariants } from './asked.ts'
import { type ProposedVariant, variantsByRule } from './rules.ts'

/** How variants are made and run. */
export interface CodeVariantOptions {
  /** Statements that fail where the code is wrong. */
  readonly tests?: readonly string[] | undefined
  /** The function that is written anew. Default: the last one that tests call, or the last at the top. */
  readonly entry?: string | undefined
  /** What relations call the original. Default `original`. */
  readonly key?: string | undefined
  /** Answers a prompt: a language model that is asked for variants as well. Default: none. */
  readonly ask?: ((prompt: string) => Promise<string>) | undefined
  readonly relationTypes?: RelationTypes | undefined
  readonly sandbox?: CodeRunner | undefined
  readonly signal?: AbortSignal | undefined
}

/** What a program costs on what it was run with. */
export interface VariantCost {
  /** Calls and jumps in the tests and cases that came to their end. */
  readonly steps: number
  /** The most memory that a call of its functions took in the tests; null where it was not measured. */
  readonly bytes: number | null
}

/** A program that does the same in another way, as far as tests and cases show. */
export interface CodeVariant extends ProposedVariant {
  /** Inputs for which it was compared, all with equal results. */
  readonly shared: number
  /** Of the variant to the original. */
  readonly relationships: readonly CodeRelationship[]
  readonly cost: VariantCost
  readonly originalCost: VariantCost
}

const OPTIONS = {
  tests: true,
  entry: true,
  key: true,
  ask: true,
  relationTypes: true,
  sandbox: true,
  signal: true,
} as const

/**
 * Other programs for the same: by rules, for Python, and by a language model where there is one. Each is run with the tests of
 * the original and with the inputs that are made for it, and kept where it passes all tests and does nothing otherwise.
 *
 * Rules write recursion as a loop and a loop as recursion, keep results by their arguments (time), make lists one by one that
 * are read once (space), and take sets and queues in place of lists.
 *
 * @param language 'python', 'javascript' or 'typescript'
 * @throws VmmError BAD_ARGUMENT, UNSUPPORTED as `validateCode`; what `ask` throws; the signal's reason
 * @example
 * ```js
 * import { codeVariants } from 'vector-mamba/curate'
 *
 * const code = 'def fact(n):\n    if n < 2:\n        return 1\n    return n * fact(n - 1)\n'
 * const variants = await codeVariants(code, 'python', { tests: ['assert fact(5) == 120'] })
 * console.log(variants.map(({ purpose }) => purpose)) // [ 'iterative', 'time' ]
 * ```
 */
export async function codeVariants(
  code: string,
  language: RunLanguage,
  options: CodeVariantOptions = {},
): Promise<readonly CodeVariant[]> {
  refuseUnknown(options, OPTIONS)
  checkRunOptions(options)
  const isRun = language === 'python' || language === 'javascript' || language === 'typescript'
  check(isRun, 'language', language, 'python, javascript, typescript')
  const { tests = [], ask, signal, key = 'original' } = options
  const made = await programWithCases(code, language, { tests, entry: options.entry })
  if (made.analysis.broken || made.entry === null) return []
  const { name } = made.entry
  const proposed = [
    ...(language === 'python' ? await variantsByRule(code, name) : []),
    ...(ask ? await askedVariants(code, language, name, ask) : []),
  ]
  if (proposed.length === 0) return []
  const runner = options.sandbox ?? (await sharedSandbox())
  const relate = relateBy(options.relationTypes ?? relationTypes())
  const { growing, outside } = made
  const original = { run: await measuredRun(made.program, runner, signal), growing, outside }
  const found: CodeVariant[] = []
  const hashes = new Set([made.analysis.hash])
  for (const one of proposed) {
    const { hash, broken } = await analyseCode(one.source, language)
    if (broken || hashes.has(hash)) continue
    hashes.add(hash)
    const run = await measuredRun({ ...made.program, program: one.source }, runner, signal)
    const relationships = comparedWith({ run, growing, outside }, original, key, relate)
    if (!run.tests.every((outcome) => outcome?.kind === 'value') || relationships.length === 0) continue
    found.push({
      ...one,
      shared: run.cases.filter(
        (outcome, i) => !outside.has(i) && isTold(outcome) && isTold(original.run.cases[i]),
      ).length,
      relationships,
      cost: costOf(run),
      originalCost: costOf(original.run),
    })
  }
  return found
}

type Told = MeasuredRun['cases'][number] | undefined

const isTold = (outcome: Told): boolean => outcome?.kind === 'value' || outcome?.kind === 'error'

function costOf({ tests, cases, functions }: MeasuredRun): VariantCost {
  const steps = [...tests, ...cases].reduce((sum, outcome) => sum + (isTold(outcome) ? outcome!.steps : 0), 0)
  const bytes = functions.flatMap((one) => one.bytes ?? [])
  return { steps, bytes: bytes.length === 0 ? null : Math.max(...bytes) }
}
