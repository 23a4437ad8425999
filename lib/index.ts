export type { Space } from './bundle/spaces.ts'
export { type Vectors, vectorsFrom, vectorsFromArrow } from './bundle/vectors.ts'
export type { Concept } from './concepts/concept_texts.ts'
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
export { wordNetDomains } from './concepts/domains/wordnet.ts'
export type { ConceptEncoder, VectorRows } from './concepts/encoder.ts'
export { type ConceptSource, type IndexOptions, type WordNetScope, wordNet } from './concepts/index_files.ts'
export type { MappedRows, MapRows, NearestRows, SearchOptions } from './concepts/rows.ts'
export { type ConceptHit, type ConceptStore, openConcepts, type StoreOptions } from './concepts/store.ts'
export { contextMean, copyLast } from './evaluate/baselines.ts'
export {
  type BaselineScore,
  type CompareOptions,
  type Comparison,
  comparePredictors,
  type Score,
} from './evaluate/compare.ts'
export type { Documents, DocumentVectors, Predicts } from './evaluate/documents.ts'
export { evaluatePredictor, type Peers, type PredictorEvaluation } from './evaluate/evaluate.ts'
export { fitRidge, type Ridge, type RidgeOptions, ridgePredictor } from './evaluate/ridge.ts'
export { readRidge, writeRidge } from './evaluate/ridge_file.ts'
export type { RoutingReport } from './evaluate/routing.ts'
export type { EncodedBlock, EncodeOptions, EncodeResult, Encoder, Texts } from './models/encoder/encoder.ts'
export { type LoadOptions, loadModel } from './models/encoder/load.ts'
export { type InverterConfig, inverterConfig } from './models/inverter/config.ts'
export type { ConstraintOptions } from './models/inverter/constraint_strings.ts'
export type {
  Inversion,
  InvertedText,
  Inverter,
  SampledText,
  VectorSource,
} from './models/inverter/inverter.ts'
export { KEEP_AMOUNTS, KEEP_HASHTAGS, KEEP_TICKERS } from './models/inverter/keep_patterns.ts'
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
export { type DeviceInfo, type DeviceName, deviceInfo, type GpuInfo, gpuInfo } from './runtime/device.ts'
export { type ErrorCode, VmmError } from './runtime/errors.ts'
export type { ArrowVectors } from './tensor/arrow.ts'
export { openDocuments, type VectorDocument, type VectorDocuments } from './train/documents.ts'
export type { TrainProgress } from './train/loop.ts'
export { type TrainPredictorOptions, trainPredictor } from './train/predictor.ts'
export type { PredictorTraining } from './train/predictor_config.ts'
