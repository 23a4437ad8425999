// The compiler of emulated kernels: a clang of version 19 or newer that is there, else the one that zig brings.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from './paths.ts'

const LEAST = 19

export interface Compiler {
  readonly name: string
  readonly compile: readonly string[]
  /** Links objects to a shared library, without any library of the system: what is missing is found at load. */
  readonly link: readonly string[]
}

/** There is no compiler, and none could be installed. */
export class NoCompiler extends Error {}

let found: Compiler | null = null

/** VMM_CLANG names another clang; VMM_CLANG=zig takes zig although a clang is there. */
export function findCompiler(): Compiler {
  found ??= chosen()
  return found
}

function chosen(): Compiler {
  const wanted = process.env.VMM_CLANG
  const newest = Array.from({ length: 12 }, (_, i) => `clang-${LEAST + 11 - i}`)
  const names = wanted && wanted !== 'zig' ? [wanted] : wanted ? [] : ['clang', ...newest]
  for (const name of names) {
    const version = versionOf([name])
    // Apple's clang counts its versions differently.
    if (version && !/^Apple/.test(version) && Number(/version (\d+)/.exec(version)?.[1]) >= LEAST)
      return { name: version, compile: [name], link: [name, '-shared', '-nostdlib'] }
  }
  if (wanted && wanted !== 'zig')
    throw new Error(`VMM_CLANG: ${wanted} is no clang of version ${LEAST} or newer`)
  const zig = zigPath()
  const version = versionOf([zig, 'clang'])
  if (!version) throw new Error(`${zig} does not run`)
  return { name: `zig: ${version}`, compile: [zig, 'clang'], link: [zig, 'ld.lld', '-shared'] }
}

function versionOf([program, ...args]: readonly string[]): string | null {
  const { status, stdout } = spawnSync(program!, [...args, '--version'], { encoding: 'utf8' })
  return status === 0 ? stdout.split('\n')[0]! : null
}

function zigPath(): string {
  const { status, stdout } = spawnSync(process.execPath, [join(ROOT, 'scripts', 'zig.mjs')], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 2],
  })
  if (status !== 0)
    throw new NoCompiler(`there is no clang ${LEAST} or newer, and zig could not be installed`)
  return stdout.trim()
}
