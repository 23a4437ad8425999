/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Models are loaded here: encoders turn texts into vectors, predictors say which vector comes next, inverters write a
 * text for a vector, language models tell how natural a text is. With them come vectors as data, concepts to be searched,
 * domains, documents, and the one error type.
 *
 * @module vector-mamba
 */

export type { SaveOptions } from './bundle/save.ts'
export {
  type NextSentenceOptions,
  nextSentences,
  type RetrievedSentence,
} from './concepts/bank/next_sentences.ts'
export { type BankHit, type SentenceBank, sentenceBank } from './concepts/bank/sentence_bank.ts'
export { type StoreBankOptions, storeBank } from './concepts/bank/store_bank.ts'
export { type StoredDomainsOptions, storedDomains } from './concepts/database/stored_domains.ts'
export {
  type ClusterOptions,
  type Clusters,
  clusterVectors,
  type DiscoverOptions,
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
export { type AssignOptions, assignExperts, type ExpertDomains } from './concepts/domains/experts.ts'
export { readDomains, writeDomains } from './concepts/domains/file.ts'
export { type GrowingDomains, type GrowingOptions, growDomains } from './concepts/domains/growing.ts'
export { type LearnOptions, learnDomains } from './concepts/domains/learn.ts'
export { readDomainTable, writeDomainTable } from './concepts/domains/table_file.ts'
export { type WordNetDomainsOptions, wordNetDomains } from './concepts/domains/wordnet/domains.ts'
export type { OpenConceptsOptions } from './concepts/store/build.ts'
export { openConcepts } from './concepts/store/open.ts'
export { type ConceptSource, type TextConcept, wordNet } from './concepts/store/source.ts'
export type { WordNetScope } from './concepts/wordnet/concepts.ts'
export { openWordNetGraph, type WordNetGraphOptions } from './concepts/wordnet_graph/build.ts'
export type { ArrowVectors } from './core/arrow_column.ts'
export type { Resource } from './core/disposable.ts'
export type {
  EncodedBlock,
  EncodeOptions,
  EncodeResult,
  Encoder,
  GuidedText,
  Texts,
  TokenGuide,
  TokenTexts,
} from './core/encoder.ts'
export { type ErrorCode, VmmError } from './core/errors.ts'
export type { Model } from './core/model.ts'
export type { CallOptions, DeviceName, RunOptions } from './core/run_options.ts'
export { cosine, type Row, similarity } from './core/similarity.ts'
export type { Space } from './core/space.ts'
export type { Pieces, TokenBatch, Tokenizer, TokenizerAbout, Tokens } from './core/tokenizer.ts'
export {
  type Vectors,
  type VectorsClone,
  type VectorsJson,
  vectorsFrom,
  vectorsFromArrow,
} from './core/vectors.ts'
export type { DocumentOptions } from './data/documents/build.ts'
export type { DocumentInfo, DroppedRows } from './data/documents/folder.ts'
export {
  openDocuments,
  type VectorDocument,
  type VectorDocuments,
} from './data/documents/open.ts'
export { openStoredDocuments } from './data/documents/stored.ts'
export {
  type TrainingBatch,
  type TrainingBatchOptions,
  type TrainingWindow,
  trainingBatches,
} from './data/stored_sequences.ts'
export type { WindowOptions } from './data/windows.ts'
export type { Snapshot, SnapshotFile } from './hub/cache.ts'
export { HubError, type HubReason } from './hub/errors.ts'
export {
  PUBLISHED_LANGUAGE_MODELS,
  PUBLISHED_MODELS,
  type PublishedLanguageModel,
  type PublishedModel,
} from './hub/names.ts'
export { type Pulled, type PullOptions, type PullProgress, pullModel } from './hub/pull.ts'
export type { Patience } from './hub/request.ts'
export type { FileLock } from './io/lock.ts'
export type { LinearMap } from './linear/ridge_regression.ts'
export type { ApareciumOptions } from './models/aparecium/options.ts'
export { KEEP_AMOUNTS, KEEP_HASHTAGS, KEEP_TICKERS } from './models/constraints/keep_patterns.ts'
export type { ConstraintOptions } from './models/constraints/strings.ts'
export { type Embeds, embed, embedMany } from './models/encoder/embed.ts'
export { type InverterConfig, inverterConfig } from './models/inverter/config.ts'
export type {
  Inversion,
  InversionStep,
  InvertedText,
  SampledText,
  TextPlan,
} from './models/inverter/inversion.ts'
export type {
  Inverter,
  InverterSurpriseOptions,
  SampleTextOptions,
} from './models/inverter/inverter.ts'
export type { SentenceSpread } from './models/inverter/likeness.ts'
export type { InvertOptions, SamplingOptions } from './models/inverter/options.ts'
export { inverterParameters } from './models/inverter/parameters.ts'
export { type SaveInverterOptions, saveInverter } from './models/inverter/save.ts'
export type { VectorSource } from './models/inverter/vector_source.ts'
export { type LanguageModelConfig, languageModelConfig } from './models/lm/config.ts'
export type { DraftGenerator, GenerateOptions, SpeculateOptions } from './models/lm/generation/options.ts'
export type { TextEnd, WrittenText } from './models/lm/generation/search.ts'
export type { LanguageModel, SurpriseOptions } from './models/lm/language_model.ts'
export { loadLanguageModel } from './models/lm/load.ts'
export { loadTextGenerator } from './models/lm/load_text_generator.ts'
export { languageModelParameters } from './models/lm/parameters.ts'
export type { LoadTextGeneratorOptions } from './models/lm/published/options.ts'
export { type SaveLanguageModelOptions, saveLanguageModel } from './models/lm/save.ts'
export type { TextSurprise } from './models/lm/score.ts'
export type {
  GeneratedText,
  TextGenerator,
  TextScore,
  TextScoreOptions,
} from './models/lm/text_generator.ts'
export { loadEncoder, loadModel } from './models/load_encoder.ts'
export { type LoadInverterOptions, loadInverter } from './models/load_inverter.ts'
export type { LoadOptions } from './models/load_options.ts'
export type { MambaSizes } from './models/mamba.ts'
export { type PredictorConfig, predictorConfig } from './models/predictor/config.ts'
export type { Follow, FollowOptions } from './models/predictor/follow.ts'
export { loadPredictor } from './models/predictor/load.ts'
export { predictorParameters } from './models/predictor/parameters.ts'
export type {
  Prediction,
  PredictOptions,
  Predictor,
  PredictResult,
  Sequences,
} from './models/predictor/predictor.ts'
export type { Route } from './models/predictor/routes.ts'
export { type SavePredictorOptions, savePredictor } from './models/predictor/save.ts'
export type { Ending, WrittenContinuation, WrittenSentence } from './models/predictor/write.ts'
export type { LoadEncoderOptions } from './models/published/options.ts'
export type { LoadProgress } from './models/published/progress.ts'
export type { Prompt } from './models/published/prompt.ts'
export type { Storage } from './models/published/weights.ts'
export type { SendRequest } from './models/remote/exchange.ts'
export { openRemoteEncoder } from './models/remote/open.ts'
export type { RemoteEncoderOptions } from './models/remote/options.ts'
export type { PromptType, SimilarityConfig, SimilarityEncoderConfig } from './models/similarity/config.ts'
export {
  type LoadedSimilarity,
  type LoadSimilarityOptions,
  loadSimilarity,
} from './models/similarity/load.ts'
export {
  type Similarities,
  type SimilarityOptions,
  type TextPair,
  type TextPairs,
  type TextSimilarity,
  type TextSimilarityOptions,
  textSimilarity,
} from './models/similarity/text_similarity.ts'
export type { TokenIds } from './models/token_ids.ts'
export type { Vec2TextInverter } from './models/vec2text/inverter.ts'
export type { Vec2TextLoadOptions } from './models/vec2text/load_options.ts'
export type { Vec2TextOptions } from './models/vec2text/options.ts'
export {
  type ConceptDatabase,
  type ConceptInput,
  type DatabaseBatchOptions,
  type DatabaseDomainsOptions,
  openConceptDatabase,
  type SimilarConcept,
  type SimilarOptions,
} from './pipeline/concept_database.ts'
export { type EmbeddingService, embeddingService } from './pipeline/embedding_service.ts'
export { openPipeline, type PipelineOptions } from './pipeline/open.ts'
export type { NextText, Pipeline, Processed, ProcessOptions } from './pipeline/pipeline.ts'
export { type DeviceInfo, deviceInfo, type GpuInfo, gpuInfo } from './runtime/device.ts'
export type { FileFailure } from './search/text_index/file_changes.ts'
export type {
  AddFilesOptions,
  FilesProgress,
  IndexTextsOptions,
  SearchTextsOptions,
} from './search/text_index/options.ts'
export type { OwnTexts } from './search/text_index/text_changes.ts'
export {
  type AddedFiles,
  createIndex,
  type TextHit,
  type TextIndex,
} from './search/text_index/text_index.ts'
export type { WrittenTexts } from './search/text_index/write_changes.ts'
export {
  type BackendLockOptions,
  type BackendScan,
  type BackendSearch,
  type BackendTools,
  type OpenBackend,
  type StoreBackend,
  storeOn,
} from './store/backend.ts'
export type { CheckedConcept } from './store/check_record.ts'
export { type ExportedStore, type ExportOptions, exportStore } from './store/exchange/export_store.ts'
export { type ImportedStore, type ImportOptions, importStore } from './store/exchange/import_store.ts'
export type {
  AroundOptions,
  Centrality,
  CentralityKind,
  CentralityOptions,
  CommunityOptions,
} from './store/graph/around.ts'
export {
  type CompactGraph,
  type CompactOptions,
  compactGraph,
  transposeGraph,
} from './store/graph/compact.ts'
export {
  type ConceptGraph,
  type ConceptOrVector,
  type GraphOptions,
  type Heading,
  type HeldConcept,
  type LookupOptions,
  type NewConcept,
  openGraph,
} from './store/graph/graph.ts'
export type { HopOptions, Neighbour } from './store/graph/hops.ts'
export type { Journey, NavigateOptions, Stop } from './store/graph/navigate.ts'
export { type PlaceOptions, placeConcepts } from './store/graph/place_concepts.ts'
export type { Direction, RelationOptions } from './store/graph/relations.ts'
export type { RelationPath, ShortestPathOptions } from './store/graph/shortest_path.ts'
export {
  graphComponents,
  type PageRankOptions,
  pageRank,
  type Reached,
  withinHops,
} from './store/graph/whole_graph.ts'
export { type ConceptHit, nearestConcepts } from './store/nearest_concepts.ts'
export { type OpenStoreOptions, openStore } from './store/open_store.ts'
export type {
  CodeMetadata,
  ConceptFilter,
  ConceptRecord,
  Edge,
  EdgeKey,
  Modality,
  StoredConcept,
} from './store/record.ts'
export { shardedStore } from './store/sharded.ts'
export type { ConceptMap } from './store/spaces/concept_map.ts'
export { type Embedding, embeddings } from './store/spaces/embedding.ts'
export {
  type LearnProjectionOptions,
  learnPrincipalAxes,
  learnProjection,
  type PrincipalOptions,
} from './store/spaces/learn_projection.ts'
export {
  type Projection,
  type ProjectionMethod,
  type ProjectionQuality,
  project,
} from './store/spaces/projection.ts'
export { readProjection, writeProjection } from './store/spaces/projection_file.ts'
export { type FillOptions, fillSpace, nearestInStages, type StagedOptions } from './store/spaces/stages.ts'
export type {
  ConceptStore,
  Effort,
  Found,
  MatchingOptions,
  NearestOptions,
  NeighbourOptions,
  ScannedConcept,
  ScanOptions,
  SpaceModel,
  TextMatch,
  WriteOptions,
} from './store/store.ts'
export type { Shape } from './tensor/shape.ts'
export type { Lexicon } from './text/lexicon.ts'
export { type Sentence, type SentenceOptions, splitSentences } from './text/sentences.ts'
export type { Init, ParameterSpec, ParameterSpecs } from './weights/specs.ts'
