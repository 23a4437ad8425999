import type { FileHandle } from 'node:fs/promises'
import { VmmError } from '../../core/errors.ts'
import { parseJson } from '../../io/json.ts'
import { readFully } from '../../io/read.ts'
import type { StoredConcept } from '../record.ts'
import type { ConceptTable } from './concept_table.ts'
import type { StringTable } from './string_table.ts'

/** Bytes that are read at once at most, where records lie near each other, and what may lie between two of them. */
const [READ, GAP] = [1 << 20, 1 << 14]

/** What most records do not say. */
const DEFAULTS = {
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
} as const satisfies Partial<StoredConcept>

const PLAIN = new Map(Object.entries(DEFAULTS).map(([field, value]) => [field, JSON.stringify(value)]))

/** The JSON of a record, without what is as it is in most. */
export function encodeRecord(concept: StoredConcept): Uint8Array {
  const told = Object.entries(concept).filter(([field, value]) => PLAIN.get(field) !== JSON.stringify(value))
  return Buffer.from(`${JSON.stringify(Object.fromEntries(told))}\n`)
}

export interface RecordSource {
  readonly log: FileHandle
  readonly logPath: string
  readonly ids: StringTable
  readonly concepts: Pick<ConceptTable, 'place'>
}

export interface ReadRecord {
  readonly number: number
  readonly concept: StoredConcept
}

/** The JSON of concepts that are there, in the order in which it lies in the log; neighbours are read together. */
export async function* readJson(
  { log, logPath, concepts }: RecordSource,
  numbers: Uint32Array,
): AsyncGenerator<{ readonly number: number; readonly json: Buffer }> {
  const ats = Float64Array.from(numbers, (number) => concepts.place(number).at)
  const sizes = Uint32Array.from(numbers, (number) => concepts.place(number).bytes)
  const order = Uint32Array.from(numbers, (_, i) => i)
  if (ats.some((at, i) => i > 0 && at < ats[i - 1]!)) order.sort((a, b) => ats[a]! - ats[b]!)
  for (let first = 0; first < order.length; ) {
    const begin = ats[order[first]!]!
    let last = first
    let end = begin + sizes[order[first]!]!
    for (; last + 1 < order.length; last++) {
      const next = order[last + 1]!
      const nextEnd = ats[next]! + sizes[next]!
      if (ats[next]! - end > GAP || nextEnd - begin > READ) break
      end = nextEnd
    }
    const bytes = Buffer.alloc(end - begin)
    await readFully(log, bytes, begin, logPath)
    for (; first <= last; first++) {
      const i = order[first]!
      const from = ats[i]! - begin
      yield { number: numbers[i]!, json: bytes.subarray(from, from + sizes[i]!) }
    }
  }
}

/**
 * Records of concepts that are there, in the same order.
 *
 * @throws VmmError BAD_FILE where one is damaged
 */
export async function* readRecords(source: RecordSource, numbers: Uint32Array): AsyncGenerator<ReadRecord> {
  for await (const { number, json } of readJson(source, numbers))
    yield { number, concept: decodeRecord(json.toString(), source.ids.at(number), source.logPath) }
}

function decodeRecord(text: string, id: string, path: string): StoredConcept {
  const concept = parseJson(text, path) as Partial<StoredConcept> | null
  if (concept?.id !== id || typeof concept.text !== 'string' || typeof concept.updated !== 'number')
    throw new VmmError('BAD_FILE', `${path}: the record of ${JSON.stringify(id)} is damaged`)
  return { ...DEFAULTS, ...concept } as StoredConcept
}
