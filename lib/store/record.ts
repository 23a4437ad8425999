import type { Space } from '../core/space.ts'

/** What a concept is of: a meaning of its own, a written text, a picture, a sound. */
export type Modality = 'abstract' | 'text' | 'visual' | 'audio'

/** What is known of a piece of code. Everything but its language may be unknown. */
export interface CodeMetadata {
  readonly language: string
  readonly astHash: string | null
  readonly works: boolean | null
  /** 0 … 1 */
  readonly testCoverage: number | null
  /** Cyclomatic. */
  readonly complexity: number | null
  readonly performanceMetrics: Readonly<Record<string, number>>
}

/** A concept as a store keeps it, without its vectors. */
export interface StoredConcept {
  /** 1 to 512 characters, any but control characters. */
  readonly id: string
  readonly text: string
  /** A word of the user's: 'text', 'code', 'definition', … */
  readonly type: string
  readonly modality: Modality
  /** The model whose vector made it a concept. */
  readonly originModel: string | null
  /** 0 … 1 */
  readonly confidence: number | null
  /** Several texts of one concept. */
  readonly surfaceForms: readonly string[]
  readonly primaryDomain: string | null
  /** 0 … 1 */
  readonly domainConfidence: number | null
  readonly domainScores: Readonly<Record<string, number>>
  readonly codeMetadata: CodeMetadata | null
  readonly validationScore: number | null
  /** Where it comes from: a corpus, a service, a person. */
  readonly sourceDataset: string | null
  /** The document that holds it: a path, an address, a number; concepts of one document make a sequence. */
  readonly document: string | null
  /** What tells whether the document has changed since it was read, such as a hash of its content. */
  readonly documentHash: string | null
  /** The concept's place in its document, from 0. */
  readonly position: number | null
  /** The line of the document on which it begins, from 1. */
  readonly line: number | null
  /** The headings that it stands below in its document, the outermost first, with ' › ' between them. */
  readonly heading: string | null
  /** Coordinates on a map of concepts. */
  readonly gps: readonly number[] | null
  /** When it was last changed: milliseconds since 1970. */
  readonly updated: number
}

/** A concept with its vectors, as it is given to a store. Only `id` and `text` must be told. */
export interface ConceptRecord extends Partial<StoredConcept> {
  readonly id: string
  readonly text: string
  /** One a space. Those of other spaces stay as they are in the store. */
  readonly vectors?: Readonly<Record<Space, Float32Array>> | undefined
}

/** What makes a relation one of its own. */
export interface EdgeKey {
  readonly source: string
  readonly type: string
  readonly target: string
}

/** A relation from one concept to another. */
export interface Edge extends EdgeKey {
  readonly weight: number
  /** Whether it holds in the source's domain only; null: nobody has said. */
  readonly domainSpecific: boolean | null
}

/** Conditions that all must hold; in a list, one of it. */
export interface ConceptFilter {
  readonly domains?: readonly string[] | undefined
  readonly modalities?: readonly Modality[] | undefined
  readonly types?: readonly string[] | undefined
  readonly sources?: readonly string[] | undefined
  readonly documents?: readonly string[] | undefined
  /** A part of the text, in any case. */
  readonly text?: string | undefined
  /** For each coordinate its least and greatest value, both allowed; null: any. */
  readonly gps?: readonly (readonly [number, number] | null)[] | undefined
}
