import { workingLifetime } from '../../core/disposable.ts'
import { badArgument, check, VmmError } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import { CALL_OPTIONS } from '../../core/run_options.ts'
import type { Pieces } from '../../core/tokenizer.ts'
import { isVectors, type Vectors } from '../../core/vectors.ts'
import type { PublishedTokenizer } from '../../text/tokenizers/published/load.ts'
import { spacedPieces } from '../../text/tokenizers/published/pieces.ts'
import { type Constraints, createConstraints } from '../constraints/constraints.ts'
import type { InverterConfig } from '../inverter/config.ts'
import type { Inversion, InvertedText } from '../inverter/inversion.ts'
import type { Inverter } from '../inverter/inverter.ts'
import { inverting } from '../inverter/inverting.ts'
import { rawBlocksOf, type VectorSource } from '../inverter/vector_source.ts'
import {
  type Correction,
  correctableTokens,
  correctedTexts,
  type Hypothesis,
  type Vec2TextParts,
} from './correct.ts'
import { END, PAD } from './forward.ts'
import { scoreFor } from './network.ts'
import { type Vec2TextOptions, type Vec2TextPlan, vec2textPlan } from './options.ts'
import { lengthsOf, type VectorLength } from './vectors.ts'

/** An inverter of vec2text: its `config` tells the sizes of its decoder, and of what reads the vectors. */
export interface Vec2TextInverter extends Inverter {
  /** See Vec2TextOptions for what it can be asked for. */
  invert(vectors: Vectors, options?: Vec2TextOptions): Promise<readonly Inversion[]>
  invertEach(vectors: VectorSource, options?: Vec2TextOptions): AsyncGenerator<Inversion>
}

export interface Vec2TextInverterParts extends Omit<Vec2TextParts, 'decode'> {
  readonly name: string
  readonly fingerprint: string
  readonly tokenizer: PublishedTokenizer
  /** Of the vectors that it reads. */
  readonly length: VectorLength
  /** The `rescale` of calls that do not say theirs. */
  readonly rescale: boolean
  /** Called once, when the inverter is disposed. */
  readonly disposeParts: () => void
}

/** Tokens of a text at most: what the original allows, the decoder's start not counted. */
const LONGEST = 127
/** Tokens of a text that are the least likely ones: see InvertedText. */
const WORST = 3

/** An inverter over parts that are there already. */
export function makeVec2TextInverter(parts: Vec2TextInverterParts): Vec2TextInverter {
  const { name, fingerprint, tokenizer, length, rescale, encoder, hypothesizer, corrector } = parts
  const capacityTokens = Math.max(LONGEST, corrector.config.maxTokens - 1)
  const config = configOf(parts, capacityTokens)
  const own: Vec2TextParts = { hypothesizer, corrector, encoder, decode: (ids) => tokenizer.decode(ids) }
  const life = workingLifetime(`${name}: the model was disposed`, parts.disposeParts)
  const { during, ends } = life
  let pieces: Pieces | null = null
  const constraintsOf = ({ constraints, steps, maxTokens }: Vec2TextPlan): Constraints | null => {
    if (constraints === null) return null
    pieces ??= spacedPieces(tokenizer, hypothesizer.config.t5.vocabulary)
    const tokens = steps > 0 ? correctableTokens(corrector, maxTokens) : maxTokens
    const made = createConstraints(constraints, pieces, tokenizer, tokens)
    return made.empty ? null : made
  }
  /** @param call what runs each block */
  async function* each(
    source: VectorSource,
    given: Vec2TextOptions,
    call: <T>(block: () => Promise<T>) => Promise<T>,
  ): AsyncGenerator<Inversion> {
    const plan = vec2textPlan(given, { capacityTokens, rescale })
    const constraints = constraintsOf(plan)
    const total = isVectors(source) ? source.count : undefined
    let done = 0
    for await (const { rows, first } of rawBlocksOf(source, config)) {
      const targets = lengthsOf(rows, first, length, plan.rescale)
      plan.run.signal?.throwIfAborted()
      for (const correction of await call(() => correctedTexts(own, targets, first, plan, constraints))) {
        plan.run.signal?.throwIfAborted()
        given.onProgress?.(++done, total)
        yield inversionOf(correction, plan)
      }
    }
  }
  return {
    ...{ name, fingerprint, config, space: config.space, dims: config.dims, capacityTokens, encoder },
    lexicon: null,
    ...inverting(life, each),
    surprise: (texts, options = {}) =>
      during(async () => {
        refuseUnknown(options, { ...CALL_OPTIONS, vectors: true, blur: true })
        const { vectors, blur = 0, ...run } = options
        check(blur === 0, 'blur', blur, '0: this model is not told of blurred vectors')
        check(Array.isArray(texts), 'texts', texts, 'an array of strings')
        if (vectors === undefined) throw untold(name)
        const targets: Float32Array[] = []
        for await (const { rows, first } of rawBlocksOf(vectors, config))
          targets.push(...lengthsOf(rows, first, length, rescale))
        if (targets.length !== texts.length)
          throw badArgument('vectors', `${targets.length} vectors`, `${texts.length}, one for each text`)
        const { ids, offsets } = tokenizer.encodeBatch(texts, capacityTokens)
        const found = await scoreFor(
          hypothesizer,
          targets.map((target) => ({ target, written: null })),
          texts.map((_, i) => ids.subarray(offsets[i]!, offsets[i + 1]!)),
          run,
        )
        return found.map((nats) => nats.reduce((sum, x) => sum + x, 0) / nats.length)
      }),
    sampleTexts: async () => {
      throw untold(name)
    },
    countTokens: (text) => tokenizer.encode(text).length - tokenizer.encode('').length,
    ...ends,
  }
}

function untold(name: string): VmmError {
  return new VmmError('UNSUPPORTED', `${name}: its models were never trained without vectors`)
}

/** Both models as the config of an inverter tells them. */
function configOf(
  { encoder, hypothesizer: { config: model }, corrector }: Vec2TextInverterParts,
  capacityTokens: number,
): InverterConfig {
  const { t5, dims, repeats, bottleneck } = model
  return {
    ...{ space: encoder.space, dims, capacityTokens, vocabulary: t5.vocabulary, start: PAD, end: END },
    ...{ dModel: t5.width, layers: t5.decoderLayers, heads: t5.heads, ffn: t5.ffn },
    ...{ scales: [repeats], memoryDims: t5.width, adapterHidden: bottleneck, directUnits: 0 },
    ...{ preTanh: false, vectorInTokens: false, wordHints: false, noiseRange: null },
    ...{ hypothesisLayers: corrector.config.t5.layers, languageNll: 0 },
  }
}

function inversionOf(
  { last, nearest, calls, curve }: Correction,
  { candidates, minCosine, beam, steps, samples }: Vec2TextPlan,
): Inversion {
  const isOne = steps > 0 ? beam === 1 : beam === 1 && samples === 1
  const texts = (isOne ? last.slice(0, 1) : last).map(textOf)
  const best = texts[0]!
  const likeliest = texts.reduce((a, b) => (b.perToken > a.perToken ? b : a))
  return {
    best: minCosine === null || best.cosine >= minCosine ? best : null,
    nearest: textOf(nearest),
    likeliest,
    candidates: texts.slice(0, candidates),
    calls,
    curve,
  }
}

/** Texts are ranked by their cosines alone. */
function textOf({ text, cosine, written: { logProbs, ended } }: Hypothesis): InvertedText {
  const logProb = logProbs.reduce((sum, x) => sum + x, 0)
  const worst = [...logProbs].sort((a, b) => a - b).slice(0, WORST)
  return {
    ...{ text, cosine, whitened: cosine, score: cosine, surrogate: null, stopped: ended === 'end' },
    logProb,
    perToken: logProb / logProbs.length,
    worst: -worst.reduce((sum, x) => sum + x, 0) / worst.length,
  }
}
