// An inverter with random weights over a small made vocabulary, and a stand-in for the encoder.
import type { Tokens } from '../../../lib/core/tokenizer.ts'
import { type Vectors, vectorsFrom } from '../../../lib/core/vectors.ts'
import type { InverterConfig } from '../../../lib/models/inverter/config.ts'
import { type Inverter, makeInverter } from '../../../lib/models/inverter/inverter.ts'
import { inverterParameters } from '../../../lib/models/inverter/parameters.ts'
import { surrogateConfig, surrogateParameters } from '../../../lib/models/inverter/surrogate/forward.ts'
import { makeSurrogate } from '../../../lib/models/inverter/surrogate/scorer.ts'
import { makeTokens } from '../../../lib/text/tokenizers/tokens.ts'
import type { UnigramVocabulary } from '../../../lib/text/tokenizers/unigram.ts'
import { weightSet } from '../../../lib/weights/weight_set.ts'
import { type BagOfWords, bagOfWords, DIMS, vectorOf } from '../../support/bag_of_words.ts'
import { noise } from '../../train/tiny_data.ts'
import { depth, golden, type Layout, tensorsOf, tinyConfig, tinyNetwork, valuesFrom } from './support.ts'

const words =
  'the a sea ship war peace king queen river wind storm sails sinks runs burns old red dark and of in'
const reserved = ['<unk>', '<s>', '</s>', '<pad>', '<x>', '<y>']
const spelled = [
  ...reserved,
  '▁',
  ...words.split(' ').map((word) => `▁${word}`),
  ...'abcdefghijklmnopqrstuvwxyz0125.,;$%#',
]

/** Words, and characters of which any other word can be spelled. */
export const vocabulary: UnigramVocabulary = spelled.map((piece) => [piece, -10 / piece.length])
export const tokens = makeTokens(
  { kind: 'unigram', file: 'vocabulary.json', reserved: reserved.length, start: 1, end: 2 },
  JSON.stringify(vocabulary),
)

/** The config of the tiny world's model, which has a surrogate. */
export const worldConfig: InverterConfig = tinyConfig({
  space: 'bag-32',
  dims: DIMS,
  vocabulary: vocabulary.length,
  capacityTokens: 12,
})

export const worldSurrogate = surrogateConfig({
  space: 'bag-32',
  dims: DIMS,
  vocabulary: vocabulary.length,
  capacityTokens: 12,
  dModel: 16,
  ...depth,
})

export const worldValues = () =>
  valuesFrom(inverterParameters(worldConfig), golden.inverters[worldConfig.adapterHidden]!.start)

export const surrogateValues = () => valuesFrom(surrogateParameters(worldSurrogate), golden.surrogate.start)

interface WorldOptions {
  readonly encoder?: BagOfWords
  readonly layout?: Layout
  readonly tokens?: Tokens
  readonly surrogate?: boolean
  readonly model?: Partial<InverterConfig>
  readonly onDispose?: () => void
}

export async function tinyInverter({
  encoder = bagOfWords(),
  layout = 'packed bf16',
  tokens: spoken = tokens,
  surrogate = true,
  model = {},
  onDispose = () => {},
}: WorldOptions = {}): Promise<Inverter> {
  const network = await tinyNetwork({ ...worldConfig, ...model }, layout, spoken)
  const guesses = surrogate
    ? makeSurrogate(
        worldSurrogate,
        weightSet(tensorsOf(surrogateParameters(worldSurrogate), surrogateValues())),
      )
    : null
  return makeInverter({
    name: 'tiny',
    fingerprint: 'tiny-1',
    network,
    encoder,
    surrogate: guesses,
    disposeParts: () => {
      guesses?.dispose()
      network.dispose()
      onDispose()
    },
  })
}

/** Texts of 1 to 6 of the words, always the same ones. */
export function someTexts(count: number, stream = 1): string[] {
  const all = words.split(' ')
  const numbers = noise(stream, 7 * count)
  return Array.from({ length: count }, (_, i) =>
    Array.from(
      { length: 1 + Math.floor(6 * numbers[7 * i]!) },
      (_, w) => all[Math.floor(all.length * numbers[7 * i + w + 1]!)]!,
    ).join(' '),
  )
}

export const encoded = (texts: readonly string[]): Vectors => vectorsFrom(texts.map(vectorOf), DIMS, 'bag-32')
