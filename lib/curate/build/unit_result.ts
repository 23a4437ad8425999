import { join } from 'node:path'
import { VmmError } from '../../core/errors.ts'
import { atomicWrite, exists } from '../../io/files.ts'
import { parseJson } from '../../io/json.ts'
import { readSmallFile } from '../../io/read.ts'
import type { CodeMetadata } from '../../store/record.ts'
import type { Candidate, CandidateRelation } from '../candidates/candidate.ts'
import type { Drops } from '../candidates/drops.ts'
import type { Vote } from '../validate/claim.ts'

/** A relation and what validators have said of it. */
export interface CheckedRelation extends CandidateRelation {
  /** Null where nobody was asked. */
  readonly accepted: boolean | null
  /** 0 … 1, how likely it is that it holds; null where nobody was asked. */
  readonly confidence: number | null
  readonly votes: readonly Vote[]
}

/** What a sandbox has found out about the code of a candidate. */
export interface CodeRun {
  readonly metadata: CodeMetadata
  /** Whether it ran; else why not. */
  readonly executed: boolean
  readonly why: string | null
  /** The level of the sandbox, such as 'wasm'; null where nothing ran. */
  readonly level: string | null
}

/** A candidate after its unit was worked on. */
export interface CheckedCandidate extends Omit<Candidate, 'relations'> {
  readonly relations: readonly CheckedRelation[]
  readonly run: CodeRun | null
}

/** What language models were asked and have answered. */
export interface Usage {
  /** Calls, without those whose answer was known. */
  readonly calls: number
  readonly cached: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** US dollars, as far as prices are known. */
  readonly cost: number
}

export const NO_USAGE: Usage = { calls: 0, cached: 0, inputTokens: 0, outputTokens: 0, cost: 0 }

/** What became of a unit. */
export interface UnitResult {
  readonly unit: string
  /** What it is of, for people. */
  readonly name: string
  readonly candidates: readonly CheckedCandidate[]
  readonly dropped: readonly Drops[]
  readonly usage: Usage
}

/** Examples of what was left out that are kept. */
const EXAMPLES = 5
const MOST_BYTES = 1 << 29

/** Adds what was left out elsewhere. */
export function addDropped(to: Map<string, Drops>, more: readonly Drops[]): void {
  for (const { reason, count, examples } of more) {
    const before = to.get(reason)
    const all = [...(before?.examples ?? []), ...examples].slice(0, EXAMPLES)
    to.set(reason, { reason, count: (before?.count ?? 0) + count, examples: all })
  }
}

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    calls: a.calls + b.calls,
    cached: a.cached + b.cached,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cost: a.cost + b.cost,
  }
}

/** Keeps a result as a file of its own, which is there as a whole or not at all. */
export async function writeResult(folder: string, result: UnitResult): Promise<void> {
  await atomicWrite(pathOf(folder, result.unit), [JSON.stringify(result)])
}

/** Whether the result of a unit is there. */
export function hasResult(folder: string, unit: string): Promise<boolean> {
  return exists(pathOf(folder, unit))
}

/** Throws VmmError NOT_FOUND, BAD_FILE. */
export async function readResult(folder: string, unit: string): Promise<UnitResult> {
  const path = pathOf(folder, unit)
  const result = parseJson((await readSmallFile(path, MOST_BYTES)).toString(), path) as Partial<UnitResult>
  if (result.unit !== unit || !Array.isArray(result.candidates))
    throw new VmmError('BAD_FILE', `${path}: not the result of ${unit}; delete it, and it is made again`)
  return result as UnitResult
}

function pathOf(folder: string, unit: string): string {
  return join(folder, `${unit}.json`)
}
