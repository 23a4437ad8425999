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
