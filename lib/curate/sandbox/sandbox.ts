import { availableParallelism } from 'node:os'
import { type Resource, workingLifetime } from '../../core/disposable.ts'
import { check, checkCount } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import {
  checkLimits,
  DEFAULT_LIMITS,
  type SandboxJob,
  type SandboxLimits,
  type SandboxResult,
  type WholeJob,
  wholeJob,
} from './job.ts'
import { findToolchain, runNative } from './native.ts'
import { openProcesses } from './processes.ts'
import { stripTypes } from './strip_types.ts'
import { commandOf, SANDBOX_LEVELS, type SandboxLevel, workingLevel } from './working_level.ts'

/** What a sandbox is opened with. */
export interface SandboxOptions {
  /** `auto`: bubblewrap where it works, else `permission`. */
  readonly level?: SandboxLevel | 'auto'
  /** How many programs run at a time; as many as there are processors. */
  readonly processes?: number
  /** What each run may take where its job does not say so. */
  readonly limits?: Partial<SandboxLimits>
}

/** Where programs that nobody trusts are run. */
export interface Sandbox extends Resource {
  readonly level: SandboxLevel
  /**
   * Runs a program. Of many that are called for at once, `processes` run at a time.
   *
   * @throws VmmError BAD_ARGUMENT for a job that is none; DISPOSED; the signal's reason
   */
  run(job: SandboxJob, options?: { readonly signal?: AbortSignal }): Promise<SandboxResult>
}

/**
 * A sandbox for programs in Python 3.13 and JavaScript, and in TypeScript of which nothing but types is to be taken away. They
 * run in WebAssembly, whose only way out is what they print, inside a process of Node that may read the sandbox's own files
 * and nothing else (`permission`, everywhere), inside namespaces without network and without this machine's files
 * (`bubblewrap`, Linux), or in a container (`docker`). Each run has an interpreter and files of its own. Rust and Go are
 * compiled and run in bubblewrap only, where their toolchains are installed; elsewhere `executed` is false.
 *
 * @throws VmmError UNSUPPORTED where vector-mamba-sandbox is not installed, or the level does not work here; BAD_ARGUMENT
 * @example
 * ```js
 * import { openSandbox } from 'vector-mamba/curate'
 *
 * const sandbox = await openSandbox({ level: 'permission', processes: 1 })
 * const { status, stdout, reports } = await sandbox.run({
 *   language: 'python',
 *   program: 'def twice(x):\n    return 2 * x\n\nprint("loaded")',
 *   tests: 'report(program["twice"](21) == 42)',
 * })
 * console.log(status, stdout.trim(), reports) // ok loaded [ true ]
 * sandbox.dispose()
 * ```
 */
export async function openSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  refuseUnknown(options, { level: true, processes: true, limits: true })
  const { level: wanted = 'auto', processes = availableParallelism(), limits = {} } = options
  const levels = ['auto', ...SANDBOX_LEVELS]
  check(levels.includes(wanted), 'level', wanted, levels.join(', '))
  checkCount('processes', processes)
  checkLimits(limits, 'limits.')
  const level = await workingLevel(wanted)
  const children = openProcesses(await commandOf(level), processes)
  const life = workingLifetime('the sandbox was disposed', () => children.end())

  const execute = async (job: WholeJob, signal: AbortSignal | undefined): Promise<SandboxResult> => {
    const { language } = job
    if (language === 'rust' || language === 'go') {
      if (level !== 'bubblewrap')
        return notExecuted(level, `${language} is compiled and run in bubblewrap only: the level is ${level}`)
      const toolchain = findToolchain(language)
      if (toolchain === null) return notExecuted(level, `no toolchain of ${language} is installed`)
      const outcome = await children.inTurn(() => runNative(job, toolchain, signal))
      return { ...outcome, level, executed: true }
    }
    let runnable: WholeJob = job
    if (language === 'typescript') {
      const stripped = await stripTypes(job.program)
      if ('problem' in stripped) return notExecuted(level, stripped.problem)
      runnable = { ...job, language: 'javascript', program: stripped.source }
    }
    const outcome = await children.withChild((child) => child.run(runnable), signal)
    return { ...outcome, level, executed: true }
  }
  return {
    ...life.ends,
    level,
    run: (job, { signal } = {}) =>
      life.during(async () => {
        const whole = wholeJob(job, { ...DEFAULT_LIMITS, ...limits })
        signal?.throwIfAborted()
        return execute(whole, signal)
      }),
  }
}

function notExecuted(level: SandboxLevel, why: string): SandboxResult {
  const nothing = { stdout: '', stderr: '', reports: [], seconds: 0, cpuSeconds: null }
  return { status: 'error', exitCode: null, ...nothing, level, executed: false, why }
}
