import { workingLifetime } from '../../core/disposable.ts'
import type { Encoder, TokenGuide } from '../../core/encoder.ts'
import { badArgument, check } from '../../core/errors.ts'
import type { Model } from '../../core/model.ts'
import { refuseUnknown } from '../../core/options.ts'
import { CALL_OPTIONS, type CallOptions } from '../../core/run_options.ts'
import { requireSameSpace } from '../../core/space.ts'
import { isVectors, type Vectors } from '../../core/vectors.ts'
import type { Lexicon } from '../../text/lexicon.ts'
import { sameTokens } from '../../text/tokenizers/tokens.ts'
import type { InverterConfig } from './config.ts'
import type { WrittenTokens } from './habits.ts'
import type { Inversion, SampledText, TextPlan } from './inversion.ts'
import { invertBlock } from './invert_block.ts'
import { inverting } from './inverting.ts'
import type { InverterNetwork } from './network.ts'
import { checkBlur, type InvertOptions, invertOptions, type SamplingOptions } from './options.ts'
import { meanSurprises } from './refine/score.ts'
import { drawTexts } from './search/draw.ts'
import type { Surrogate } from './surrogate/scorer.ts'
import { blocksOf, type VectorSource } from './vector_source.ts'

/** See SamplingOptions. */
export type SampleTextOptions = Pick<SamplingOptions, 'temperature' | 'topP'> & CallOptions

/** How texts are judged. */
export interface InverterSurpriseOptions extends CallOptions {
  /** That of each text. */
  readonly vectors?: Vectors | undefined
  /** How blurred they are: see InvertOptions. */
  readonly blur?: number | undefined
}

/** A model that writes texts for vectors. */
export interface Inverter extends Model {
  readonly config: InverterConfig
  /** Longest text that it writes, in tokens: a vector of a longer one gets a text of lower cosine. */
  readonly capacityTokens: number
  /** What its texts are encoded by. It goes with the inverter, unless it was given to it. */
  readonly encoder: Encoder
  /**
   * Texts for vectors, in order. The same vector gets the same texts, alone or in any batch. Throws VmmError
   * SPACE_MISMATCH for vectors of another space; BAD_ARGUMENT for other dims, a vector of zeros, NaN or infinite
   * elements, options that are wrong and constraints that cannot be met.
   */
  invert(vectors: Vectors, options?: InvertOptions): Promise<readonly Inversion[]>
  /** The same, one by one as they are done, with bounded memory. */
  invertEach(vectors: VectorSource, options?: InvertOptions): AsyncGenerator<Inversion>
  /** The words that its texts have unless somebody asks for others; null for all that its tokens spell. */
  readonly lexicon: Lexicon | null
  /**
   * How unlikely texts are: the mean negative log-likelihood of a token, the end included, under the decoder, in nats.
   * Without vectors it judges the language alone; with them, one for each text, how well they tell it. Texts beyond the
   * capacity are cut. Throws VmmError as `invert` does, and BAD_ARGUMENT for vectors of another count.
   */
  surprise(texts: readonly string[], options?: InverterSurpriseOptions): Promise<number[]>
  /** Texts that the decoder draws without a vector, as a model of the language alone: one for each seed. */
  sampleTexts(seeds: readonly number[], options?: SampleTextOptions): Promise<readonly SampledText[]>
  /** What the texts of vectors have, guessed by the sketcher of a checkpoint of Aparecium; other inverters have none. */
  plan?(vectors: Vectors, options?: CallOptions): Promise<readonly TextPlan[]>
  /** Tokens of a text, as `capacityTokens` counts them. */
  countTokens(text: string): number
}

export interface InverterParts {
  readonly name: string
  readonly fingerprint: string
  readonly network: InverterNetwork
  /** Of the same space. */
  readonly encoder: Encoder
  readonly surrogate: Surrogate | null
  /** Called once, when the inverter is disposed. */
  readonly disposeParts: () => void
}

/** The guide of an encoder that reads the inverter's own tokens. */
function guideOf({ guide, tokens: read }: Encoder, tokens: WrittenTokens): TokenGuide | null {
  return guide !== null && read !== null && sameTokens(read, tokens) ? guide : null
}

/** An inverter over parts that are there already. Throws VmmError SPACE_MISMATCH for an encoder of another space. */
export function makeInverter(parts: InverterParts): Inverter {
  const { name, fingerprint, network, encoder, surrogate } = parts
  const { config, tokens } = network
  requireSameSpace(encoder, config)
  const guide = guideOf(encoder, tokens)
  const context = { network, encoder, guide, surrogate }
  const life = workingLifetime(`${name}: the model was disposed`, () => parts.disposeParts())
  const { during, ends } = life
  /** @param call what runs each block */
  async function* each(
    source: VectorSource,
    given: InvertOptions,
    call: <T>(block: () => Promise<T>) => Promise<T>,
  ): AsyncGenerator<Inversion> {
    const options = invertOptions(given, config)
    const total = isVectors(source) ? source.count : undefined
    let done = 0
    for await (const block of blocksOf(source, config)) {
      options.signal?.throwIfAborted()
      for (const inversion of await call(() => invertBlock(context, block, done, options))) {
        options.signal?.throwIfAborted()
        done++
        given.onProgress?.(done, total)
        yield inversion
      }
    }
  }
  return {
    name,
    fingerprint,
    config,
    space: config.space,
    dims: config.dims,
    capacityTokens: config.capacityTokens,
    lexicon: network.lexicon,
    encoder,
    ...inverting(life, each),
    surprise: (texts, options = {}) =>
      during(async () => {
        refuseUnknown(options, { ...CALL_OPTIONS, vectors: true, blur: true })
        const { vectors, signal, threads, device } = options
        const told = { ...network, blur: checkBlur(options.blur, config) }
        const { ids, offsets } = tokens.tokenizer.encodeBatch(texts, config.capacityTokens)
        const given = vectors === undefined ? null : await directionsOf(vectors, texts.length, config)
        const none = new Float32Array(config.dims)
        const read = texts.map((_, i) => ({
          tokens: ids.subarray(offsets[i]!, offsets[i + 1]!),
          vector: given?.[i] ?? none,
        }))
        return meanSurprises(told, read, { signal, threads, device })
      }),
    sampleTexts: (seeds, given = {}) =>
      during(async () => {
        refuseUnknown(given, { ...CALL_OPTIONS, temperature: true, topP: true })
        const { signal, threads, device, ...sampling } = given
        const options = invertOptions({ signal, threads, device, sampling }, config)
        check(Array.isArray(seeds), 'seeds', seeds, 'an array of numbers')
        for (const [i, seed] of seeds.entries())
          check(Number.isSafeInteger(seed) && seed >= 0, `seeds[${i}]`, seed, '0 … 2^53 - 1')
        const nothing = new Float32Array(config.dims)
        const found = await drawTexts(
          network,
          seeds.map(() => nothing),
          (i) => seeds[i]!,
          { ...options.sampling!, samples: 1, signal, threads, device },
        )
        return found.map(([text]) => ({
          text: tokens.pieces.text(text!.tokens),
          stopped: text!.stopped,
        }))
      }),
    countTokens: (text) => tokens.tokenizer.encode(text).length,
    ...ends,
  }
}

/** Vectors as rows of unit length, of which there must be so many. */
async function directionsOf(
  vectors: Vectors,
  count: number,
  config: InverterConfig,
): Promise<readonly Float32Array[]> {
  const rows: Float32Array[] = []
  for await (const block of blocksOf(vectors, config)) rows.push(...block)
  if (rows.length !== count)
    throw badArgument('vectors', `${rows.length} vectors`, `${count}, one for each text`)
  return rows
}
