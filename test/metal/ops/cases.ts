// What is run of each Metal kernel beside the samples of its op: test/metal/ops/<op>.ts exports a `cases`.
import { readdirSync } from 'node:fs'
import type { Sample } from '../../support/op_runs.ts'

/** Bytes of device memory that a run may move: at most 1.2 of `least`. */
export interface Traffic {
  readonly sample: Sample
  /** Memory layouts of the inputs, as in test/support/op_runs.ts; plain memory alone unless told. */
  readonly layouts?: readonly string[]
  /**
   * `moved` (the default): what reaches threadgroups, if each kept all that it has touched and shared nothing.
   * `distinct`: what leaves and reaches memory, if caches kept all of it: for kernels that are to share by cache.
   */
  readonly counted?: 'moved' | 'distinct'
  /** Bytes; each tensor of the sample once, unless told. */
  readonly least?: number
}

/** A run that a sample cannot say: gives what is wrong with it, or null. */
export interface SpecialRun {
  readonly name: string
  readonly problem: (libraries: string, seed: number) => string | null
}

/** A mutant that no test can notice, because the kernel does the same without what was taken out. */
export interface Survivor {
  /** The line of the source, without its indentation. */
  readonly code: string
  /** As scripts/metal/mutate.ts calls it. */
  readonly what: string
  readonly why: string
}

export interface KernelCases {
  /** Samples of several threadgroups and of sizes that are multiples of nothing. */
  readonly larger?: readonly Sample[]
  readonly traffic: readonly Traffic[]
  readonly special?: readonly SpecialRun[]
  /** Of the kernel, or of headers that it shares with others. */
  readonly survivors?: readonly Survivor[]
}

/** By op. */
export const kernelCases: ReadonlyMap<string, KernelCases> = new Map(
  await Promise.all(
    readdirSync(new URL('.', import.meta.url))
      .filter((name) => name !== 'cases.ts' && name.endsWith('.ts'))
      .sort()
      .map(
        async (name): Promise<[string, KernelCases]> => [
          name.replace(/\.ts$/, ''),
          ((await import(`./${name}`)) as { cases: KernelCases }).cases,
        ],
      ),
  ),
)
