import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Machine } from './machine.ts'
import { fromUnit, type Row } from './row.ts'

/** What the machine can do, in 10^9 per second: operations by precision, exps, bytes read. 0 where it has no way. */
export interface Limits {
  readonly f32: number
  readonly bf16: number
  readonly int8: number
  readonly exp: number
  readonly memory: number
}

interface Recorded {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly instructionSet: string }
  readonly limits: Partial<Limits>
  /** By peer and by row, in the row's unit. */
  readonly peers: Readonly<Record<string, Readonly<Record<string, number>>>>
}

/** What was measured before on the development machine. */
export const recorded = JSON.parse(
  readFileSync(new URL('recorded.json', import.meta.url), 'utf8'),
) as Recorded

export function isRecordedMachine({ cpu, cores, instructionSets }: Machine): boolean {
  const { machine } = recorded
  return (
    cpu.startsWith(machine.cpu) && cores === machine.cores && instructionSets.includes(machine.instructionSet)
  )
}

/** Compiles limits.cc and runs it with as many threads as our kernels have. */
export function measureLimits(threads: number): Limits {
  const folder = mkdtempSync(join(tmpdir(), 'vmm-limits-'))
  try {
    const program = join(folder, 'limits')
    const source = fileURLToPath(new URL('limits.cc', import.meta.url))
    const native = process.arch === 'arm64' ? '-mcpu=native' : '-march=native'
    const flags = ['-std=c++20', '-O3', native, '-ffp-contract=fast', '-pthread']
    execFileSync(process.env.CXX || 'c++', [...flags, source, '-o', program])
    return JSON.parse(execFileSync(program, [String(threads)], { encoding: 'utf8' })) as Limits
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The higher of what was measured now and what is recorded for this machine. */
export function highestLimits(measured: Limits, machine: Machine): Limits {
  const known = isRecordedMachine(machine) ? recorded.limits : {}
  const higher = (name: keyof Limits) => Math.max(measured[name], known[name] ?? 0)
  return {
    f32: higher('f32'),
    bf16: higher('bf16'),
    int8: higher('int8'),
    exp: higher('exp'),
    memory: higher('memory'),
  }
}

/** The shortest time that the machine allows for a row, in seconds; null where that is not known. */
export function limitSeconds({ work }: Row, limits: Limits): number | null {
  if (!work) return null
  const { flops = 0, precision = 'f32', bytes = 0, exps = 0 } = work
  // Without instructions for narrow products they are done in f32.
  const peak = Math.max(limits[precision], limits.f32)
  const times = [
    [flops, peak],
    [bytes, limits.memory],
    [exps, limits.exp],
  ].flatMap(([amount, limit]) => (amount! > 0 ? [amount! / limit! / 1e9] : []))
  const longest = Math.max(...times)
  return Number.isFinite(longest) ? longest : null
}

/** What is recorded of a peer for a row, in seconds. */
export function recordedPeers(row: Row): { name: string; seconds: number }[] {
  return Object.entries(recorded.peers).flatMap(([name, rows]) => {
    const value = rows[row.name]
    return value === undefined ? [] : [{ name: `${name} (recorded)`, seconds: fromUnit(row, value) }]
  })
}
