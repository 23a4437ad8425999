export type { Space } from './bundle/spaces.ts'
export { type Vectors, vectorsFrom, vectorsFromArrow } from './bundle/vectors.ts'
export type { Concept } from './concepts/concept_texts.ts'
export type { ConceptEncoder, VectorRows } from './concepts/encoder.ts'
export { type ConceptSource, type IndexOptions, type WordNetScope, wordNet } from './concepts/index_files.ts'
export type { MappedRows, MapRows, NearestRows, SearchOptions } from './concepts/rows.ts'
export { type ConceptHit, type ConceptStore, openConcepts, type StoreOptions } from './concepts/store.ts'
export type { EncodedBlock, EncodeOptions, EncodeResult, Encoder, Texts } from './models/encoder/encoder.ts'
export { type LoadOptions, loadModel } from './models/encoder/load.ts'
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
export { type DeviceInfo, deviceInfo } from './runtime/device.ts'
export { type ErrorCode, VmmError } from './runtime/errors.ts'
export type { ArrowVectors } from './tensor/arrow.ts'
export { openDocuments, type VectorDocument, type VectorDocuments } from './train/documents.ts'
export type { TrainProgress } from './train/loop.ts'
export { type TrainPredictorOptions, trainPredictor } from './train/predictor.ts'
export type { PredictorTraining } from './train/predictor_config.ts'
