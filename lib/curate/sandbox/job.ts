import { check } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'

/** Languages of programs. Rust and Go are run by their toolchains, which only a box may do. */
export type SandboxLanguage = 'python' | 'javascript' | 'typescript' | 'rust' | 'go'
export const SANDBOX_LANGUAGES: readonly SandboxLanguage[] = [
  'python',
  'javascript',
  'typescript',
  'rust',
  'go',
]

/** What a run may take. */
export interface SandboxLimits {
  /** Of the clock; 30. */
  readonly seconds: number
  /** Of a processor; 15, so that a run has half of one. Counted on Linux; elsewhere the clock alone limits. */
  readonly cpuSeconds: number
  /** 64 MiB … 512 MiB; 512 MiB. */
  readonly memoryBytes: number
  /** Of stdout, stderr and reports together; 1 MiB. */
  readonly outputBytes: number
}

const MIB = 1 << 20
export const DEFAULT_LIMITS: SandboxLimits = {
  seconds: 30,
  cpuSeconds: 15,
  memoryBytes: 512 * MIB,
  outputBytes: MIB,
}

/** A program to be run, and what is done with it in the same interpreter. */
export interface SandboxJob {
  readonly language: SandboxLanguage
  /** The source. A Python program is `/program/program.py` and `__main__`. */
  readonly program: string
  /** Source that runs before the program, out of its sight, in the namespace of `tests`: Python and JavaScript. */
  readonly prelude?: string
  /**
   * Source that runs when the program has ended well, with builtins that the program cannot have changed, and is not there
   * before. It tells results by `report(value)`, of JSON's types. The program's names are in the dict `program` in Python; in
   * JavaScript `program(expression)` gives the value of an expression there.
   */
  readonly tests?: string
  /** What the program reads from stdin; by `readline()` in JavaScript. Empty. */
  readonly stdin?: string
  /** Texts by their paths beside the program: Python. */
  readonly files?: Readonly<Record<string, string>>
  readonly limits?: Partial<SandboxLimits>
}

/** How a run has ended. */
export interface SandboxResult {
  /** `ok`: the program and its tests' source ended without an error. Whether tests passed is what they report. */
  readonly status: 'ok' | 'error' | 'timeout' | 'memory' | 'output' | 'crashed'
  /** Null where the interpreter was ended from outside. */
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  /** What the tests reported, in order, also those of a run that was ended. */
  readonly reports: readonly unknown[]
  readonly seconds: number
  /** Null where it was not measured. */
  readonly cpuSeconds: number | null
  /** What stood between the program and this machine: see `openSandbox`. */
  readonly level: string
  /** False where nothing was run: `why` tells the reason. */
  readonly executed: boolean
  readonly why: string | null
}

/** A job with all that it may leave out. */
export interface WholeJob {
  readonly language: SandboxLanguage
  readonly program: string
  readonly prelude: string | null
  readonly tests: string | null
  readonly stdin: string
  readonly files: Readonly<Record<string, string>>
  readonly limits: SandboxLimits
}

/** Bytes of a source at most. */
const LONGEST = 8 * MIB
const PATH = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[\w.-]+(?:\/[\w.-]+)*$/

/** Throws VmmError BAD_ARGUMENT for limits that cannot be kept. */
export function checkLimits(limits: Partial<SandboxLimits>, path: string): void {
  refuseUnknown(limits, { seconds: true, cpuSeconds: true, memoryBytes: true, outputBytes: true }, path)
  const { seconds, cpuSeconds, memoryBytes, outputBytes } = { ...DEFAULT_LIMITS, ...limits }
  const time = (value: number) => Number.isFinite(value) && value > 0 && value <= 86_400
  check(time(seconds), `${path}seconds`, seconds, 'seconds, a day at most')
  check(time(cpuSeconds), `${path}cpuSeconds`, cpuSeconds, 'seconds, a day at most')
  const memory = Number.isInteger(memoryBytes) && memoryBytes >= 64 * MIB && memoryBytes <= 512 * MIB
  check(memory, `${path}memoryBytes`, memoryBytes, 'bytes, 64 MiB … 512 MiB')
  const output = Number.isInteger(outputBytes) && outputBytes >= 0 && outputBytes <= 64 * MIB
  check(output, `${path}outputBytes`, outputBytes, 'bytes, 64 MiB at most')
}

/** Throws VmmError BAD_ARGUMENT for a job that is none. */
export function wholeJob(job: SandboxJob, limits: SandboxLimits): WholeJob {
  refuseUnknown(job, {
    language: true,
    program: true,
    prelude: true,
    tests: true,
    stdin: true,
    files: true,
    limits: true,
  })
  const { language, program, prelude = null, tests = null, stdin = '', files = {} } = job
  check(SANDBOX_LANGUAGES.includes(language), 'language', language, SANDBOX_LANGUAGES.join(', '))
  const source = (value: unknown) => typeof value === 'string' && value.length <= LONGEST
  check(source(program), 'program', program, 'a text, 8 MiB at most')
  check(prelude === null || source(prelude), 'prelude', prelude, 'a text, 8 MiB at most')
  check(tests === null || source(tests), 'tests', tests, 'a text, 8 MiB at most')
  check(source(stdin), 'stdin', stdin, 'a text, 8 MiB at most')
  const staged = language === 'python' || language === 'javascript' || language === 'typescript'
  check(staged || (prelude ?? tests) === null, 'tests', tests ?? prelude, `none for ${language}`)
  for (const [path, text] of Object.entries(files)) {
    check(language === 'python', 'files', path, `none for ${language}`)
    check(PATH.test(path), 'files', path, 'relative paths of letters, digits, dots, dashes and slashes')
    check(source(text), `files.${path}`, text, 'a text, 8 MiB at most')
  }
  checkLimits(job.limits ?? {}, 'limits.')
  return { language, program, prelude, tests, stdin, files, limits: { ...limits, ...job.limits } }
}
