import { spawn } from 'node:child_process'
import { cpuSecondsOf, innermost } from './cpu_time.ts'
import { endProcess } from './end_process.ts'
import { DEFAULT_LIMITS, type SandboxLimits, type SandboxResult, type WholeJob } from './job.ts'
import { type Command, PROCESS_CPU_SECONDS } from './levels/command.ts'

/** How a run has ended in a process. */
export type Outcome = Omit<SandboxResult, 'level' | 'executed'>

/** A warm process that runs one program after another. */
export interface SandboxChild {
  /** Resolves when it can run programs; rejects with an Error that says why it cannot. */
  readonly ready: Promise<void>
  /** Whether it can run another program. */
  usable(): boolean
  /** Runs a program; what goes beyond its limits ends the process. */
  run(job: WholeJob): Promise<Outcome>
  /** Ends it, and a run under way as `crashed`. */
  end(): void
}

/** Milliseconds between looks at the time of processor that a run has taken. */
const LOOK = 50
/** What it may take to make an interpreter ready, which is no time of the program's. */
const PATIENCE: SandboxLimits = { ...DEFAULT_LIMITS, seconds: 60, cpuSeconds: 30 }
/** Characters of a line that tells no output: of JSON around reports, and of what is escaped there. */
const LINE_SLACK = 1 << 16
/** Characters of complaints that are kept. */
const LONGEST_COMPLAINT = 2000

interface Message {
  readonly ready?: boolean
  readonly began?: boolean
  readonly stdout?: string
  readonly stderr?: string
  readonly report?: string
  readonly status?: Outcome['status']
  readonly exitCode?: number | null
  readonly why?: string | null
  readonly seconds?: number
  readonly cpuSeconds?: number
}

/** Starts a process that runs programs. */
export function startChild(command: Command): SandboxChild {
  const child = spawn(command.file, command.args, {
    env: command.env as NodeJS.ProcessEnv,
    detached: process.platform !== 'win32',
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const pipes = [child.stdin, child.stdout, child.stderr] as unknown as { ref(): void; unref(): void }[]
  let complaint = ''
  let ended = false
  let spent = 0
  let longest = LINE_SLACK
  let take: (message: Message) => void = () => {}
  let gone: (why: string) => void = () => {}

  /** Only a run keeps this process alive. */
  const hold = (held: boolean) => {
    for (const one of [child, ...pipes]) held ? one.ref() : one.unref()
  }
  const end = () => {
    ended = true
    endProcess(child, command)
  }
  const over = (why: string) => {
    ended = true
    gone(why)
  }
  child.on('error', (error) => over(error.message))
  child.on('close', (code, signal) =>
    over(complaint.trim() || `it ended with ${signal ?? `exit code ${code}`}`),
  )
  child.stdin.on('error', () => {})
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk).slice(0, LONGEST_COMPLAINT)
  })
  readLines(
    child.stdout,
    () => longest,
    (line) => {
      const message = line === null ? null : messageOf(line)
      if (message !== null) return take(message)
      end()
      over('it told what it should not')
    },
  )

  const ready = new Promise<void>((resolve, reject) => {
    take = (message) => {
      if (message.ready) resolve()
    }
    gone = (why) => reject(new Error(why))
  }).finally(() => hold(false))
  ready.catch(() => {})

  const run = (job: WholeJob) => {
    const { limits } = job
    hold(true)
    longest = 2 * limits.outputBytes + LINE_SLACK
    return new Promise<Outcome>((resolve) => {
      const written: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] }
      const reports: unknown[] = []
      let started = performance.now()
      let patience: SandboxLimits = PATIENCE
      const pid = innermost(child.pid!)
      let before = cpuSecondsOf(pid)
      const used = () => (before === null ? 0 : (cpuSecondsOf(pid) ?? before) - before)

      const settle = (how: Pick<Outcome, 'status' | 'exitCode' | 'why'> & Partial<Outcome>) => {
        clearInterval(timer)
        take = () => {}
        gone = () => {}
        const seconds = how.seconds ?? (performance.now() - started) / 1000
        const cpuSeconds = how.cpuSeconds ?? (before === null ? null : used())
        spent += cpuSeconds ?? seconds
        // After a limit there is more left behind than a run may find: memory, most of all.
        if ((how.status !== 'ok' && how.status !== 'error') || spent > PROCESS_CPU_SECONDS / 2) end()
        hold(false)
        const { stdout, stderr } = written
        const texts = { stdout: textOf(stdout), stderr: textOf(stderr) }
        resolve({ ...how, ...texts, reports, seconds, cpuSeconds })
      }
      const timer = setInterval(
        () => {
          const why = beyond(patience, (performance.now() - started) / 1000, used())
          if (why !== null) settle({ status: 'timeout', exitCode: null, why })
        },
        Math.min(LOOK, 1000 * limits.seconds),
      )
      take = (message) => {
        if (message.began) {
          started = performance.now()
          before = cpuSecondsOf(pid)
          patience = limits
        }
        if (message.stdout !== undefined) written.stdout.push(Buffer.from(message.stdout, 'base64'))
        if (message.stderr !== undefined) written.stderr.push(Buffer.from(message.stderr, 'base64'))
        if (message.report !== undefined) reports.push(parsed(message.report))
        const { status, exitCode = null, why = null, seconds = 0, cpuSeconds = 0 } = message
        if (status !== undefined) settle({ status, exitCode, why, seconds, cpuSeconds })
      }
      gone = (why) => settle({ status: 'crashed', exitCode: null, why })
      const { limits: _, ...rest } = job
      const { outputBytes, memoryBytes } = limits
      child.stdin.write(`${JSON.stringify({ ...rest, outputBytes, memoryBytes })}\n`)
    })
  }
  return { ready, usable: () => !ended, run, end }
}

function beyond({ seconds, cpuSeconds }: SandboxLimits, elapsed: number, used: number): string | null {
  if (elapsed > seconds) return `more than ${seconds} s`
  return used > cpuSeconds ? `more than ${cpuSeconds} s of processor time` : null
}

/** Calls for each line; with null for one that is longer than is allowed. */
function readLines(
  stream: NodeJS.ReadableStream,
  longest: () => number,
  take: (line: string | null) => void,
): void {
  let rest: string[] = []
  let length = 0
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const lines = chunk.split('\n')
    for (const [i, part] of lines.entries()) {
      rest.push(part)
      length += part.length
      if (length > longest()) return take(null)
      if (i === lines.length - 1) return
      take(rest.join(''))
      rest = []
      length = 0
    }
  })
}

function messageOf(line: string): Message | null {
  const value = parsed(line)
  return typeof value === 'object' && value !== null ? value : null
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return null
  }
}

const textOf = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString()
