import { badArgument, check } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { RUN_OPTIONS, type RunOptions } from '../../core/run_options.ts'
import { checkSeed } from '../../ops/random_numbers.ts'
import { checkDocument, type Documents, type Predicts, positionsOf } from '../documents.ts'
import { bootstrap, type Interval } from './bootstrap.ts'
import { drawChoices, type Tally, tally } from './contrast.ts'

/** What predictors are compared on. */
export interface CompareOptions extends RunOptions {
  /** Sentences that every predictor is given at least. Default 8. */
  readonly context?: number | undefined
  /** Candidates with the true one. Default 64. */
  readonly candidates?: number | undefined
  /** Rows before the true one that are no candidates; 0 (default) leaves in even the last one seen. */
  readonly skip?: number | undefined
  /** Draws of the bootstrap. Default 2,000. */
  readonly resamples?: number | undefined
  /** Decides candidates and draws. Default 0. */
  readonly seed?: number | undefined
  readonly onProgress?: ((documents: number) => void) | undefined
}

const COMPARE_OPTIONS = {
  ...RUN_OPTIONS,
  context: true,
  candidates: true,
  skip: true,
  resamples: true,
  seed: true,
  onProgress: true,
} as const satisfies OptionNames<CompareOptions>

/** How well a predictor predicts. Means are over positions, intervals 95 % over documents. */
export interface Score {
  /** Share of positions where the true next vector is nearer to the prediction than every other candidate. */
  readonly contrastiveAccuracy: number
  readonly interval: Interval
  /** Mean cosine of prediction and truth; 0 for a prediction of length 0. */
  readonly cosine: number
  /** Mean squared Euclidean distance of prediction and truth. */
  readonly squaredError: number
}

/** How well a baseline predicts, and what the model has over it. */
export interface BaselineScore extends Score {
  /** Contrastive accuracy of the model less this one's, with the interval of the paired difference. */
  readonly margin: { readonly accuracy: number; readonly interval: Interval }
}

/** A model beside its baselines. Plain JSON. */
export interface Comparison {
  /** Documents that were evaluated, and those that have no more than `context` sentences. */
  readonly documents: number
  readonly tooShort: number
  readonly positions: number
  /** Candidates at most and in the mean, and what guessing among them gets right. */
  readonly candidates: { readonly most: number; readonly mean: number; readonly chance: number }
  readonly context: number
  readonly skip: number
  readonly resamples: number
  readonly seed: number
  readonly model: Score
  readonly baselines: Readonly<Record<string, BaselineScore>>
}

/**
 * Compares a model with baselines on the same positions and candidates. For each position with `context` sentences
 * behind it the true next vector is to be told from others of its document, drawn at random; a document with fewer
 * rows than candidates gives all of them.
 *
 * @throws VmmError BAD_ARGUMENT for options out of range, for documents and predictions that are not finite, and when
 *   no document is long enough; what a predictor throws; the signal's reason
 * @example
 * ```js
 * import { comparePredictors, contextMean, copyLast } from 'vector-mamba/evaluate'
 *
 * const angles = (...turns) => Float32Array.from(turns.flatMap((turn) => [Math.cos(turn), Math.sin(turn)]))
 * const documents = [
 *   { id: 'slow', group: '', count: 6, vectors: angles(0, 0.5, 1, 1.5, 2, 2.5) },
 *   { id: 'fast', group: '', count: 6, vectors: angles(1, 2, 3, 4, 5, 6) },
 * ]
 * const options = { context: 2, candidates: 4, resamples: 100 }
 * const { positions, model, baselines } = await comparePredictors(documents, 2, copyLast, { contextMean }, options)
 * console.log(positions, model.cosine.toFixed(2)) // 8 0.71
 * console.log(model.cosine > baselines.contextMean.cosine) // true
 * ```
 */
export async function comparePredictors(
  documents: Documents,
  dims: number,
  model: Predicts,
  baselines: Readonly<Record<string, Predicts>>,
  options: CompareOptions = {},
): Promise<Comparison> {
  refuseUnknown(options, COMPARE_OPTIONS)
  const { context = 8, candidates = 64, skip = 0, resamples = 2000, seed = 0, onProgress, ...run } = options
  for (const [name, value, least] of [
    ['context', context, 1],
    ['candidates', candidates, 2],
    ['skip', skip, 0],
    ['resamples', resamples, 1],
  ] as const)
    check(Number.isInteger(value) && value >= least, name, value, `a whole number of ${least} or more`)
  checkSeed(seed)
  const predictors = [model, ...Object.values(baselines)]
  const tallies: Tally[][] = predictors.map(() => [])
  const offered = { sum: 0, chance: 0, positions: 0 }
  let tooShort = 0
  let seen = 0
  for await (const document of documents) {
    run.signal?.throwIfAborted()
    checkDocument(document, dims)
    const positions = positionsOf(document, context)
    if (positions.length === 0) tooShort++
    else {
      const choices = drawChoices(document, positions, { candidates, skip, seed })
      for (const { length } of choices.others) {
        offered.sum += length + 1
        offered.chance += 1 / (length + 1)
      }
      offered.positions += positions.length
      for (const [p, predictor] of predictors.entries())
        tallies[p]!.push(tally(document, choices, await predictor.predictNext(document, positions, run)))
    }
    seen++
    onProgress?.(seen)
  }
  const evaluated = seen - tooShort
  if (evaluated === 0)
    throw badArgument(
      'documents',
      seen === 0 ? 'no document' : `none of more than ${context} sentences`,
      `at least one with ${context + 1} sentences`,
    )
  const intervals = bootstrap(evaluated, (times) => accuraciesOf(tallies, times), { seed, resamples })
  const score = (p: number): Score => ({ ...meansOf(tallies[p]!), interval: intervals[p]! })
  const scores = predictors.map((_, p) => score(p))
  const margins = intervals.slice(predictors.length)
  return {
    documents: evaluated,
    tooShort,
    positions: offered.positions,
    candidates: {
      most: candidates,
      mean: offered.sum / offered.positions,
      chance: offered.chance / offered.positions,
    },
    context,
    skip,
    resamples,
    seed,
    model: scores[0]!,
    baselines: Object.fromEntries(
      Object.keys(baselines).map((name, b) => [
        name,
        {
          ...scores[b + 1]!,
          margin: {
            accuracy: scores[0]!.contrastiveAccuracy - scores[b + 1]!.contrastiveAccuracy,
            interval: margins[b]!,
          },
        },
      ]),
    ),
  }
}

/** The accuracy of each predictor in a draw of documents, then what the first has over each other one. */
function accuraciesOf(tallies: readonly (readonly Tally[])[], times: Int32Array): number[] {
  const accuracies = tallies.map((of) => {
    let correct = 0
    let positions = 0
    for (const [d, tally] of of.entries()) {
      correct += times[d]! * tally.correct
      positions += times[d]! * tally.positions
    }
    return correct / positions
  })
  return [...accuracies, ...accuracies.slice(1).map((accuracy) => accuracies[0]! - accuracy)]
}

function meansOf(tallies: readonly Tally[]): Omit<Score, 'interval'> {
  const mean = (of: (tally: Tally) => number) =>
    tallies.reduce((sum, tally) => sum + of(tally), 0) /
    tallies.reduce((n, { positions }) => n + positions, 0)
  return {
    contrastiveAccuracy: mean(({ correct }) => correct),
    cosine: mean(({ cosine }) => cosine),
    squaredError: mean(({ squaredError }) => squaredError),
  }
}
