import type { RunOptions } from '../../../core/run_options.ts'
import type { InverterNetwork } from '../network.ts'
import { beamSearch } from '../search/beam.ts'
import { searchTexts, type TextRules } from '../search/search.ts'
import type { JudgedText } from './judge.ts'

/** Of each text that is written anew: as vec2text's sequence beam, narrow and often. */
const BEAM = 4
const LENGTH_PENALTY = 0.8
/** Likeliest tokens that a step tells. */
const BEAM_TOKENS = 16

/** A vector, and the texts that were written for it so far. */
export interface Rewriting {
  readonly vector: Float32Array
  readonly pool: readonly JudgedText[]
}

/**
 * Texts that a decoder which reads what it has written would write in its place (vec2text's corrector; Morris et al. 2023,
 * arXiv 2310.06816): for each vector those of all its texts, the most likely ones first.
 */
export async function rewritten(
  network: InverterNetwork,
  rules: TextRules,
  works: readonly Rewriting[],
  run: RunOptions,
): Promise<(readonly number[])[][]> {
  const parents = works.flatMap(({ vector, pool }) => pool.map((text) => ({ vector, text })))
  const found = await searchTexts(
    network,
    parents.map(({ vector }) => vector),
    rules,
    () => beamSearch(rules, { beam: BEAM, lengthPenalty: LENGTH_PENALTY }),
    {
      ...run,
      rowsPerVector: BEAM,
      k: Math.min(BEAM_TOKENS, network.config.vocabulary),
      guidance: 1,
      written: parents.map(({ text }) => text),
      rescore: null,
    },
  )
  let at = 0
  return works.map(({ pool }) => {
    const own = found.slice(at, at + pool.length).flat()
    at += pool.length
    return own
      .sort((a, b) => b.logProb / b.tokens.length - a.logProb / a.tokens.length)
      .map(({ tokens }) => tokens)
  })
}
