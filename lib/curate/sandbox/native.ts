import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Outcome } from './child.ts'
import { endProcess } from './end_process.ts'
import type { WholeJob } from './job.ts'
import { boxed, type Shown } from './levels/bubblewrap.ts'

const MIB = 1 << 20
/** The exit status by which the shell tells that the compiler has failed. */
const NOT_COMPILED = 125
/** What a program and its libraries, and the compiler's cache, may take of the box's own folder. */
const FILES_BYTES = 256 * MIB
const PROCESSES = 32
/** Address space of the compiler; a program has its own limit. */
const COMPILER_BYTES = 2048 * MIB

/** How a language is compiled in a box, and what the box must show of this machine for it. */
interface Toolchain {
  readonly file: string
  /** Compiles `/program/<file>` to `/tmp/program`. */
  readonly compile: string
  readonly shown: Shown
}

/** The toolchain of a language; null where it is not installed. */
export function findToolchain(language: 'rust' | 'go'): Toolchain | null {
  if (language === 'rust') {
    // The compiler may be that of rustup, which needs the user's home.
    const root = answer('rustc', ['--print', 'sysroot'])
    if (root === null) return null
    const compile =
      'LD_LIBRARY_PATH=/toolchain/lib /toolchain/bin/rustc -O -o /tmp/program /program/program.rs'
    return { file: 'program.rs', compile, shown: [['/toolchain', root]] }
  }
  const root = answer('go', ['env', 'GOROOT'])
  if (root === null) return null
  const settings =
    'GOROOT=/toolchain GOFLAGS=-p=1 CGO_ENABLED=0 GO111MODULE=off GOCACHE=/tmp/cache GOTOOLCHAIN=local'
  return {
    file: 'program.go',
    compile: `${settings} /toolchain/bin/go build -o /tmp/program /program/program.go`,
    shown: [['/toolchain', root]],
  }
}

/**
 * Compiles a program and runs it, in a box. Its memory is limited less well than that of WebAssembly: `prlimit` does not count
 * what a program shares.
 */
export async function runNative(job: WholeJob, toolchain: Toolchain, signal?: AbortSignal): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'vmm-sandbox-'))
  try {
    await writeFile(join(folder, toolchain.file), job.program)
    return await compileAndRun(job, toolchain, folder, signal)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function compileAndRun(
  { limits, stdin }: WholeJob,
  { compile, shown }: Toolchain,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  const script = `${compile} || exit ${NOT_COMPILED}; exec prlimit --data=${limits.memoryBytes} -- /tmp/program`
  const command = boxed(['/bin/sh', '-c', script], [['/program', folder], ...shown], {
    memoryBytes: COMPILER_BYTES,
    cpuSeconds: limits.cpuSeconds,
    filesBytes: FILES_BYTES,
    processes: PROCESSES,
  })
  const started = performance.now()
  const child = spawn(command.file, command.args, {
    env: command.env as NodeJS.ProcessEnv,
    detached: true,
    stdio: 'pipe',
  })
  const written: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] }
  let left = limits.outputBytes
  let limit: Pick<Outcome, 'status' | 'why'> | null = null
  const stop = (status: Outcome['status'], why: string) => {
    limit ??= { status, why }
    endProcess(child, command)
  }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => {
      written[name].push(chunk.subarray(0, left))
      left = Math.max(0, left - chunk.length)
      if (left === 0) stop('output', 'more output than is allowed')
    })
  child.stdin.on('error', () => {})
  child.stdin.end(stdin)
  const timer = setTimeout(() => stop('timeout', `more than ${limits.seconds} s`), 1000 * limits.seconds)
  const abort = () => endProcess(child, command)
  signal?.addEventListener('abort', abort)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, killed) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      if (signal?.aborted) return reject(signal.reason)
      const { status, why } = limit ?? statusOf(code, killed)
      resolve({
        status,
        why,
        exitCode: limit ? null : code,
        stdout: Buffer.concat(written.stdout).toString(),
        stderr: Buffer.concat(written.stderr).toString(),
        reports: [],
        seconds: (performance.now() - started) / 1000,
        cpuSeconds: null,
      })
    })
  })
}

/** A shell's exit status of what a signal has killed is 128 and its number: 24 is that of the limit of processor time. */
function statusOf(code: number | null, killed: NodeJS.Signals | null): Pick<Outcome, 'status' | 'why'> {
  if (code === 0) return { status: 'ok', why: null }
  if (code === 128 + 24 || code === 128 + 9)
    return { status: 'timeout', why: 'more processor time than is allowed' }
  if (code === NOT_COMPILED) return { status: 'error', why: 'it does not compile' }
  if (code === null || code > 128)
    return { status: 'crashed', why: `ended by signal ${killed ?? code! - 128}` }
  return { status: 'error', why: null }
}

/** What a program says on stdout; null where it cannot be started or fails. */
function answer(program: string, args: readonly string[]): string | null {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : null
}
