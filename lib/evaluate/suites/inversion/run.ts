import type { Encoder } from '../../../core/encoder.ts'
import { check } from '../../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../../core/options.ts'
import { dot, unitLength } from '../../../core/rows.ts'
import { CALL_OPTIONS, type CallOptions, type RunOptions } from '../../../core/run_options.ts'
import { trustedVectors, type Vectors } from '../../../core/vectors.ts'
import type { Inversion } from '../../../models/inverter/inversion.ts'
import type { Inverter } from '../../../models/inverter/inverter.ts'
import type { LanguageModel } from '../../../models/lm/language_model.ts'
import { textLanguage } from '../text_language.ts'
import type { CurvePoint, HumanCase, InversionRun, SampleText } from './report.ts'
import type { InversionCase } from './score.ts'

/** Sentences that are known, to be found by their vectors. */
export interface KnownSentences {
  /** What they are, in words. */
  readonly name: string
  /** The nearest one of each vector. */
  nearest(vectors: Vectors, options: RunOptions): Promise<readonly SampleText[]>
}

/** How sentences are turned into vectors and back. */
export interface InversionRunOptions extends CallOptions {
  /** Texts that refinement may encode per sentence; the inverter's default when left out. */
  readonly refine?: number | undefined
  /** Decides what is written without a vector. Default 0. */
  readonly seed?: number | undefined
  /** Another language model, which tells how natural the texts are: one that has nothing to do with the inverter. */
  readonly judge?: Pick<LanguageModel, 'surprise'> | undefined
  /** What sort of sentence each is, where they are of several; the report tells them apart. */
  readonly kinds?: readonly string[] | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

const INVERSION_RUN_OPTIONS = {
  ...CALL_OPTIONS,
  refine: true,
  seed: true,
  judge: true,
  kinds: true,
  onProgress: true,
} as const satisfies OptionNames<InversionRunOptions>

/**
 * Sentences that are inverted side by side; times are those of a block, divided by them. A run that is cancelled keeps
 * whole blocks: with refinement, a sentence takes seconds.
 */
const BLOCK = 64
const BLOCK_REFINED = 8
/** Width of the beam, with and without refinement. */
const BEAM = 5

type Method = keyof InversionRun['cases']
type Written = SampleText & Pick<InversionCase, 'stopped'>

/** What was measured of some sentences. */
export interface InversionBlock {
  readonly cases: Readonly<Record<Method, readonly InversionCase[]>>
  /** Of the refinement, one for each sentence. */
  readonly curves: readonly Pick<Inversion, 'curve'>[]
  /** Of the sentences themselves. */
  readonly human: readonly HumanCase[]
}

/**
 * Turns the vectors of sentences back into text: by the beam, with refinement, and as what knows less would. Each text
 * is judged by the encoder, by the inverter's decoder as a model of the language, and by `judge` where there is one.
 *
 * @throws VmmError BAD_ARGUMENT, SPACE_MISMATCH as the inverter does; the signal's reason
 * @example
 * ```js
 * import { loadInverter, loadModel, similarity } from 'vector-mamba'
 * import { inversionReport, runInversion } from 'vector-mamba/evaluate'
 *
 * const model = await loadModel()
 * const inverter = await loadInverter('vector-mamba-inverter', { encoder: model })
 * const texts = ['The dog barks.', 'It rains.']
 * const { vectors } = await model.encode(texts)
 * const known = {
 *   name: 'two sentences',
 *   nearest: async (wanted) =>
 *     similarity(wanted, vectors).map((cosines) => {
 *       const cosine = Math.max(...cosines)
 *       return { text: texts[cosines.indexOf(cosine)], cosine }
 *     }),
 * }
 * const run = await runInversion(inverter, model, ['The cat sleeps.'], known, { refine: 32 })
 * const { sentences, refined, baselines } = inversionReport(run, { resamples: 100 })
 * console.log(sentences, refined.cosine >= baselines.noVector.cosine) // 1 true
 * inverter.dispose()
 * model.dispose()
 * ```
 */
export async function runInversion(
  inverter: Inverter,
  encoder: Encoder,
  sentences: readonly string[],
  known: KnownSentences,
  options: InversionRunOptions = {},
): Promise<InversionRun> {
  const blocks: InversionBlock[] = []
  for await (const block of invertBlocks(inverter, encoder, sentences, known, options)) blocks.push(block)
  return joinBlocks(blocks, known)
}

/** The same, some sentences at a time and in order, for those who would keep what is done. */
export async function* invertBlocks(
  inverter: Inverter,
  encoder: Encoder,
  sentences: readonly string[],
  known: KnownSentences,
  options: InversionRunOptions = {},
): AsyncGenerator<InversionBlock> {
  refuseUnknown(options, INVERSION_RUN_OPTIONS)
  const { refine, seed = 0, judge, kinds, signal, threads, device, onProgress } = options
  if (kinds !== undefined)
    check(kinds.length === sentences.length, 'kinds', kinds, `${sentences.length}, one for each sentence`)
  const run = { signal, threads, device }
  const languageOf = (texts: readonly string[]) => textLanguage(texts, { inverter, judge }, run)
  const side = refine === 0 ? BLOCK : BLOCK_REFINED
  for (let first = 0; first < sentences.length; first += side) {
    const texts = sentences.slice(first, first + side)
    const cases: Record<Method, InversionCase[]> = { beam: [], refined: [], nearest: [], noVector: [] }
    const curves: Inversion[] = []
    const vectors = await encode(encoder, texts, run)
    const methods: Readonly<Record<Method, () => Promise<readonly Written[]>>> = {
      beam: async () => (await inverter.invert(vectors, { ...run, beam: BEAM, refine: 0 })).map(written),
      refined: async () => {
        const inversions = await inverter.invert(vectors, { ...run, beam: BEAM, refine })
        curves.push(...inversions)
        return inversions.map(written)
      },
      nearest: async () => (await known.nearest(vectors, run)).map((text) => ({ ...text, stopped: true })),
      noVector: async () => {
        const drawn = await inverter.sampleTexts(
          texts.map((_, i) => seed + first + i),
          run,
        )
        const own = await encode(
          encoder,
          drawn.map(({ text }) => text),
          run,
        )
        return drawn.map((text, i) => ({
          ...text,
          cosine: dot(unitLength(own.row(i)), unitLength(vectors.row(i))),
        }))
      },
    }
    for (const [name, write] of Object.entries(methods)) {
      const begun = performance.now()
      const found = await write()
      const milliseconds = (performance.now() - begun) / texts.length
      const language = await languageOf(found.map(({ text }) => text))
      for (const [i, { text, cosine, stopped }] of found.entries())
        cases[name as Method].push({
          ...(kinds && { kind: kinds[first + i]! }),
          reference: texts[i]!,
          text,
          tokens: inverter.countTokens(texts[i]!),
          cosine,
          stopped,
          ...language[i]!,
          milliseconds,
        })
    }
    const told = await inverter.surprise(texts, { ...run, vectors })
    const human = (await languageOf(texts)).map((one, i) => ({ ...one, nllWithVector: told[i]! }))
    onProgress?.(first + texts.length, sentences.length)
    yield { cases, curves, human }
  }
}

/** What was measured of all the sentences of some blocks, in their order. */
export function joinBlocks(blocks: readonly InversionBlock[], { name }: KnownSentences): InversionRun {
  const all = (method: Method) => blocks.flatMap(({ cases }) => cases[method])
  return {
    cases: { beam: all('beam'), refined: all('refined'), nearest: all('nearest'), noVector: all('noVector') },
    human: blocks.flatMap(({ human }) => human),
    curve: refinementCurve(blocks.flatMap(({ curves }) => curves)),
    known: name,
  }
}

/** The mean cosine after as many calls of the encoder as all sentences have had, and after each power of two above. */
export function refinementCurve(inversions: readonly Pick<Inversion, 'curve'>[]): CurvePoint[] {
  const begun = Math.max(...inversions.map(({ curve }) => curve[0]!.calls))
  const most = Math.max(...inversions.map(({ curve }) => curve.at(-1)!.calls))
  const points = [begun]
  for (let calls = 1; calls < most; calls *= 2) if (calls > begun) points.push(calls)
  if (most > begun) points.push(most)
  return points.map((calls) => {
    const cosines = inversions.map(({ curve }) => curve.findLast((point) => point.calls <= calls)!.cosine)
    return { calls, cosine: cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length }
  })
}

async function encode(encoder: Encoder, texts: readonly string[], run: RunOptions): Promise<Vectors> {
  const { vectors } = await encoder.encode(texts, {
    signal: run.signal,
    threads: run.threads,
    device: run.device,
  })
  return trustedVectors([vectors.toFloat32Array()], vectors.dims, vectors.space)
}

function written({ best }: Inversion): Written {
  const { text, cosine, stopped } = best!
  return { text, cosine, stopped }
}
