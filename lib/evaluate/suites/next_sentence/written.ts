import { badArgument, check } from '../../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../../core/options.ts'
import { CALL_OPTIONS, type CallOptions } from '../../../core/run_options.ts'
import { cosine } from '../../../core/similarity.ts'
import { trustedVectors } from '../../../core/vectors.ts'
import type { Inverter } from '../../../models/inverter/inverter.ts'
import type { LanguageModel } from '../../../models/lm/language_model.ts'
import type { Predictor } from '../../../models/predictor/predictor.ts'
import type { WrittenSentence } from '../../../models/predictor/write.ts'
import { checkSeed } from '../../../ops/random_numbers.ts'
import { checkDocument } from '../../documents.ts'
import { type LanguageScore, scoreLanguage, type TextLanguage } from '../inversion/score.ts'
import { textLanguage } from '../text_language.ts'
import { drawSentences } from './draw.ts'
import type { TextDocument } from './run.ts'

/** What writes next sentences, and what judges them. */
export interface WritingModels {
  readonly predictor: Predictor
  readonly inverter: Inverter
  /** Another language model, which tells how natural the texts are: one that has nothing to do with the inverter. */
  readonly judge?: Pick<LanguageModel, 'surprise'> | undefined
}

/** Which sentences are written. */
export interface WritingOptions extends CallOptions {
  /** Sentences before each at least. Default 8. */
  readonly context?: number | undefined
  /** Sentences of a document at most, drawn by the seed. Default 2. */
  readonly perDocument?: number | undefined
  /** Sentences that the report shows, evenly spread. Default 20. */
  readonly samples?: number | undefined
  /** Decides sentences, and what is drawn. Default 0. */
  readonly seed?: number | undefined
  readonly onProgress?: ((documents: number) => void) | undefined
}

const OPTIONS = {
  ...CALL_OPTIONS,
  context: true,
  perDocument: true,
  samples: true,
  seed: true,
  onProgress: true,
} as const satisfies OptionNames<WritingOptions>

/** A sentence that was written in place of the one that follows. */
export interface WrittenSample {
  /** The last sentence before. */
  readonly before: string
  readonly reference: string
  readonly text: string
  readonly fit: number
}

/** Written next sentences beside those that really follow. Plain JSON. */
export interface WrittenReport {
  readonly documents: number
  readonly sentences: number
  /** Share of the places where nothing was written. */
  readonly silent: number
  /** Means: the cosines of a written sentence's own vector to the predicted one and to that of the true next sentence; null
   * where nothing was written. */
  readonly written:
    | (LanguageScore & { readonly fit: number; readonly toPredicted: number; readonly toTrue: number })
    | null
  /** The true next sentences as language, and how well they fit. */
  readonly human: LanguageScore & { readonly fit: number }
  readonly samples: readonly WrittenSample[]
}

/** Concepts that are read before one is predicted, at most. */
const MOST_BEFORE = 64

interface Case {
  readonly before: string
  readonly reference: string
  readonly fitOfReference: number
  readonly written: WrittenSentence | undefined
  readonly toTrue: number
}

/**
 * Has a predictor and an inverter write next sentences of documents, and measures them as language beside the true ones;
 * and the round trip: how near a written sentence, encoded, is to what was predicted and to what is true.
 *
 * @throws VmmError BAD_ARGUMENT for options out of range and where no document is long enough; SPACE_MISMATCH; what models
 *   throw; the signal's reason
 * @example
 * ```js
 * import { loadInverter, loadModel, loadPredictor } from 'vector-mamba'
 * import { writtenSentences } from 'vector-mamba/evaluate'
 *
 * const model = await loadModel()
 * const inverter = await loadInverter('vector-mamba-inverter', { encoder: model })
 * const predictor = await loadPredictor('vector-mamba-predictor')
 * const texts = ['It rains.', 'It rains again.', 'The road is wet.', 'Nobody is outside.']
 * const { vectors } = await model.encode(texts)
 * const document = { id: 'rain', group: '', count: 4, vectors: vectors.toFloat32Array(), texts: () => texts }
 * const { sentences, samples } = await writtenSentences([document], { predictor, inverter }, { context: 2 })
 * console.log(sentences, samples[0].reference.length > 0) // 2 true
 * for (const one of [predictor, inverter, model]) one.dispose()
 * ```
 */
export async function writtenSentences(
  documents: Iterable<TextDocument> | AsyncIterable<TextDocument>,
  models: WritingModels,
  options: WritingOptions = {},
): Promise<WrittenReport> {
  refuseUnknown(options, OPTIONS)
  refuseUnknown(models, { predictor: true, inverter: true, judge: true }, 'models.')
  const { context = 8, perDocument = 2, samples = 20, seed = 0, signal, threads, device } = options
  for (const [name, value] of Object.entries({ context, perDocument }))
    check(Number.isInteger(value) && value >= 1, name, value, 'a whole number of 1 or more')
  check(Number.isInteger(samples) && samples >= 0, 'samples', samples, 'a whole number of 0 or more')
  checkSeed(seed)
  const run = { signal, threads, device }
  const cases: Case[] = []
  let [seen, used] = [0, 0]
  for await (const document of documents) {
    signal?.throwIfAborted()
    checkDocument(document, models.predictor.dims)
    const rows = drawSentences(document, () => true, { context, most: perDocument, seed })
    if (rows.length > 0) {
      cases.push(...(await writeDocument(document, rows, models, { ...run, seed })))
      used++
    }
    seen++
    options.onProgress?.(seen)
  }
  if (cases.length === 0)
    throw badArgument('documents', 'none that is long enough', `one of ${context + 1} sentences or more`)
  const found = cases.flatMap((one) => (one.written ? [{ ...one, written: one.written }] : []))
  const languageOf = async (texts: readonly string[]) => {
    const told: TextLanguage[] = await textLanguage(texts, models, run)
    return scoreLanguage(texts.map((text, i) => ({ text, ...told[i]! })))
  }
  const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length
  const shown = Math.min(samples, found.length)
  return {
    documents: used,
    sentences: cases.length,
    silent: 1 - found.length / cases.length,
    written:
      found.length > 0
        ? {
            ...(await languageOf(found.map(({ written }) => written.text))),
            fit: mean(found.map(({ written }) => written.fit)),
            toPredicted: mean(found.map(({ written }) => written.cosine)),
            toTrue: mean(found.map(({ toTrue }) => toTrue)),
          }
        : null,
    human: {
      ...(await languageOf(cases.map(({ reference }) => reference))),
      fit: mean(cases.map(({ fitOfReference }) => fitOfReference)),
    },
    samples: Array.from({ length: shown }, (_, i) => {
      const { before, reference, written } = found[Math.floor((i * found.length) / shown)]!
      return { before, reference, text: written.text, fit: written.fit }
    }),
  }
}

async function writeDocument(
  { vectors, texts }: TextDocument,
  rows: Int32Array,
  { predictor, inverter }: WritingModels,
  { seed, ...run }: CallOptions & { readonly seed: number },
): Promise<Case[]> {
  const { dims, space } = predictor
  const own = (row: number) => vectors.subarray(row * dims, (row + 1) * dims)
  const contexts = Array.from(rows, (row) =>
    trustedVectors([vectors.subarray(Math.max(0, row - MOST_BEFORE) * dims, row * dims)], dims, space),
  )
  const { predictions } = await predictor.predict(contexts, { ...run, seed, inverter })
  const written = predictions.map((one) => one.written![0]!.sentences[0])
  const wanted = written.flatMap((one) => (one ? [one.text] : []))
  const read = wanted.length === 0 ? null : (await inverter.encoder.encode(wanted, run)).vectors
  const said = texts()
  let at = 0
  return written.map((one, i): Case => {
    const row = rows[i]!
    return {
      before: said[row - 1]!,
      reference: said[row]!,
      fitOfReference: cosine(predictions[i]!.direction.row(0), own(row)),
      written: one,
      toTrue: one ? cosine(read!.row(at++), own(row)) : 0,
    }
  })
}
