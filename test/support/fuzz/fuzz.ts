import { type ChildProcess, fork } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { temporaryFolder } from '../folder.ts'
import { type Outcome, serve } from './child.ts'
import type { FuzzTarget } from './target.ts'

/** Milliseconds that a file may take. */
const MOST_TIME = Number(process.env.VMM_FUZZ_MOST_MS ?? 10_000)
/** Bytes of resident memory, of the whole process. */
const MOST_MEMORY = 2 ** 20 * Number(process.env.VMM_FUZZ_MOST_MIB ?? 1024)
/** Of JavaScript's objects, in MiB. */
const MOST_HEAP = 700
const FILES = Number(process.env.VMM_FUZZ_FILES ?? 1000)
const MOST_FAILURES = 5

const CHILD = 'VMM_FUZZ_CHILD'

/** Mutated files that a child process reads, one after another. */
interface Reader {
  read(index: number): Promise<Outcome>
  end(): void
}

/**
 * Gives mutated files to readers, in a process of their own, and demands of each that it ends in time, takes no more
 * memory than it may, and gives a right result or a typed error without control characters.
 *
 * VMM_FUZZ_FILES says how many each reader is given, else 1,000; VMM_FUZZ_SEED and VMM_FUZZ_ONLY repeat the file that
 * failed. VMM_FUZZ_MOST_MS and VMM_FUZZ_MOST_MIB are other limits than those of all readers.
 *
 * @param url     import.meta.url of the calling file, which the child runs again
 * @param targets readers by name
 */
export async function fuzz(url: string, targets: Readonly<Record<string, FuzzTarget>>): Promise<void> {
  const mine = process.env[CHILD]
  if (mine !== undefined) return serve(targets[mine]!)
  const seed = Number(process.env.VMM_FUZZ_SEED ?? Date.now() % 2 ** 31)
  const only = process.env.VMM_FUZZ_ONLY
  for (const name of Object.keys(targets))
    test(`${name}: no crash, no hang, typed errors or right results (seed ${seed})`, async () => {
      await run(url, name, seed, only === undefined ? undefined : [Number(only)])
    })
  test.run()
}

async function run(
  url: string,
  name: string,
  seed: number,
  only: readonly number[] | undefined,
): Promise<void> {
  const folder = temporaryFolder()
  const start = () => startReader(url, name, seed, folder)
  const counts = { accepted: 0, refused: 0 }
  let failures = 0
  let reader = null as Reader | null
  const attempt = async (index: number): Promise<void> => {
    reader ??= start()
    const outcome = await reader.read(index)
    if (outcome.kind !== 'failed') {
      counts[outcome.kind]++
      return
    }
    reader.end()
    reader = null
    failures++
    const repeat = `${kept(folder, name, index)}repeat with VMM_FUZZ_SEED=${seed} VMM_FUZZ_ONLY=${index}`
    console.log(`${name}: ${outcome.problem.split('\n').slice(0, 12).join('\n')}\n  ${repeat}`)
  }
  if (only) for (const index of only) await attempt(index)
  else for (let index = 0; index < FILES && failures < MOST_FAILURES; index++) await attempt(index)
  reader?.end()
  const { accepted, refused } = counts
  console.log(`${name}: ${accepted} files read, ${refused} refused, ${failures} failures`)
  assert.is(failures, 0)
  if (!only) assert.ok(accepted > 0 && refused > 0, 'some files are read and some refused')
}

/** Keeps the file that failed, and says where. */
function kept(folder: string, name: string, index: number): string {
  const list = join(folder, 'changed')
  if (!existsSync(list)) return ''
  const changed = readFileSync(list, 'utf8')
  const to = join(tmpdir(), 'vmm-fuzz', `${name.replace(/\W+/g, '-')}-${index}-${basename(changed)}`)
  mkdirSync(join(tmpdir(), 'vmm-fuzz'), { recursive: true })
  copyFileSync(changed, to)
  return `${to}; `
}

function startReader(url: string, name: string, seed: number, folder: string): Reader {
  const child = fork(fileURLToPath(url), [String(seed), folder], {
    execArgv: [...process.execArgv, `--max-old-space-size=${MOST_HEAP}`],
    env: { ...process.env, [CHILD]: name },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (text: Buffer) => {
      output = (output + text.toString()).slice(-4000)
    })
  const ready = new Promise<void>((resolve) => child.once('message', () => resolve()))
  return {
    read: async (index) => {
      const ended = endOf(child, () => output)
      const outcome = await Promise.race([ready.then(() => answerTo(child, index)), ended.outcome])
      ended.forget()
      return outcome
    },
    end: () => child.kill('SIGKILL'),
  }
}

/** What a child says of a file; a failure where it says nothing in time. */
function answerTo(child: ChildProcess, index: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const end = (outcome: Outcome) => {
      clearTimeout(timer)
      clearInterval(watch)
      child.off('message', answered)
      resolve(outcome)
    }
    const tooLarge = (bytes: number) => bytes > MOST_MEMORY && end(failed(`${bytes} bytes of memory`))
    const answered = (outcome: Outcome & { readonly peak: number }) => tooLarge(outcome.peak) || end(outcome)
    const timer = setTimeout(() => end(failed(`no end after ${MOST_TIME} ms`)), MOST_TIME)
    const watch = setInterval(() => tooLarge(residentMemory(child.pid)), 100)
    // A child that has ended says nothing more: that must not keep this process.
    timer.unref()
    watch.unref()
    child.on('message', answered)
    child.send(index)
  })
}

const failed = (problem: string): Outcome => ({ kind: 'failed', problem })

function endOf(child: ChildProcess, output: () => string) {
  let forget = () => {}
  const outcome = new Promise<Outcome>((resolve) => {
    const ended = (code: number | null, signal: string | null) =>
      resolve(failed(`the process ended: ${code ?? signal}\n${output()}`))
    child.once('exit', ended)
    forget = () => child.off('exit', ended)
  })
  return { outcome, forget: () => forget() }
}

/** Of a process while it runs; 0 where that is not known. */
function residentMemory(pid: number | undefined): number {
  try {
    const [, kib] = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!
    return 1024 * Number(kib)
  } catch {
    return 0
  }
}
