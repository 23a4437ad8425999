import { readFileSync, writeFileSync } from 'node:fs'
import type { Limits } from './limits.ts'
import type { Machine } from './machine.ts'

/** The highest limits that were measured so far on one kind of processor, by as many threads. */
export interface RecordedLimits {
  /** The name that it shows, and what it is: both must fit. */
  readonly cpu: string
  readonly processor: string
  readonly cores: number
  readonly threads: number
  /** 0 where it has no way. */
  readonly limits: Limits
}

const file = new URL('recorded.json', import.meta.url)

export function readRecorded(): RecordedLimits[] {
  return JSON.parse(readFileSync(file, 'utf8')) as RecordedLimits[]
}

export function writeRecorded(all: readonly RecordedLimits[]): void {
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`)
}

/** What is recorded for a machine, when it computes with so many threads; null where nothing is. */
export function recordedFor(
  all: readonly RecordedLimits[],
  machine: Machine,
  threads: number,
): RecordedLimits | null {
  return all.find((entry) => fits(entry, machine, threads)) ?? null
}

/** A line that says why nothing can be recorded; null where it can. `measured` is null without a compiler. */
export function whyNotRecorded({ processor }: Machine, measured: Limits | null): string | null {
  if (measured === null) return 'Nothing is recorded: the limits cannot be measured.'
  return processor === null ? 'Nothing is recorded: this processor does not tell its kind.' : null
}

/** The records with limits that were measured now. A machine that does not tell its kind gives none. */
export function withMeasured(
  all: readonly RecordedLimits[],
  machine: Machine,
  threads: number,
  measured: Limits,
): RecordedLimits[] {
  const { cpu, processor, cores } = machine
  if (processor === null) return [...all]
  const limits = higherOf(measured, recordedFor(all, machine, threads)?.limits ?? measured)
  const others = all.filter((entry) => !fits(entry, machine, threads))
  return [...others, { cpu, processor, cores, threads, limits }]
}

export function higherOf(a: Limits, b: Limits): Limits {
  return {
    f32: Math.max(a.f32, b.f32),
    bf16: Math.max(a.bf16, b.bf16),
    int8: Math.max(a.int8, b.int8),
    exp: Math.max(a.exp, b.exp),
    memory: Math.max(a.memory, b.memory),
  }
}

function fits(entry: RecordedLimits, { cpu, processor, cores }: Machine, threads: number): boolean {
  return (
    entry.processor === processor && entry.cpu === cpu && entry.cores === cores && entry.threads === threads
  )
}
