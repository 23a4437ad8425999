import { badArgument, check } from '../../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../../core/options.ts'
import { CALL_OPTIONS, type CallOptions } from '../../../core/run_options.ts'
import { trustedVectors, type Vectors } from '../../../core/vectors.ts'
import type { Inverter } from '../../../models/inverter/inverter.ts'
import type { LanguageModel } from '../../../models/lm/language_model.ts'
import type { TextSurprise } from '../../../models/lm/score.ts'
import { checkSeed } from '../../../ops/random_numbers.ts'
import { checkDocument, type DocumentVectors, type Predicts } from '../../documents.ts'
import { drawSentences } from './draw.ts'
import { type DocumentNats, type NextSentenceReport, nextSentenceReport } from './report.ts'

/** A document whose sentences are there beside their vectors. */
export interface TextDocument extends DocumentVectors {
  texts(): readonly string[]
}

/** What tells next sentences: an inverter reads the vectors that predictors expect. */
export interface NextSentenceModels {
  readonly inverter: Pick<
    Inverter,
    'config' | 'space' | 'dims' | 'capacityTokens' | 'surprise' | 'countTokens'
  >
  /** By name; the first one is read with the contexts of other documents as well. */
  readonly predictors: Readonly<Record<string, Predicts>>
  /** Reads the sentences before as text. What it tells counts by tokens of the inverter, whatever its own are. */
  readonly language?: Pick<LanguageModel, 'surprise'> | undefined
}

/** Which sentences are told. */
export interface NextSentenceBitsOptions extends CallOptions {
  /** Sentences that every predictor is given at least. Default 8. */
  readonly context?: number | undefined
  /** Sentences of a document at most, drawn by the seed. Default 16. */
  readonly perDocument?: number | undefined
  /** Draws of the bootstrap. Default 2,000. */
  readonly resamples?: number | undefined
  /** Decides sentences and draws. Default 0. */
  readonly seed?: number | undefined
  readonly onProgress?: ((documents: number) => void) | undefined
}

const OPTIONS = {
  ...CALL_OPTIONS,
  context: true,
  perDocument: true,
  resamples: true,
  seed: true,
  onProgress: true,
} as const satisfies OptionNames<NextSentenceBitsOptions>

/** Sentences before one that a model of the language may read. */
const MOST_BEFORE = 64

/** What a decoder that is told of blurred vectors is told of those of a predictor that does not say. */
const LEVELS = [0, 0.25, 0.5, 0.75, 1]

/** What methods pay for a document, and by name what those do that a decoder is told of at several levels. */
interface Told {
  readonly document: DocumentNats
  readonly tried: Readonly<Record<string, readonly number[]>>
}

/**
 * What a token of the next sentence costs an inverter's decoder, in nats, when it is given the vector that a predictor
 * expects; beside no vector, the vector of the sentence itself, the predictor with the context of another document, and a
 * model of the language that reads the sentences before as text. Lower is better, and none of it can be had by vectors
 * that are near to all sentences. Sentences that are longer than the decoder writes are left out. After SONAR-LLM
 * (arXiv 2508.05305).
 *
 * @throws VmmError BAD_ARGUMENT for options out of range, for documents and predictions that are not finite, and where no
 *   document has a sentence that fits; SPACE_MISMATCH; what models throw; the signal's reason
 * @example
 * ```js
 * import { loadInverter, loadModel } from 'vector-mamba'
 * import { copyLast, nextSentenceBits } from 'vector-mamba/evaluate'
 *
 * const model = await loadModel()
 * const inverter = await loadInverter('vector-mamba-inverter', { encoder: model })
 * const texts = ['It rains.', 'It rains again.', 'The road is wet.', 'Nobody is outside.']
 * const { vectors } = await model.encode(texts)
 * const document = { id: 'rain', group: '', count: 4, vectors: vectors.toFloat32Array(), texts: () => texts }
 * const models = { inverter, predictors: { copyLast } }
 * const { sentences, methods } = await nextSentenceBits([document], models, { context: 2, resamples: 100 })
 * console.log(sentences, methods.ownVector.nats < methods.noVector.nats) // 2 true
 * inverter.dispose()
 * model.dispose()
 * ```
 */
export async function nextSentenceBits(
  documents: Iterable<TextDocument> | AsyncIterable<TextDocument>,
  models: NextSentenceModels,
  options: NextSentenceBitsOptions = {},
): Promise<NextSentenceReport> {
  refuseUnknown(options, OPTIONS)
  refuseUnknown(models, { inverter: true, predictors: true, language: true }, 'models.')
  const { context = 8, perDocument = 16, resamples = 2000, seed = 0 } = options
  for (const [name, value] of Object.entries({ context, perDocument, resamples }))
    check(Number.isInteger(value) && value >= 1, name, value, 'a whole number of 1 or more')
  checkSeed(seed)
  const { inverter } = models
  const told: Told[] = []
  let seen = 0
  let before: TextDocument | null = null
  for await (const document of documents) {
    options.signal?.throwIfAborted()
    checkDocument(document, inverter.dims)
    const texts = document.texts()
    const fits = (row: number) => {
      const tokens = inverter.countTokens(texts[row]!)
      return tokens > 0 && tokens <= inverter.capacityTokens
    }
    const rows = drawSentences(document, fits, { context, most: perDocument, seed })
    if (rows.length > 0) told.push(await tellDocument(document, texts, rows, before, models, options))
    before = document
    seen++
    options.onProgress?.(seen)
  }
  if (told.length === 0)
    throw badArgument(
      'documents',
      seen === 0 ? 'no document' : `none with a sentence to tell after ${context}`,
      `at least one with ${context + 1} sentences, of ${inverter.capacityTokens} tokens at most`,
    )
  const blurs: Record<string, number> = {}
  const [first] = Object.values(models.predictors)
  const said = Object.entries({ ...models.predictors, ...(first && { shuffledContext: first }) })
  for (const [name, { blur }] of said)
    if (inverter.config.noiseRange !== null) blurs[name] = blur ?? LEVELS[bestLevel(told, name)]!
  const costs = told.map(({ document, tried }) => ({
    ...document,
    nats: Object.fromEntries(
      Object.entries(document.nats).map(([name, nats]) => {
        const levels = tried[name]
        return [name, levels ? levels[LEVELS.indexOf(blurs[name]!)]! : nats]
      }),
    ),
  }))
  return nextSentenceReport(costs, { context, resamples, seed, blurs })
}

/** The place of the level that costs least over all documents. */
function bestLevel(told: readonly Told[], name: string): number {
  const totals = LEVELS.map((_, i) => told.reduce((sum, { tried }) => sum + (tried[name]?.[i] ?? 0), 0))
  return totals.indexOf(Math.min(...totals))
}

/**
 * What each method pays for some sentences of a document.
 *
 * @param rows  the sentences, ascending; each has another one before it
 * @param other what is read in place of the sentences before
 */
async function tellDocument(
  document: TextDocument,
  texts: readonly string[],
  rows: Int32Array,
  other: TextDocument | null,
  { inverter, predictors, language }: NextSentenceModels,
  { signal, threads, device }: CallOptions,
): Promise<Told> {
  const { dims, config } = inverter
  const run = { signal, threads, device }
  const wanted = Array.from(rows, (row) => texts[row]!)
  const tokens = wanted.map((text) => inverter.countTokens(text) + 1)
  const total = (nlls: readonly number[]) => nlls.reduce((sum, nll, i) => sum + nll * tokens[i]!, 0)
  const given = async (vectors: Vectors, blur = 0) =>
    total(await inverter.surprise(wanted, { ...run, vectors, blur }))
  const vectorsOf = (values: Float32Array) => trustedVectors([values], dims, inverter.space)
  const own = new Float32Array(rows.length * dims)
  for (const [i, row] of rows.entries())
    own.set(document.vectors.subarray(row * dims, (row + 1) * dims), i * dims)
  const nats: Record<string, number> = {
    noVector: total(await inverter.surprise(wanted, run)),
    ownVector: await given(vectorsOf(own)),
  }
  const positions = rows.map((row) => row - 1)
  const tried: Record<string, number[]> = {}
  const isTold = config.noiseRange !== null
  const tell = async (name: string, values: Float32Array, blur: number | undefined) => {
    const vectors = vectorsOf(values)
    nats[name] = await given(vectors, isTold ? blur : 0)
    if (!isTold || blur !== undefined) return
    tried[name] = [nats[name]!]
    for (const level of LEVELS.slice(1)) tried[name]!.push(await given(vectors, level))
  }
  for (const [place, [name, predictor]] of Object.entries(predictors).entries()) {
    await tell(name, await predictor.predictNext(document, positions, run), predictor.blur)
    if (place > 0 || other === null || other.count < 2) continue
    // The same number of sentences before, as far as the other document has them.
    const elsewhere = positions.map((position) => Math.min(position, other.count - 2))
    await tell('shuffledContext', await predictor.predictNext(other, elsewhere, run), predictor.blur)
  }
  if (language) {
    const before = Array.from(rows, (row) => texts.slice(Math.max(0, row - MOST_BEFORE), row))
    const summed = (told: readonly TextSurprise[]) =>
      told.reduce((sum, { nats, tokens }) => sum + nats * tokens, 0)
    nats.languageModel = summed(await language.surprise(wanted, { ...run, before }))
    nats.languageModelAlone = summed(await language.surprise(wanted, run))
  }
  const count = tokens.reduce((a, b) => a + b, 0)
  return { document: { sentences: rows.length, tokens: count, nats }, tried }
}
