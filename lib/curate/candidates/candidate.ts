/** A way from a candidate to another one. */
export interface CandidateRelation {
  /** A name of relation_types.ts, or one of the user's own. `parent` says that the target is the parent. */
  readonly type: string
  /** The other candidate's `key`, or one of its surface forms. */
  readonly target: string
  readonly targetIs: 'key' | 'form'
  /** 0 … 1, how much the extractor trusts it. */
  readonly weight: number
}

/** The code of a candidate that is one. */
export interface CandidateCode {
  /** 'python', 'javascript', 'typescript', 'rust' or 'go'. */
  readonly language: string
  readonly source: string
  /** Statements that fail where the code is wrong, each to be run after it. */
  readonly tests: readonly string[]
  /** The function that does what the text says; null where that is not known. */
  readonly entry: string | null
}

/** How a candidate was found. */
export interface Provenance {
  /** 'rules', 'llm', 'code', 'wordnet', 'conceptnet', 'wikidata', 'mbpp', … */
  readonly extractor: string
  /** The data set or file that it was found in. */
  readonly source: string
  /** The part of it: a path, a chapter, a task; null where it has no parts. */
  readonly document: string | null
  /** The place in the document, from 0. */
  readonly position: number | null
  /** From 1. */
  readonly line: number | null
  /** What it was read in: a sentence, a line of a dump; 1,000 characters at most. */
  readonly excerpt: string | null
  /** The language model that found it, and the version of the prompt; null where it was found by rules. */
  readonly model: string | null
  readonly prompt: string | null
}

/** What an extractor has found, before anybody has checked it. */
export interface Candidate {
  /** Its name in its source, such as `wordnet:n02086723`, which others may call it by; null where it has none. */
  readonly key: string | null
  /** What is encoded and shown: a definition, a sentence that tells what it is, or the form itself. */
  readonly text: string
  /** The store's `type`: 'concept', 'definition', 'sentence', 'code', 'task', … */
  readonly type: string
  /** How texts call it, the best first; at least one. */
  readonly surfaceForms: readonly string[]
  /** 0 … 1, how much the extractor trusts it. */
  readonly score: number
  readonly relations: readonly CandidateRelation[]
  readonly code: CandidateCode | null
  readonly provenance: Provenance
}

/** Candidates one after another, with bounded memory. */
export type Candidates = AsyncGenerator<Candidate, void, undefined>

/** Characters of an excerpt at most. */
export const LONGEST_EXCERPT = 1000

/** Where a candidate was found by rules; what is not told is null. */
export function provenance(
  extractor: string,
  source: string,
  more: Partial<Omit<Provenance, 'extractor' | 'source'>> = {},
): Provenance {
  const { document = null, position = null, line = null, excerpt = null, model = null, prompt = null } = more
  const short = excerpt === null ? null : excerpt.slice(0, LONGEST_EXCERPT)
  return { extractor, source, document, position, line, excerpt: short, model, prompt }
}
