import type { RunOptions } from '../../../core/run_options.ts'
import type { InverterNetwork } from '../network.ts'
import type { TokenText } from './hypothesis.ts'
import { type SampleOptions, sampleSearch } from './sample.ts'
import { searchTexts, type TextRules } from './search.ts'

/** Likeliest tokens that texts are drawn from. */
export const DRAWN_FROM = 128

/** Rules that allow every text of the model's length. */
export function freeRules({ config, tokens, habits }: InverterNetwork): TextRules {
  const { start, end, capacityTokens } = config
  return {
    start,
    end,
    reserved: tokens.about.reserved,
    maxTokens: capacityTokens,
    noRepeatNgram: 0,
    constraints: null,
    lexicon: null,
    opening: habits.opening,
    isWhole: habits.isWhole,
  }
}

/**
 * Texts drawn for vectors [dims] as the decoder knows them, without guidance; zeros stand for no vector, and then it
 * writes language alone.
 *
 * @param seedOf the seed of each vector's texts, by its place
 */
export function drawTexts(
  network: InverterNetwork,
  vectors: readonly Float32Array[],
  seedOf: (vector: number) => number,
  { samples, temperature, topP, ...run }: Omit<SampleOptions, 'seed'> & RunOptions,
): Promise<(readonly TokenText[])[]> {
  const rules = freeRules(network)
  const begin = (vector: number) => sampleSearch(rules, { samples, temperature, topP, seed: seedOf(vector) })
  return searchTexts(network, vectors, rules, begin, {
    ...run,
    rowsPerVector: samples,
    k: Math.min(DRAWN_FROM, network.config.vocabulary),
    guidance: 1,
    rescore: null,
  })
}
