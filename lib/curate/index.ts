/**
 * Concepts out of text, code and knowledge graphs: found, checked, classified and kept in a store.
 *
 * @module vector-mamba/curate
 */

export type {
  Candidate,
  CandidateCode,
  CandidateRelation,
  Candidates,
  Provenance,
} from './candidates/candidate.ts'
export {
  CODE_RELATIONS,
  CONCEPT_RELATIONS,
  type RelationType,
  type RelationTypes,
  relationTypes,
} from './candidates/relation_types.ts'
export {
  type ConceptNetOptions,
  type ConceptNetRelation,
  conceptNetCandidates,
  conceptNetRelations,
} from './extract/graphs/conceptnet.ts'
export { type WikidataOptions, wikidataCandidates } from './extract/graphs/wikidata.ts'
export { type WordNetCandidatesOptions, wordNetCandidates } from './extract/graphs/wordnet.ts'
