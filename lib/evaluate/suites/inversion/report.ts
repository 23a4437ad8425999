import { badArgument, check } from '../../../core/errors.ts'
import { refuseUnknown } from '../../../core/options.ts'
import { randomNumbers, sampleWithout } from '../../../ops/random_numbers.ts'
import { type JudgeDifference, judgeDifference } from './judge_difference.ts'
import {
  type InversionCase,
  type InversionScore,
  type LanguageScore,
  SCORE_OPTIONS,
  type ScoreOptions,
  scoreInversion,
  scoreLanguage,
  type TextLanguage,
} from './score.ts'

/** Cases of the same sentences, in the same order. */
export interface InversionCases {
  /** The best text of the beam. */
  readonly beam: readonly InversionCase[]
  /** The same after refinement. */
  readonly refined: readonly InversionCase[]
  /** The known sentence with the nearest vector. */
  readonly nearest: readonly InversionCase[]
  /** What the language model writes without a vector. */
  readonly noVector: readonly InversionCase[]
}

/** Mean cosine of the best texts after so many calls of the encoder for each sentence. */
export interface CurvePoint {
  readonly calls: number
  readonly cosine: number
}

/** What was measured of a sentence itself. */
export interface HumanCase extends TextLanguage {
  /** Mean negative log-likelihood of a token under the decoder that is given its vector, in nats. */
  readonly nllWithVector: number
}

/** The sentences as language, and what a token of them costs the decoder that is given their vectors. */
export interface HumanScore extends LanguageScore {
  readonly nllWithVector: number
}

/** What was measured besides the cases. */
export interface InversionRun {
  readonly cases: InversionCases
  /** One for each case. */
  readonly human: readonly HumanCase[]
  /** The refinement's, at least one point. */
  readonly curve: readonly CurvePoint[]
  /** The sentences among which `nearest` is found, in words. */
  readonly known: string
}

/** A text and the cosine of its vector with the one that was asked for. */
export interface SampleText {
  readonly text: string
  readonly cosine: number
}

/** A sentence, and the texts that were found for its vector. */
export interface InversionSample {
  /** Where the sentences are of several kinds. */
  readonly kind?: string
  readonly reference: string
  readonly beam: SampleText
  readonly refined: SampleText
  readonly nearest: SampleText
}

/** The sentences of one kind. */
export interface KindReport {
  readonly kind: string
  readonly sentences: number
  readonly beam: InversionScore
  readonly refined: InversionScore
  readonly human: HumanScore
  /** Of the refined texts, where there was a judge. */
  readonly judgeDifference?: JudgeDifference
}

/** How well vectors are turned back into text, beside what knows less. */
export interface InversionReport {
  readonly sentences: number
  /** Sentences that were to be inverted, where the run was cancelled before the last. */
  readonly asked?: number
  readonly beam: InversionScore
  readonly refined: InversionScore
  readonly baselines: { readonly nearest: InversionScore; readonly noVector: InversionScore }
  readonly human: HumanScore
  /** Of the refined texts, where there was a judge. */
  readonly judgeDifference?: JudgeDifference
  /** Where the sentences are of several kinds. */
  readonly kinds?: readonly KindReport[]
  /** Drawn at random, as many of each kind. */
  readonly samples: readonly InversionSample[]
  /** The sentences that refinement stayed farthest from, by cosine, the farthest first. */
  readonly worst: readonly InversionSample[]
  readonly curve: readonly CurvePoint[]
  readonly known: string
}

/** What a report shows beside its scores. */
export interface ReportOptions extends ScoreOptions {
  /** Sentences that are shown of each kind, drawn at random. Default 20. */
  readonly samples?: number | undefined
  /** Sentences that are shown because refinement stayed farthest from them. Default 10. */
  readonly worst?: number | undefined
}

/**
 * Scores the texts of each method, and draws sentences to look at by the seed. A report is plain JSON.
 *
 * @throws VmmError BAD_ARGUMENT for cases of different sentences, no point of the curve, numbers that are not finite,
 *   and what `scoreInversion` refuses
 * @example
 * ```js
 * import { inversionReport } from 'vector-mamba/evaluate'
 *
 * const one = { reference: 'The cat sleeps.', tokens: 5, stopped: true, nll: 4, milliseconds: 10 }
 * const some = [{ ...one, text: 'The cat sleeps.', cosine: 1 }]
 * const cases = { beam: some, refined: some, nearest: some, noVector: some }
 * const human = [{ nll: 3, nllWithVector: 2 }]
 * const run = { cases, human, curve: [{ calls: 5, cosine: 1 }], known: 'one sentence' }
 * const report = inversionReport(run, { resamples: 100 }) // run is what runInversion gives
 * console.log(report.sentences, report.refined.cosine, report.samples[0].refined.text) // 1 1 The cat sleeps.
 * ```
 */
export function inversionReport(run: InversionRun, options: ReportOptions = {}): InversionReport {
  refuseUnknown(options, { ...SCORE_OPTIONS, samples: true, worst: true })
  const { cases, human, curve, known } = run
  const { samples = 20, worst = 10, seed = 0, resamples = 2000 } = options
  for (const [name, shown] of Object.entries({ samples, worst }))
    check(Number.isInteger(shown) && shown >= 0, name, shown, 'a whole number of 0 or more')
  if (curve.length === 0) throw badArgument('curve', 'no point', 'at least one')
  for (const { calls, cosine } of curve) {
    check(Number.isInteger(calls) && calls >= 0, 'curve: calls', calls, 'a whole number of 0 or more')
    check(Number.isFinite(cosine), 'curve: cosine', cosine, 'a finite number')
  }
  const { beam, refined, nearest, noVector } = cases
  for (const [name, others] of Object.entries({ refined, nearest, noVector })) checkSame(name, others, beam)
  if (human.length !== beam.length)
    throw badArgument('human', `${human.length} cases`, `${beam.length}, as beam`)
  for (const [i, { nllWithVector }] of human.entries())
    check(Number.isFinite(nllWithVector), `human[${i}].nllWithVector`, nllWithVector, 'a finite number')
  const score = (some: readonly InversionCase[]) => scoreInversion(some, { seed, resamples })
  const humans = beam.map(({ kind, reference }, i) => ({ ...human[i]!, kind, text: reference }))
  const kinds = [...new Set(beam.flatMap(({ kind }) => kind ?? []))]
  const scoreRefined = (texts: readonly InversionCase[], references: typeof humans) => {
    const scores = { refined: score(texts), human: scoreHuman(references) }
    const difference = judgeDifference(texts, references, { seed, resamples })
    return { ...scores, ...(difference && { judgeDifference: difference }) }
  }
  const ofKind = (wanted: string): KindReport => {
    const some = <C extends { readonly kind?: string | undefined }>(cases: readonly C[]) =>
      cases.filter(({ kind }) => kind === wanted)
    return {
      kind: wanted,
      sentences: some(beam).length,
      beam: score(some(beam)),
      ...scoreRefined(some(refined), some(humans)),
    }
  }
  return {
    sentences: beam.length,
    beam: score(beam),
    ...scoreRefined(refined, humans),
    baselines: { nearest: score(nearest), noVector: score(noVector) },
    ...(kinds.length > 1 && { kinds: kinds.map(ofKind) }),
    samples: drawSamples(cases, kinds, samples, seed),
    worst: farthest(cases, worst),
    curve: curve.map(({ calls, cosine }) => ({ calls, cosine })),
    known,
  }
}

function scoreHuman(cases: readonly (HumanCase & { readonly text: string })[]): HumanScore {
  const nllWithVector = cases.reduce((sum, { nllWithVector }) => sum + nllWithVector, 0) / cases.length
  return { ...scoreLanguage(cases), nllWithVector }
}

function checkSame(name: string, cases: readonly InversionCase[], beam: readonly InversionCase[]): void {
  if (cases.length !== beam.length)
    throw badArgument(name, `${cases.length} cases`, `${beam.length}, as beam`)
  for (const [i, { kind, reference, tokens }] of cases.entries()) {
    check(kind === beam[i]!.kind, `${name}[${i}].kind`, kind, 'that of beam')
    check(reference === beam[i]!.reference, `${name}[${i}].reference`, reference, 'that of beam')
    check(tokens === beam[i]!.tokens, `${name}[${i}].tokens`, tokens, 'that of beam')
  }
}

function drawSamples(
  cases: InversionCases,
  kinds: readonly string[],
  count: number,
  seed: number,
): InversionSample[] {
  const numbers = randomNumbers(seed, 1) // the bootstrap draws from stream 0
  const drawn = (indices: readonly number[]) =>
    Array.from(sampleWithout(numbers, count, indices.length), (at) => sampleAt(cases, indices[at]!))
  const indicesOf = (kind: string) => cases.beam.flatMap((one, i) => (one.kind === kind ? [i] : []))
  return kinds.length > 1 ? kinds.flatMap((kind) => drawn(indicesOf(kind))) : drawn([...cases.beam.keys()])
}

function farthest(cases: InversionCases, count: number): InversionSample[] {
  const order = [...cases.refined.keys()].sort((a, b) => cases.refined[a]!.cosine - cases.refined[b]!.cosine)
  return order.slice(0, count).map((i) => sampleAt(cases, i))
}

function sampleAt({ beam, refined, nearest }: InversionCases, i: number): InversionSample {
  const shown = ({ text, cosine }: InversionCase): SampleText => ({ text, cosine })
  const { kind, reference } = beam[i]!
  return {
    ...(kind !== undefined && { kind }),
    reference,
    beam: shown(beam[i]!),
    refined: shown(refined[i]!),
    nearest: shown(nearest[i]!),
  }
}
