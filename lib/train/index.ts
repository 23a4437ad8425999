/**
 * Training of predictors, inverters, what corrects and judges their texts, pairs of vec2text, and language models. docs/training.md has the
 * keys of all configs.
 *
 * @module vector-mamba/train
 */

export type { Overlap } from '../data/near_duplicates.ts'
export type { SplitOptions, SplitPart } from '../data/split.ts'
export type { SurrogateConfig } from '../models/inverter/surrogate/forward.ts'
export type { DomainCentroids } from '../models/predictor/parameters.ts'
export type { DocumentGroups } from './core/document_groups.ts'
export type { TrainProgress } from './core/loop.ts'
export type { MetricsLine } from './core/metrics.ts'
export type { OptimiserConfig, ScheduleConfig } from './core/optimiser.ts'
export type { TrainOptions } from './core/run.ts'
export type { DocumentRunConfig, RunConfig, SentenceEvaluation } from './core/run_config.ts'
export type { Measures } from './core/task.ts'
export type { TrainSettings } from './core/trainer.ts'
export { type CorrectorTraining, correctorTraining } from './corrector/config.ts'
export { type TrainCorrectorOptions, trainCorrector } from './corrector/train.ts'
export type { CorrectorData } from './corrector/trainable.ts'
export {
  type DecoderLoss,
  type InverterSources,
  type InverterTraining,
  inverterTraining,
  type TextBatch,
} from './inverter/config.ts'
export { sentenceSpread } from './inverter/spread.ts'
export type { SplitTexts } from './inverter/texts.ts'
export { type TrainInverterOptions, trainInverter } from './inverter/train.ts'
export type { InverterData } from './inverter/trainable.ts'
export { type LanguageModelTraining, languageModelTraining } from './lm/config.ts'
export { type TrainLanguageModelOptions, trainLanguageModel } from './lm/train.ts'
export type { LanguageModelData } from './lm/trainable.ts'
export { type PredictorTraining, predictorTraining } from './predictor/config.ts'
export type { TrainingDomains } from './predictor/domains.ts'
export type { PredictorLosses, PredictorNoise } from './predictor/task.ts'
export { type TrainPredictorOptions, trainPredictor } from './predictor/train.ts'
export type { PredictorData } from './predictor/trainable.ts'
export { type SelfCriticalTraining, selfCriticalTraining } from './self_critical/config.ts'
export { type TrainSelfCriticalOptions, trainSelfCritical } from './self_critical/train.ts'
export type { SelfCriticalData } from './self_critical/trainable.ts'
export { type SurrogateTraining, surrogateTraining } from './surrogate/config.ts'
export { type TrainSurrogateOptions, trainSurrogate } from './surrogate/train.ts'
export type { SurrogateData } from './surrogate/trainable.ts'
export { trainModel } from './train_model.ts'
export { type Vec2TextTraining, vec2textTraining } from './vec2text/config.ts'
export type { Vec2TextSizes } from './vec2text/sizes.ts'
export { type TrainVec2TextOptions, trainVec2text } from './vec2text/train.ts'
export type { Vec2TextData } from './vec2text/trainable.ts'
