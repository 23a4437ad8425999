import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { higherOf, type RecordedLimits } from './recorded.ts'
import type { Row } from './row.ts'

/** What the machine can do, in 10^9 per second: operations by precision, exps, bytes read. 0 where it has no way. */
export interface Limits {
  readonly f32: number
  readonly bf16: number
  readonly int8: number
  readonly exp: number
  readonly memory: number
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

/** What shares are computed with, and the kind of processor that it was recorded on, where it is more than measured now. */
export interface UsedLimits {
  readonly measured: Limits
  readonly used: Limits
  readonly recordedOn: string | null
}

/** The higher of what was measured now and what is recorded for this kind of processor, if anything is. */
export function usedLimits(measured: Limits, recorded: RecordedLimits | null): UsedLimits {
  if (recorded === null) return { measured, used: measured, recordedOn: null }
  return { measured, used: higherOf(measured, recorded.limits), recordedOn: recorded.processor }
}

/** Throws where shares were computed with limits of another kind of processor than that of the run. */
export function requireOwnLimits({ measured, used, recordedOn }: UsedLimits, processor: string | null): void {
  for (const [name, limit] of Object.entries(used))
    if (limit > measured[name as keyof Limits] && (processor === null || recordedOn !== processor))
      throw new Error(
        `the limit ${name}, ${limit}, was recorded on ${recordedOn ?? 'an unknown processor'}, not on ${processor ?? 'this one'}`,
      )
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
