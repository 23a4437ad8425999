import type { FileHandle } from 'node:fs/promises'
import { VmmError } from '../../core/errors.ts'
import { parseJson } from '../../io/json.ts'
import { readFully } from '../../io/read.ts'
import { completeConcept } from '../check_record.ts'
import type { ConceptRecord, StoredConcept } from '../record.ts'
import type { ConceptTable } from './concept_table.ts'
import type { StringTable } from './string_table.ts'

/** Bytes that are read at once at most, where records lie near each other, and what may lie between two of them. */
const [READ, GAP] = [1 << 20, 1 << 14]

/** What most records do not say. */
const PLAIN = new Map(
  Object.entries(completeConcept({ id: 'id', text: '' }, 'concept', 0))
    .filter(([field]) => !['id', 'text', 'updated'].includes(field))
    .map(([field, value]) => [field, JSON.stringify(value)]),
)

/** The JSON of a record, without what is as it is in most. */
export function encodeRecord(concept: StoredConcept): Uint8Array {
  const told = Object.entries(concept).filter(([field, value]) => PLAIN.get(field) !== JSON.stringify(value))
  return Buffer.from(`${JSON.stringify(Object.fromEntries(told))}\n`)
}

export interface RecordSource {
  readonly log: FileHandle
  readonly logPath: string
  readonly ids: StringTable
  readonly concepts: Pick<ConceptTable, 'places'>
}

export interface ReadRecord {
  readonly number: number
  readonly concept: StoredConcept
}

/** The JSON of a record as it lies in the log. */
export interface RecordJson {
  readonly number: number
  readonly json: Buffer
}

/** The JSON of concepts that are there, some at a time, in the order in which it lies in the log; neighbours are read together. */
export async function* readJson(
  { log, logPath, concepts }: RecordSource,
  numbers: Uint32Array,
): AsyncGenerator<readonly RecordJson[]> {
  const { ats, sizes } = concepts.places(numbers)
  const order = new Uint32Array(numbers.length)
  let isSorted = true
  for (let i = 0; i < order.length; i++) {
    order[i] = i
    isSorted &&= i === 0 || ats[i]! > ats[i - 1]!
  }
  if (!isSorted) order.sort((a, b) => ats[a]! - ats[b]!)
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
    yield Array.from(order.subarray(first, last + 1), (i) => {
      const from = ats[i]! - begin
      return { number: numbers[i]!, json: bytes.subarray(from, from + sizes[i]!) }
    })
    first = last + 1
  }
}

/**
 * Records of concepts that are there, in the same order.
 *
 * @param part of the text, in lower case; records without it are left out. '': all
 * @throws VmmError BAD_FILE where one is damaged
 */
export async function* readRecords(
  source: RecordSource,
  numbers: Uint32Array,
  part = '',
): AsyncGenerator<readonly ReadRecord[]> {
  const { ids, logPath } = source
  // What JSON writes as it is need not be parsed to see that it is not there.
  const inJson = JSON.stringify(part) === `"${part}"` ? part : ''
  for await (const some of readJson(source, numbers)) {
    const records: ReadRecord[] = []
    for (const { number, json } of some) {
      const text = json.toString()
      if (inJson !== '' && !text.toLowerCase().includes(inJson)) continue
      const concept = decodeRecord(text, ids.at(number), logPath)
      if (part === '' || concept.text.toLowerCase().includes(part)) records.push({ number, concept })
    }
    yield records
  }
}

function decodeRecord(text: string, id: string, path: string): StoredConcept {
  const damaged = (cause?: unknown) =>
    new VmmError('BAD_FILE', `${path}: the record of ${JSON.stringify(id)} is damaged`, { cause })
  const concept = parseJson(text, path) as Partial<StoredConcept> | null
  if (concept?.id !== id) throw damaged()
  try {
    return completeConcept(concept as ConceptRecord, 'concept', 0)
  } catch (error) {
    throw damaged(error)
  }
}
