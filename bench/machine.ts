import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { deviceInfo } from '../lib/runtime/device.ts'
import { processorKind } from './processor.ts'

export interface Machine {
  /** The name that the processor shows. */
  readonly cpu: string
  /** What it is, by processorKind. */
  readonly processor: string | null
  readonly cores: number
  readonly threads: number
  readonly arch: string
  readonly instructionSets: readonly string[]
}

export function describeMachine(): Machine {
  const { instructionSets, threads, arch } = deviceInfo()
  const cores = cpus()
  const cpu = cores[0]?.model.trim() ?? 'unknown'
  return { cpu, processor: processorKind(), cores: cores.length, threads, arch, instructionSets }
}

/** Versions of what was measured and of what built it. */
export function describeVersions(): Record<string, string> {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return { 'vector-mamba': version, node: process.versions.node, compiler: deviceInfo().compiler }
}

/** The commit, with a + when the working tree differs from it; null outside of a clone. */
export function describeCommit(): string | null {
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    const changed = git('status', '--porcelain', '--', 'lib', 'native', 'package-lock.json', 'CMakeLists.txt')
    return `${git('rev-parse', 'HEAD')}${changed === '' ? '' : '+'}`
  } catch {
    return null
  }
}
