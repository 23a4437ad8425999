import type { Engine } from '../../lib/cli/engine.ts'
import { realTokens } from './real_tokens.ts'
import { type RecordingEncoder, standInEncoder } from './stand_in_encoder.ts'

export const DIMS = 32

/** A stand-in for a model: each word adds to one of 32 dimensions; the last one is never 0. */
export function vectorOf(text: string): Float32Array {
  const vector = new Float32Array(DIMS)
  vector[DIMS - 1] = 0.1
  for (const word of text.toLowerCase().match(/\w+/g) ?? []) {
    let hash = 7
    for (const character of word) hash = (hash * 31 + character.codePointAt(0)!) % 1009
    vector[hash % (DIMS - 1)]! += 1
  }
  const length = Math.hypot(...vector)
  return vector.map((x) => x / length)
}

export type BagOfWords = RecordingEncoder

/** The stand-in as a model that tells what it was asked to encode. */
export function bagOfWords(beforeEach?: (encoded: number) => void): BagOfWords {
  return standInEncoder(
    {
      name: 'bag-of-words',
      space: 'bag-32',
      dims: DIMS,
      fingerprint: 'bag-1',
      capacityTokens: 128,
      tokens: realTokens,
      vectorOf,
      isLong: (text) => text.length > 600,
    },
    beforeEach,
  )
}

/** An engine of the stand-ins. */
export function standIn(model: BagOfWords = bagOfWords()): Engine {
  return {
    loadEncoder: async () => model,
    loadPredictor: async (folder, options) =>
      (await import('../../lib/models/predictor/load.ts')).loadPredictor(folder, options),
    loadInverter: async (folder, options) =>
      (await import('../../lib/models/load_inverter.ts')).loadInverter(folder, options),
    loadLanguageModel: async (folder, options) =>
      (await import('../../lib/models/lm/load.ts')).loadLanguageModel(folder, options),
    loadTextGenerator: async (name, options) =>
      (await import('../../lib/models/lm/load_text_generator.ts')).loadTextGenerator(name, options),
    openStore: async (place, options) =>
      (await import('../../lib/store/open_store.ts')).openStore(place, options),
    info: () => ({
      instructionSets: ['scalar', 'avx2'],
      threads: 2,
      arch: 'x64',
      compiler: 'none',
      liveBytes: { state: 0, mapped: 0, scratch: 0 },
    }),
    gpu: () => null,
    checkOps: async function* () {},
  }
}
