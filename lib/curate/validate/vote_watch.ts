import type { Judgement } from './claim.ts'

/** What a validator has said so far. */
export interface VoteCounts {
  readonly by: string
  readonly yes: number
  readonly no: number
  /** Votes that do not know. */
  readonly unread: number
}

/** Watches whether validators say anything. */
export interface VoteWatch {
  add(judgements: readonly Pick<Judgement, 'votes'>[]): void
  counts(): readonly VoteCounts[]
  /** A line for each validator that says YES, NO or nothing whatever it is asked. */
  warnings(): readonly string[]
}

/** Of any claims that are worth validating, at least this share holds, and at least this share does not. */
const LEAST_SHARE = 0.1
/** What is less likely than this by chance is told. */
const LEVEL = 1e-3
/** Votes without an answer, from this share and so many on. */
const [MOST_UNREAD, FEWEST] = [0.5, 20]

/**
 * A watch over validators. A validator that tells claims apart says each of YES and NO to a tenth of them at least; it is told
 * as one that does not where so few of either would come less than once in a thousand times then. Rules, which vote where
 * they have something to say alone, are not watched.
 *
 * @example
 * ```js
 * import { watchVotes } from 'vector-mamba/curate'
 *
 * const watch = watchVotes()
 * const vote = { by: 'tiny', holds: true, reason: '', prompt: 'relation-1', sample: 0 }
 * watch.add(Array.from({ length: 100 }, () => ({ votes: [vote] })))
 * console.log(watch.warnings()[0]) // tiny says YES to 100 of 100 claims: were it telling them apart, that would happen once in 37,649 times
 * ```
 */
export function watchVotes(): VoteWatch {
  const all = new Map<string, { yes: number; no: number; unread: number }>()
  const counts = () => Array.from(all, ([by, own]) => ({ by, ...own }))
  return {
    add: (judgements) => {
      for (const { votes } of judgements)
        for (const { by, holds, prompt } of votes) {
          if (prompt === null) continue
          const own = all.get(by) ?? { yes: 0, no: 0, unread: 0 }
          all.set(by, own)
          own[holds === null ? 'unread' : holds ? 'yes' : 'no']++
        }
    },
    counts,
    warnings: () => counts().flatMap(warningsOf),
  }
}

function warningsOf({ by, yes, no, unread }: VoteCounts): string[] {
  const said = yes + no
  const all = said + unread
  const warnings: string[] = []
  const chance = said === 0 ? 1 : binomialTail(Math.min(yes, no), said, LEAST_SHARE)
  if (chance < LEVEL) {
    const times = Math.min(1 / chance, 1e300)
    const often = times < 1e9 ? Math.round(times).toLocaleString('en') : `10^${Math.floor(Math.log10(times))}`
    const word = yes > no ? 'YES' : 'NO'
    const happens = `were it telling them apart, that would happen once in ${often} times`
    warnings.push(`${by} says ${word} to ${Math.max(yes, no)} of ${said} claims: ${happens}`)
  }
  if (all >= FEWEST && unread > MOST_UNREAD * all)
    warnings.push(`${by} gives no verdict that can be read on ${unread} of ${all} claims`)
  return warnings
}

/** The probability of at most `most` successes in `count` trials of probability `p`. */
export function binomialTail(most: number, count: number, p: number): number {
  let term = count * Math.log1p(-p)
  let sum = Math.exp(term)
  for (let k = 1; k <= most; k++) {
    term += Math.log((count - k + 1) / k) + Math.log(p / (1 - p))
    sum += Math.exp(term)
  }
  return sum
}
