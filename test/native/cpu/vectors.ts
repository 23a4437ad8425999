import { spawn, spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { removeForeign } from '../../../scripts/setup/cmake_cache.mjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const folder = join(root, 'build', 'vectors')

/**
 * Builds the C++ tests of vectors, native/test's target of that name, for every instruction set of this architecture.
 * Gives the paths of those that begin with a prefix.
 */
export function buildVectorTests(prefix: string): string[] {
  removeForeign(folder, root)
  cmake('-S', root, '-B', folder)
  cmake('--build', folder, '--target', 'vectors', '--parallel', String(availableParallelism()))
  const programs = join(folder, 'native', 'test')
  const names = readdirSync(programs).filter((name) => name.startsWith(prefix))
  return names.sort().map((name) => join(programs, name))
}

function cmake(...args: string[]): void {
  const { status, stdout, stderr } = spawnSync('cmake', args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`cmake ${args.join(' ')}\n${stdout}${stderr}`)
}

export interface Ending {
  readonly code: number | null
  readonly output: string
}

/** Runs programs with their arguments on as many cores as there are; gives what becomes of each. */
export function runPrograms(
  calls: readonly (readonly [program: string, ...args: string[]])[],
): Promise<Ending>[] {
  const lanes: Promise<unknown>[] = Array.from({ length: availableParallelism() }, () => Promise.resolve())
  return calls.map(([program, ...args], i) => {
    const lane = i % lanes.length
    const ending = lanes[lane]!.then(() => run(program, args))
    lanes[lane] = ending
    return ending
  })
}

function run(program: string, args: readonly string[]): Promise<Ending> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    child.on('close', (code) => resolve({ code, output }))
  })
}

/** What the processor lacks for a program that says so in place of running; null for one that ran. */
export function lackOf(output: string): string | null {
  return /^skipped: (.+)$/m.exec(output)?.[1] ?? null
}
