import { openStore } from '../../../lib/store/open_store.ts'
import type { ConceptRecord, Edge } from '../../../lib/store/record.ts'
import { makeConceptMap } from '../../../lib/store/spaces/concept_map.ts'
import type { ConceptStore } from '../../../lib/store/store.ts'

/** A concept that has all there is, with values that are easily spoiled. */
export const full: ConceptRecord = {
  id: 'fn "main"',
  text: 'fn main() {\n\tprintln!("ünï 🚢");\n}',
  type: 'code',
  modality: 'visual',
  originModel: 'use-lite',
  confidence: 0.123456789,
  surfaceForms: ['', "it's", 'two\nlines'],
  primaryDomain: 'code_reasoning',
  domainConfidence: 0.5,
  domainScores: { code_reasoning: 0.75, "odd 'key'; --": 0.25 },
  codeMetadata: {
    language: 'rust',
    astHash: null,
    works: true,
    testCoverage: 0.5,
    complexity: 3,
    performanceMetrics: { seconds: 1e-7 },
  },
  validationScore: -0.25,
  sourceDataset: "o'brien",
  document: 'src/main.rs',
  documentHash: 'abc',
  position: 2,
  line: 7,
  heading: 'A › B',
  gps: [0.1, -2.5],
  updated: 1_700_000_000_123,
  vectors: { 'small-2': Float32Array.of(1e-12, -0.1), 'large-3': Float32Array.of(3, 0, -0) },
}

/** Concepts with vectors and without. */
export const many = Array.from(
  { length: 25 },
  (_, i): ConceptRecord => ({
    id: `c${i}`,
    text: `text ${i}`,
    updated: i,
    ...(i % 3 > 0 && { vectors: { 'small-2': Float32Array.of(i, Math.fround(1 / 3)) } }),
    ...(i % 2 > 0 && {
      codeMetadata: {
        ...full.codeMetadata!,
        works: null,
        testCoverage: null,
        complexity: null,
        performanceMetrics: {},
      },
    }),
  }),
)
export const edges: readonly Edge[] = [
  { source: 'c1', type: 'is a', target: 'c2', weight: 0.5, domainSpecific: true },
  { source: 'c1', type: 'part of', target: 'gone', weight: -2, domainSpecific: null },
  { source: full.id, type: "x'y", target: 'c1', weight: 1, domainSpecific: false },
]

/** A new store in a folder that has them all. */
export async function filledStore(folder: string): Promise<ConceptStore> {
  const store = await openStore(folder)
  await store.addSpace('small-2', 2, { name: 'small', fingerprint: 'f', options: { dtype: 'f32' } })
  await store.addSpace('large-3', 3)
  await store.keepConceptMap(
    makeConceptMap('large-3', Float32Array.of(0.1, 0.2, 0.3), [Float32Array.of(0, 0.6, 0.8)], [0.5]),
  )
  await store.upsert([full, ...many])
  await store.link(edges)
  return store
}
