import { boundOf, type Limits } from './limits.ts'
import {
  type Contestant,
  type Effort,
  extremes,
  jobContestant,
  measureRounds,
  speedUp,
  typical,
} from './measure.ts'
import type { Peers } from './peers/peers.ts'
import type { PeerContestant } from './peers/process.ts'
import { inUnit, type Job, type Row } from './row.ts'

/** A measured row, in its unit. */
export interface Result {
  readonly name: string
  readonly unit: string
  readonly median: number
  readonly min: number
  readonly max: number
  /** What the machine allows at most (or at least, for times). */
  readonly limit: number | null
  /** Time at the limit by time taken. */
  readonly share: number | null
  /** The same by the memory's speed right before and after the row; null where memory is not the limit. */
  readonly shareNow: number | null
  /** Medians. */
  readonly peers: Readonly<Record<string, number>>
  /** How many times faster than each peer we are. */
  readonly ratios: Readonly<Record<string, number>>
  /** Our medians on other instruction sets. */
  readonly sets: Readonly<Record<string, number>>
}

export interface Setting {
  readonly effort: Effort
  readonly limits: Limits
  /** Speed of memory at this moment, in GB/s. */
  readonly memoryNow: () => number
  /** What is measured; the others are shown beside it. */
  readonly set: string
  readonly otherSets: readonly string[]
  readonly threads: number
  readonly peers: Peers | null
}

/** Measures a row, its peers and its other instruction sets in the same rounds. */
export async function timeRow(row: Row, setting: Setting): Promise<Result> {
  const { effort, limits, set, threads } = setting
  const jobs: Job[] = []
  const peers: PeerContestant[] = []
  try {
    const job = await row.prepare()
    jobs.push(job)
    const settings = (instructionSet: string) => ({ instructionSet, threads })
    const contestants: Contestant[] = [jobContestant('ours', job, settings(set))]
    const otherSets = job.bestSetOnly ? [] : setting.otherSets
    for (const other of otherSets) contestants.push(jobContestant(other, job, settings(other)))
    if (row.beside) {
      const beside = await row.beside.prepare()
      jobs.push(beside)
      contestants.push(jobContestant(row.beside.name, beside, settings(set)))
    }
    for (const call of row.peers ?? []) {
      const peer = await setting.peers?.prepare(row, call, job)
      if (peer) peers.push(peer)
    }
    const bound = boundOf(row, limits)
    const memoryNow = () => (bound?.by === 'memory' ? setting.memoryNow() : 0)
    const before = memoryNow()
    const rounds = Math.min(effort.rounds, row.rounds ?? effort.rounds)
    const times = await measureRounds([...contestants, ...peers], { ...effort, rounds })
    const memory = Math.max(before, memoryNow())
    const middle = typical(times, 'ours')
    const { shortest, longest } = extremes(times, 'ours')
    const names = [...(row.beside ? [row.beside.name] : []), ...peers.map(({ name }) => name)]
    const ends = [inUnit(row, shortest), inUnit(row, longest)]
    return {
      name: row.name,
      unit: row.unit,
      median: inUnit(row, middle),
      min: Math.min(...ends),
      max: Math.max(...ends),
      limit: bound && inUnit(row, bound.seconds),
      share: bound && bound.seconds / middle,
      shareNow: bound && memory > 0 ? (bound.seconds * limits.memory) / memory / middle : null,
      peers: Object.fromEntries(names.map((name) => [name, inUnit(row, typical(times, name))])),
      ratios: Object.fromEntries(names.map((name) => [name, speedUp(times, 'ours', name)])),
      sets: Object.fromEntries(otherSets.map((name) => [name, inUnit(row, typical(times, name))])),
    }
  } finally {
    for (const job of jobs) job.dispose()
    for (const peer of peers) await peer.release().catch(() => {})
  }
}
