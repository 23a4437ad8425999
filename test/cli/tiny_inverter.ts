import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type InverterConfig, inverterConfig } from '../../lib/models/inverter/config.ts'
import { inverterParameters } from '../../lib/models/inverter/parameters.ts'
import { saveInverter } from '../../lib/models/inverter/save.ts'
import { startValues } from '../../lib/models/parameters.ts'
import type { UnigramVocabulary } from '../../lib/text/unigram.ts'
import { temporaryFolder } from '../bundle/folder.ts'
import { DIMS } from '../concepts/bag_of_words.ts'

const WORDS = 'the a judge read law dog barked rained it sea ship storm wind night'.split(' ')
const CHARACTERS = [...'abcdefghijklmnopqrstuvwxyzTAI.,#$']

/** Control symbols, words after a space, and characters that spell all others. */
export const vocabulary: UnigramVocabulary = [
  ...['<unk>', '<s>', '</s>', '<pad>', '<x>', '<y>'].map((symbol) => [symbol, 0] as const),
  ['▁', -6],
  ...WORDS.map((word) => [`▁${word}`, -3] as const),
  ...CHARACTERS.map((character) => [character, -6] as const),
]

/** The folder of an inverter with random weights, of the space of `bagOfWords`. */
export async function tinyInverter(change: Partial<InverterConfig> = {}): Promise<string> {
  const config = inverterConfig({
    space: 'bag-32',
    dims: DIMS,
    vocabulary: vocabulary.length,
    start: 1,
    end: 2,
    capacityTokens: 10,
    dModel: 16,
    layers: 1,
    heads: 2,
    ffn: 16,
    scales: [2],
    memoryDims: 8,
    adapterHidden: 8,
    ...change,
  })
  const folder = join(temporaryFolder(), 'tiny')
  mkdirSync(folder, { recursive: true })
  const parameters = startValues(inverterParameters(config), 1)
  // Tokens far apart, so that texts differ by their vectors.
  parameters['tokens.weight'] = parameters['tokens.weight']!.map((x) => 30 * x)
  await saveInverter(folder, {
    config,
    vocabulary,
    parameters,
    licence: 'CC0-1.0',
    trainingData: 'none',
  })
  return folder
}
