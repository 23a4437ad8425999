import type { RunOptions } from '../../../core/run_options.ts'
import type { InverterNetwork } from '../network.ts'
import type { JudgedText } from './judge.ts'
import { scoreTexts } from './score.ts'

/** A text, how near it is and how likely. */
export interface ScoredText extends JudgedText {
  /** Of its tokens and its end given the vector, in nats. */
  readonly surprises: Float32Array
  /** Natural log of its probability given the vector, its end included; and per token. */
  readonly logProb: number
  readonly perToken: number
  /** Mean surprise of its three least likely tokens given the vector, in nats. */
  readonly worst: number
  /** What it counts: see textScore. */
  readonly score: number
}

/** What a nat counts in likeness: of the cosine, and of the whitened one, in which texts differ more. */
const NAT_OF_COSINE = 0.02
const NAT_OF_WHITENED = 0.08
/** Words that a person would write surprise the decoder as much at times. */
const WORST_ALLOWED = 7
const LEAST_LIKELY = 3

/**
 * whitened + nat · (log-probability of a token, in the mean) - nat / 2 · (what the three least likely tokens surprise the
 * decoder beyond 7 nats, in the mean): the encoder says whether a text means the same, the decoder whether anybody would
 * write it. A word that nobody would write costs more than it can bring near.
 */
function textScore(
  { likeness }: Pick<InverterNetwork, 'likeness'>,
  { whitened, perToken, worst }: Pick<ScoredText, 'whitened' | 'perToken' | 'worst'>,
): number {
  const nat = likeness.isWhitened ? NAT_OF_WHITENED : NAT_OF_COSINE
  return whitened + nat * perToken - (nat / 2) * Math.max(0, worst - WORST_ALLOWED)
}

/** Reads texts of several vectors [dims] of unit length, each with its own vector. */
export async function scored(
  network: InverterNetwork,
  vectors: readonly Float32Array[],
  texts: readonly (readonly JudgedText[])[],
  run: RunOptions,
): Promise<ScoredText[][]> {
  const flat = texts.flatMap((some, i) => some.map(({ tokens }) => ({ tokens, vector: vectors[i]! })))
  const scores = await scoreTexts(network, flat, 0, run)
  let at = 0
  return texts.map((some) =>
    some.map((text): ScoredText => {
      const { surprises } = scores[at++]!
      const own = { ...text, surprises, ...likelihood(surprises, surprises.length) }
      return { ...own, score: textScore(network, own) }
    }),
  )
}

/**
 * What a text could score at most: the decoder says of a beginning what it has said of the same beginning before, and
 * the rest cannot be likelier than certain.
 */
export function mostScore(
  network: Pick<InverterNetwork, 'likeness'>,
  { tokens, whitened }: Pick<JudgedText, 'tokens' | 'whitened'>,
  known: readonly Pick<ScoredText, 'tokens' | 'surprises'>[],
): number {
  let said = new Float32Array(0)
  for (const { tokens: others, surprises } of known) {
    const same = commonStart(tokens, others)
    if (same > said.length) said = surprises.slice(0, same)
  }
  return textScore(network, { whitened, ...likelihood(said, tokens.length + 1) })
}

function commonStart(a: readonly number[], b: readonly number[]): number {
  let same = 0
  while (same < a.length && same < b.length && a[same] === b[same]) same++
  return same
}

/** @param count places of the text, of which those without a surprise have none */
function likelihood(
  surprises: Float32Array,
  count: number,
): Pick<ScoredText, 'logProb' | 'perToken' | 'worst'> {
  const logProb = -surprises.reduce((sum, s) => sum + s, 0)
  const most = surprises.slice().sort().subarray(-LEAST_LIKELY)
  const worst = most.reduce((sum, s) => sum + s, 0) / Math.min(LEAST_LIKELY, count)
  return { logProb, perToken: logProb / count, worst }
}
