/**
 * Concepts out of text, code and knowledge graphs: found, checked, classified and kept in a store.
 *
 * @module vector-mamba/curate
 */

export { type BuildDatasetOptions, buildDataset } from './build/build_dataset.ts'
export { runWorker, type WorkerOptions } from './build/queue/run_worker.ts'
export type { CurationReport } from './build/report.ts'
export type { BuildProgress, BuildStage, RunBuildOptions } from './build/run_build.ts'
export type { Usage } from './build/unit_result.ts'
export type {
  Candidate,
  CandidateCode,
  CandidateRelation,
  Candidates,
  Provenance,
} from './candidates/candidate.ts'
export type { Drops } from './candidates/drops.ts'
export {
  CODE_RELATIONS,
  CONCEPT_RELATIONS,
  type RelationType,
  type RelationTypes,
  relationTypes,
} from './candidates/relation_types.ts'
export {
  analyseCode,
  type CodeAnalysis,
  type CodeClass,
  type CodeFunction,
  type CodeImport,
  type CodePart,
  type CodeTest,
} from './code/analyse.ts'
export type { CodeLanguage } from './code/languages.ts'
export type { CodePattern } from './code/patterns.ts'
export type { CodeParameter } from './code/rules/rules.ts'
export type { CaseInputs } from './code_validation/cases/generate.ts'
export type { CodeRunner } from './code_validation/code_runner.ts'
export type {
  AlternativeCode,
  CodeRuntime,
  CodeTask,
  CodeTestResult,
  CodeValidation,
  GeneratedCase,
  TestCoverage,
  ValidateCodeOptions,
} from './code_validation/code_validation.ts'
export type { CodeOutcome, FunctionCost } from './code_validation/measured_run.ts'
export type { RunLanguage } from './code_validation/program_with_cases.ts'
export type { CodeRelationship } from './code_validation/relationships.ts'
export { validateCode } from './code_validation/validate_code.ts'
export {
  type CodeVariant,
  type CodeVariantOptions,
  codeVariants,
  type VariantCost,
} from './code_validation/variants/code_variants.ts'
export type { ProposedVariant, VariantPurpose } from './code_validation/variants/rules.ts'
export {
  type Crystal,
  type CrystalInput,
  type CrystalOptions,
  type CrystalRelation,
  type CrystalRound,
  type Crystals,
  crystallise,
  type RemovedCandidates,
} from './crystallise/crystallise.ts'
export type { MergeLimits } from './crystallise/merge.ts'
export type { Voter } from './crystallise/vote.ts'
export { type Agreement, labelAgreement } from './domains/agreement.ts'
export {
  type ClassifyOptions,
  type DomainClassification,
  type DomainClassifier,
  type DomainClassifierOptions,
  type DomainScorer,
  openDomainClassifier,
} from './domains/classifier.ts'
export { type ClusterNamer, type NameClustersOptions, nameClusters } from './domains/cluster_names.ts'
export {
  DESIGN_DOMAINS,
  type DesignDomain,
  type DomainDescriptions,
  type SubdomainDescription,
} from './domains/design_domains.ts'
export type { LabelledText } from './domains/labelled_texts.ts'
export {
  checkEndpoint,
  type EndpointCheck,
  type EndpointStep,
  endpointLines,
} from './endpoint_check/check_endpoint.ts'
export {
  type ExpandedConcept,
  type ExpandOptions,
  expandConcepts,
  type Proposal,
  type Proposer,
} from './expand/expand.ts'
export {
  type GraphProposalOptions,
  graphProposals,
  modelProposals,
  type NamedRelations,
} from './expand/proposers.ts'
export type { ExpansionState, FrontierConcept } from './expand/state.ts'
export { type CodeCandidatesOptions, codeCandidates } from './extract/code/code_candidates.ts'
export { alpacaCandidates, gsm8kCandidates } from './extract/datasets/instructions.ts'
export { humanEvalCandidates, mbppCandidates } from './extract/datasets/programs.ts'
export type { DatasetOptions } from './extract/datasets/records.ts'
export {
  type ConceptNetOptions,
  type ConceptNetRelation,
  conceptNetCandidates,
  conceptNetRelations,
} from './extract/graphs/conceptnet.ts'
export { type WikidataOptions, wikidataCandidates } from './extract/graphs/wikidata.ts'
export { type WordNetCandidatesOptions, wordNetCandidates } from './extract/graphs/wordnet.ts'
export {
  type ExtractedConcepts,
  type ExtractOptions,
  extractConcepts,
  type TextPassage,
} from './extract/llm/extract_concepts.ts'
export { type LlmCandidatesOptions, llmCandidates } from './extract/llm/llm_candidates.ts'
export { type PassageOptions, splitPassages } from './extract/llm/passages.ts'
export type { ProseDocument, ProseParagraph } from './extract/rules/documents.ts'
export { type TextCandidatesOptions, textCandidates } from './extract/rules/text_candidates.ts'
export { cacheAnswers } from './llm/answer_cache.ts'
export { askForJson, type JsonQuestion } from './llm/ask_for_json.ts'
export type {
  ChatAnswer,
  ChatMessage,
  ChatModel,
  ChatRequest,
  JsonSchema,
  TokenPrice,
  TokenUsage,
} from './llm/chat_model.ts'
export { type CostMeter, costMeter, type ModelCost } from './llm/cost.ts'
export { openEndpoint } from './llm/endpoint.ts'
export type { EndpointOptions } from './llm/endpoint_options.ts'
export { type GgufOptions, openGguf } from './llm/gguf.ts'
export { LlmError, type LlmReason } from './llm/llm_error.ts'
export type {
  SandboxJob,
  SandboxLanguage,
  SandboxLimits,
  SandboxResult,
} from './sandbox/job.ts'
export { openSandbox, type Sandbox, type SandboxOptions } from './sandbox/sandbox.ts'
export type { SandboxLevel } from './sandbox/working_level.ts'
export {
  type Calibration,
  calibrationOf,
  type KnownClaim,
  type MeasuredRates,
  measureRates,
  type ReliabilityBin,
} from './validate/calibration.ts'
export type { Claim, ErrorRates, Judgement, Validator, Vote } from './validate/claim.ts'
export { type Debaters, debateValidator } from './validate/debate.ts'
export { type JudgeOptions, judgeClaims } from './validate/judge_claims.ts'
export { wordNetClaims } from './validate/known_claims.ts'
export { type LlmValidatorOptions, llmValidator } from './validate/llm_validator.ts'
export { type RuleOptions, ruleValidators } from './validate/rules/rules.ts'
export { type VoteCounts, type VoteWatch, watchVotes } from './validate/vote_watch.ts'
