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

/** limits.cc, compiled. */
export interface LimitsProgram {
  measure(threads: number): Limits
  /** Bytes read from memory alone: virtual machines have it change by half from one minute to the next. */
  memory(threads: number): number
  dispose(): void
}

/** Compiles limits.cc. Throws where there is no compiler. */
export function openLimits(): LimitsProgram {
  const folder = mkdtempSync(join(tmpdir(), 'vmm-limits-'))
  const dispose = () => rmSync(folder, { recursive: true, force: true })
  const program = join(folder, 'limits')
  const run = (...args: string[]) => JSON.parse(execFileSync(program, args, { encoding: 'utf8' })) as Limits
  try {
    const source = fileURLToPath(new URL('limits.cc', import.meta.url))
    const native = process.arch === 'arm64' ? '-mcpu=native' : '-march=native'
    const flags = ['-std=c++20', '-O3', native, '-ffp-contract=fast', '-pthread']
    execFileSync(process.env.CXX || 'c++', [...flags, source, '-o', program])
  } catch (error) {
    dispose()
    throw error
  }
  return {
    measure: (threads) => run(String(threads)),
    memory: (threads) => run(String(threads), 'memory').memory,
    dispose,
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

/** The shortest time that the machine allows for a row, and what sets it. */
export interface Bound {
  readonly seconds: number
  readonly by: 'operations' | 'memory' | 'exp'
}

/** Null where the row's limit is not known. */
export function boundOf({ work }: Row, limits: Limits): Bound | null {
  if (!work) return null
  const { flops = 0, precision = 'f32', bytes = 0, exps = 0 } = work
  // Without instructions for narrow products they are done in f32.
  const peak = Math.max(limits[precision], limits.f32)
  const bounds = (
    [
      [flops, peak, 'operations'],
      [bytes, limits.memory, 'memory'],
      [exps, limits.exp, 'exp'],
    ] as const
  ).flatMap(([amount, limit, by]) => (amount > 0 ? [{ seconds: amount / limit / 1e9, by }] : []))
  const longest = bounds.sort((a, b) => b.seconds - a.seconds)[0]
  return longest && Number.isFinite(longest.seconds) ? longest : null
}

/** What is recorded of a peer for a row, in seconds. */
export function recordedPeers(row: Row): { name: string; seconds: number }[] {
  return Object.entries(recorded.peers).flatMap(([name, rows]) => {
    const value = rows[row.name]
    return value === undefined ? [] : [{ name: `${name} (recorded)`, seconds: fromUnit(row, value) }]
  })
}
