export {
  type ClusterOptions,
  type Clusters,
  clusterVectors,
  discoverDomains,
} from './concepts/domains/clusters.ts'
export {
  type Domain,
  type DomainMatch,
  type Domains,
  rankDomains,
  subdomains,
  topDomains,
} from './concepts/domains/domains.ts'
export { assignExperts, type ExpertDomains } from './concepts/domains/experts.ts'
export { readDomains, writeDomains } from './concepts/domains/file.ts'
export { type GrowingDomains, type GrowingOptions, growDomains } from './concepts/domains/growing.ts'
export { type LearnOptions, learnDomains } from './concepts/domains/learn.ts'
export { wordNetDomains } from './concepts/domains/wordnet/domains.ts'
export type { ConceptEncoder, VectorRows } from './concepts/encoder.ts'
export {
  type ConceptSource,
  type IndexOptions,
  type WordNetScope,
  wordNet,
} from './concepts/store/build_index.ts'
export {
  type ConceptHit,
  type ConceptStore,
  openConcepts,
  type StoreOptions,
} from './concepts/store/concept_index.ts'
export type { MappedRows, MapRows, NearestRows, SearchOptions } from './concepts/store/rows.ts'
export type { Concept } from './concepts/wordnet/concepts.ts'
export type { ArrowVectors } from './core/arrow_column.ts'
export { type ErrorCode, VmmError } from './core/errors.ts'
export type { DeviceName } from './core/run_options.ts'
export { cosine, type Row, similarity } from './core/similarity.ts'
export type { Space } from './core/space.ts'
export {
  type Vectors,
  type VectorsClone,
  type VectorsJson,
  vectorsFrom,
  vectorsFromArrow,
} from './core/vectors.ts'
export { openDocuments, type VectorDocument, type VectorDocuments } from './data/documents/open.ts'
export { fitRidge, type Ridge, type RidgeOptions, ridgePredictor } from './evaluate/baselines/ridge.ts'
export { readRidge, writeRidge } from './evaluate/baselines/ridge_file.ts'
export { contextMean, copyLast } from './evaluate/baselines/simple.ts'
export type { RoutingReport } from './evaluate/metrics/routing.ts'
export {
  type BaselineScore,
  type CompareOptions,
  type Comparison,
  comparePredictors,
  type Score,
} from './evaluate/suites/predictor/compare.ts'
export type { Documents, DocumentVectors, Predicts } from './evaluate/suites/predictor/documents.ts'
export {
  evaluatePredictor,
  type Peers,
  type PredictorEvaluation,
} from './evaluate/suites/predictor/evaluate.ts'
export { type Embeds, embed, embedMany } from './models/encoder/embed.ts'
export type { EncodedBlock, EncodeOptions, EncodeResult, Encoder, Texts } from './models/encoder/encoder.ts'
export { type LoadOptions, loadModel } from './models/encoder/load.ts'
export { type InverterConfig, inverterConfig } from './models/inverter/config.ts'
export { KEEP_AMOUNTS, KEEP_HASHTAGS, KEEP_TICKERS } from './models/inverter/constraints/keep_patterns.ts'
export type { ConstraintOptions } from './models/inverter/constraints/strings.ts'
export type {
  Inversion,
  InvertedText,
  Inverter,
  SampledText,
  VectorSource,
} from './models/inverter/inverter.ts'
export { type LoadInverterOptions, loadInverter } from './models/inverter/load.ts'
export type { InvertOptions, SamplingOptions } from './models/inverter/options.ts'
export { type SaveInverterOptions, saveInverter } from './models/inverter/save.ts'
export { type PredictorConfig, predictorConfig } from './models/predictor/config.ts'
export type { Follow, FollowOptions } from './models/predictor/follow.ts'
export { loadPredictor } from './models/predictor/load.ts'
export type {
  Prediction,
  PredictOptions,
  Predictor,
  PredictResult,
  Sequences,
} from './models/predictor/predictor.ts'
export type { Route } from './models/predictor/routes.ts'
export { type SavePredictorOptions, savePredictor } from './models/predictor/save.ts'
export { type DeviceInfo, deviceInfo, type GpuInfo, gpuInfo } from './runtime/device.ts'
export { type Sentence, type SentenceOptions, splitSentences } from './text/sentences.ts'
export type { TrainProgress } from './train/core/loop.ts'
export type { PredictorTraining } from './train/predictor/config.ts'
export { type TrainPredictorOptions, trainPredictor } from './train/predictor/train.ts'
