/**
 * How well predictors predict and inverters invert, beside baselines, and how far people who rate texts agree.
 *
 * @module vector-mamba/evaluate
 */

export type { AgreementCoefficient, AgreementOptions } from './agreement/coefficient.ts'
export { cohenKappa, type KappaOptions, type KappaWeights } from './agreement/cohen.ts'
export type { RatingScale } from './agreement/disagreement.ts'
export { fleissKappa } from './agreement/fleiss.ts'
export { type AlphaOptions, krippendorffAlpha } from './agreement/krippendorff.ts'
export type { Ratings } from './agreement/ratings.ts'
export {
  type Annotation,
  type AnnotationItem,
  type AnnotationKey,
  type AnnotationOptions,
  type AnnotationTask,
  drawAnnotation,
  type SystemText,
} from './annotation/draw.ts'
export { readAnnotationItems, readAnnotationKey, writeAnnotation } from './annotation/files.ts'
export { type Rating, readRatings } from './annotation/ratings_file.ts'
export {
  type Consistency,
  type PairOfRaters,
  type RaterReport,
  type RaterScale,
  type RatingsReport,
  type RatingsReportOptions,
  ratingsReport,
  type ScaleAgreement,
  type SystemReport,
  type SystemScale,
} from './annotation/report.ts'
export { fitRidge, type Ridge, type RidgeOptions, ridgePredictor } from './baselines/ridge.ts'
export { readRidge, writeRidge } from './baselines/ridge_file.ts'
export { contextMean, copyLast } from './baselines/simple.ts'
export type { Documents, DocumentVectors, Predicts } from './documents.ts'
export type { Interval } from './metrics/bootstrap.ts'
export {
  type BaselineScore,
  type CompareOptions,
  type Comparison,
  comparePredictors,
  type Score,
} from './metrics/compare.ts'
export {
  type RoutedDocument,
  type RoutingOptions,
  type RoutingReport,
  routingReport,
} from './metrics/routing.ts'
export { inversionPage } from './reports/inversion/page.ts'
export type { JudgeDifference } from './suites/inversion/judge_difference.ts'
export {
  type CurvePoint,
  type HumanCase,
  type HumanScore,
  type InversionCases,
  type InversionReport,
  type InversionRun,
  type InversionSample,
  inversionReport,
  type KindReport,
  type ReportOptions,
  type SampleText,
} from './suites/inversion/report.ts'
export { type InversionRunOptions, type KnownSentences, runInversion } from './suites/inversion/run.ts'
export {
  type Closeness,
  type CosineBin,
  type InversionCase,
  type InversionScore,
  type LanguageScore,
  type LengthScore,
  type ScoreOptions,
  scoreInversion,
  type TextLanguage,
} from './suites/inversion/score.ts'
export {
  evaluateNavigation,
  type NavigationOptions,
  type NavigationReport,
  type WayMeasures,
} from './suites/navigation.ts'
export type { NextSentenceReport, NextSentenceScore } from './suites/next_sentence/report.ts'
export {
  type NextSentenceBitsOptions,
  type NextSentenceModels,
  nextSentenceBits,
  type TextDocument,
} from './suites/next_sentence/run.ts'
export {
  type WritingModels,
  type WritingOptions,
  type WrittenReport,
  type WrittenSample,
  writtenSentences,
} from './suites/next_sentence/written.ts'
export { evaluatePredictor, type Peers, type PredictorEvaluation } from './suites/predictor/evaluate.ts'
export { type EvaluatedPredictor, type FollowingOptions, following } from './suites/predictor/predictor.ts'
export {
  type EvaluationOptions,
  type PairOutcome,
  type SimilarityEvaluator,
  type SimilarityItem,
  type SimilarityReport,
  similarityEvaluator,
} from './suites/similarity/evaluate.ts'
export { type ConfiguredEvaluator, Evaluator, type EvaluatorResult } from './suites/similarity/evaluator.ts'
export type { PairColumns, PairFailure, PairSource } from './suites/similarity/pairs.ts'
export { type SimilaritySummary, type Spread, similaritySummary } from './suites/similarity/summary.ts'
