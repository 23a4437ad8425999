import type { RelationTypes } from '../candidates/relation_types.ts'
import type { CodeAnalysis } from '../code/analyse.ts'
import type { CaseInputs } from './cases/generate.ts'
import type { CodeRunner } from './code_runner.ts'
import type { CodeOutcome, FunctionCost } from './measured_run.ts'
import type { CodeRelationship } from './relationships.ts'

/** Another program that claims to do the same. */
export interface AlternativeCode {
  /** What relations call it. */
  readonly key: string
  readonly source: string
}

/** What is known of code besides itself. */
export interface CodeTask {
  /** What it is to do: the concept that it implements where its tests pass. */
  readonly text?: string | undefined
  /** The function that does it. Default: the last one that tests call, or the last at the top. */
  readonly entry?: string | undefined
  /** Statements that fail where the code is wrong. */
  readonly tests?: readonly string[] | undefined
  /** Programs with a function of the same name, that it is compared with. */
  readonly alternatives?: readonly AlternativeCode[] | undefined
  /** Kinds of relations; default `relationTypes()`. */
  readonly relationTypes?: RelationTypes | undefined
  /** Generated cases at most. Default 60. */
  readonly mostCases?: number | undefined
}

/** How code is run. */
export interface ValidateCodeOptions {
  /** Where it is run; default: a sandbox that is opened when it is needed, and shared. */
  readonly sandbox?: CodeRunner | undefined
  readonly signal?: AbortSignal | undefined
}

/** Inputs of a function, and what it does with them. */
export interface GeneratedCase extends CaseInputs {
  readonly functionName: string
  /** What the code did; null where it did not come to that. */
  readonly expectedBehaviour: CodeOutcome | null
  /** Always true: nobody has said that it is right. */
  readonly inferred: true
}

/** What a given test has shown. */
export interface CodeTestResult {
  readonly test: string
  readonly passed: boolean
  /** Null where it passed. */
  readonly error: string | null
}

/** How much of the code its tests execute. */
export interface TestCoverage {
  /** Lines of functions. */
  readonly lines: number
  readonly executed: number
  readonly missed: readonly number[]
  /** 0 … 1; null where there are no such lines. */
  readonly share: number | null
}

/** How a run went. */
export interface CodeRuntime {
  readonly status: string
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  readonly seconds: number
  /** Null where it is not known. */
  readonly cpuSeconds: number | null
  /** Of the sandbox. */
  readonly level: string
  readonly functions: readonly FunctionCost[]
}

/** What is known of code. */
export interface CodeValidation {
  /** It can be read whole, runs, and passes all tests that are given. */
  readonly success: boolean
  readonly executed: boolean
  /** Why it is no success, or was not executed; null for a success. */
  readonly why: string | null
  readonly static: CodeAnalysis
  readonly runtime: CodeRuntime | null
  readonly tests: readonly CodeTestResult[]
  readonly cases: readonly GeneratedCase[]
  readonly relationships: readonly CodeRelationship[]
  readonly testCoverage: TestCoverage | null
}
