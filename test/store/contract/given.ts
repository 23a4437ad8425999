// What the tests of the contract give to stores, and ask them for.
import { vectorsFrom } from '../../../lib/core/vectors.ts'
import type { ConceptRecord, Edge, StoredConcept } from '../../../lib/store/record.ts'
import type { ConceptStore } from '../../../lib/store/store.ts'

/** Defines a test; it gets a new store with two spaces, and what opens the same one again. */
export type It = (
  what: string,
  run: (store: ConceptStore, again: () => Promise<ConceptStore>) => Promise<void>,
) => void

export const [SMALL, LARGE] = ['small-4', 'large-8'] as const
const DIMS = { [SMALL]: 4, [LARGE]: 8 }

/** Numbers as if drawn from a normal distribution, the same each time. */
function numbers(seed: number, count: number): Float32Array {
  let state = seed * 2654435761 + 1
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 0) / 2 ** 32
  }
  return Float32Array.from({ length: count }, () => next() + next() + next() - 1.5)
}

export const vector = (seed: number, space: keyof typeof DIMS = SMALL) => numbers(seed, DIMS[space])
export const query = (seed: number, space: keyof typeof DIMS = SMALL, count = 1) =>
  vectorsFrom(numbers(seed, count * DIMS[space]), DIMS[space], space)

export function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, aa, bb] = [0, 0, 0]
  for (const [i, x] of a.entries()) {
    dot += x * b[i]!
    aa += x * x
    bb += b[i]! * b[i]!
  }
  return aa === 0 || bb === 0 ? 0 : dot / Math.sqrt(aa * bb)
}

/** A concept as it is told when nothing but id and text was given. */
export const plain = (id: string, text: string, updated: number): StoredConcept => ({
  id,
  text,
  type: 'text',
  modality: 'abstract',
  originModel: null,
  confidence: null,
  surfaceForms: [],
  primaryDomain: null,
  domainConfidence: null,
  domainScores: {},
  codeMetadata: null,
  validationScore: null,
  sourceDataset: null,
  document: null,
  documentHash: null,
  position: null,
  line: null,
  heading: null,
  gps: null,
  updated,
})

export const full = (id: string): StoredConcept => ({
  id,
  text: 'fn "main"() {\n\tprintln!("ünï 🚢");\n}',
  type: 'code',
  modality: 'visual',
  originModel: 'use-lite',
  confidence: 0.9,
  surfaceForms: ['', "it's", 'two\nlines'],
  primaryDomain: 'code_reasoning',
  domainConfidence: 0.123456789,
  domainScores: { code_reasoning: 0.7, "odd 'key'; --": 1e-7 },
  codeMetadata: {
    language: 'rust',
    astHash: null,
    works: false,
    testCoverage: 0.5,
    complexity: 3,
    performanceMetrics: { ms: 12.25, calls: 2 ** 40 },
  },
  validationScore: -1.5,
  sourceDataset: "o'reilly",
  document: 'src/main.rs',
  documentHash: 'abc',
  position: 0,
  line: 1,
  heading: 'One › "Two"',
  gps: [12.5, -3.25],
  updated: 1_700_000_000_123,
})

export const ODD_IDS = [
  "it's",
  '"quoted"',
  'back\\slash',
  'emoji 🧑🏽‍🚀',
  'e\u0301',
  '\u00e9',
  ' spaces ',
  "'; drop table concepts; --",
  '$x %s :p $1',
  '../up',
  'null',
  '__proto__',
  'ID',
  'id',
  'x'.repeat(512),
]

export async function all(store: ConceptStore, options: Parameters<ConceptStore['scan']>[0] = {}) {
  const found = []
  for await (const batch of store.scan(options)) found.push(...batch)
  return found.sort((a, b) => (a.id < b.id ? -1 : 1))
}

export const edge = (source: string, type: string, target: string, weight: number): Edge => ({
  source,
  type,
  target,
  weight,
  domainSpecific: null,
})

/** Concepts that filters tell apart. */
export const FILTERED: ConceptRecord[] = Array.from({ length: 60 }, (_, i) => ({
  id: `f${i}`,
  text: `Text ${i} of ${i % 2 ? 'Straße' : '100% "x" _'}`,
  type: ['text', 'code', "o'type"][i % 3]!,
  modality: i % 5 === 0 ? ('audio' as const) : ('text' as const),
  primaryDomain: i % 4 === 0 ? null : `d${i % 4}`,
  sourceDataset: i % 7 === 0 ? 'null' : null,
  document: `doc ${Math.floor(i / 10)}`,
  gps: i % 6 === 0 ? null : i % 6 === 1 ? [i] : [i, -i],
  vectors: { [SMALL]: vector(i + 1) },
}))
