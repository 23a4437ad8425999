import type { Value } from '../graph/value.ts'
import { checkExperts } from './packed.ts'

/** Rows between the states that a forward scan keeps for its gradient. */
export const scanChunk = 64

/** Number of the kept state from which row `begin` + 64k of a sequence starts, less k: no two chunks share one. */
export function firstChunk(sequence: { number: number; begin: number }): number {
  return Math.floor(sequence.begin / scanChunk) + sequence.number
}

/** Throws unless the parameters of a scan agree on having experts. */
export function checkScan(op: string, inputs: Readonly<Record<string, Value | null>>): void {
  checkExperts(op, inputs.expert ?? null, {
    aLog: [inputs.aLog ?? null, 2],
    skip: [inputs.skip ?? null, 1],
    deltaBias: [inputs.deltaBias ?? null, 1],
  })
}
