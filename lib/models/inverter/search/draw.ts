import type { RunOptions } from '../../../core/run_options.ts'
import type { InverterConfig } from '../config.ts'
import type { InverterEngine } from '../engine.ts'
import { RESERVED } from '../tokens.ts'
import type { TokenText } from './hypothesis.ts'
import { type SampleOptions, sampleSearch } from './sample.ts'
import { searchTexts, type TextRules } from './search.ts'

/** Likeliest tokens that texts are drawn from. */
export const DRAWN_FROM = 128

/** Rules that allow every text of the model's length. */
export function freeRules({ start, end, capacityTokens }: InverterConfig): TextRules {
  return {
    start,
    end,
    reserved: RESERVED,
    maxTokens: capacityTokens,
    noRepeatNgram: 0,
    constraints: null,
  }
}

/**
 * Texts drawn for vectors [dims] as the decoder knows them, without guidance; zeros stand for no vector, and then it
 * writes language alone.
 *
 * @param seedOf the seed of each vector's texts, by its place
 */
export function drawTexts(
  engine: InverterEngine,
  vectors: readonly Float32Array[],
  seedOf: (vector: number) => number,
  { samples, temperature, topP, ...run }: Omit<SampleOptions, 'seed'> & RunOptions,
): Promise<(readonly TokenText[])[]> {
  const rules = freeRules(engine.config)
  const begin = (vector: number) => sampleSearch(rules, { samples, temperature, topP, seed: seedOf(vector) })
  return searchTexts(engine, vectors, rules, begin, {
    ...run,
    rowsPerVector: samples,
    k: Math.min(DRAWN_FROM, engine.config.vocabulary),
    guidance: 1,
    rescore: null,
  })
}
