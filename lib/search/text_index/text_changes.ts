import { badArgument, check, describe } from '../../core/errors.ts'
import { isIterable, itemsOf } from '../../core/iterables.ts'
import type { Space } from '../../core/space.ts'
import type { ConceptRecord } from '../../store/record.ts'
import type { ConceptStore } from '../../store/store.ts'
import type { Change } from './write_changes.ts'

/** Texts of one's own, all at once or as they come. */
export type OwnTexts = Iterable<ConceptRecord> | AsyncIterable<ConceptRecord>

/** Texts that are compared with the store at a time. */
const BATCH = 512

/**
 * What has to change in a store so that it has these texts. One whose text is there already, with its vector, is not encoded
 * again, nor is one that comes with a vector of the space.
 *
 * @param isNew whether ids that are there are refused
 * @throws VmmError BAD_ARGUMENT naming what is no text; the signal's reason
 */
export async function* textChanges(
  texts: OwnTexts,
  space: Space,
  store: ConceptStore,
  isNew: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<Change> {
  if (typeof texts === 'string' || !isIterable(texts))
    throw badArgument('texts', describe(texts), 'records of { id, text }, as an array or one after another')
  // Nothing of an array is written where one of its texts is refused.
  if (isNew && Array.isArray(texts)) await refuseKnown(texts, 0, store)
  let first = 0
  let batch: ConceptRecord[] = []
  for await (const record of itemsOf(texts, signal)) {
    checkRecord(record, `texts[${first + batch.length}]`)
    batch.push(record)
    if (batch.length < BATCH) continue
    yield* batchChanges(batch, first)
    first += batch.length
    batch = []
  }
  yield* batchChanges(batch, first)

  async function* batchChanges(records: readonly ConceptRecord[], first: number): AsyncGenerator<Change> {
    if (isNew && !Array.isArray(texts)) await refuseKnown(records, first, store)
    const ids = records.map(({ id }) => id)
    const known = isNew ? [] : await store.get(ids)
    const same = ids.filter((_, i) => known[i]?.text === records[i]!.text)
    const vectors = same.length > 0 && store.spaces.has(space) ? await store.vectors(space, same) : []
    const encoded = new Set(same.filter((_, i) => (vectors[i] ?? null) !== null))
    // Of equal ids the last one counts; two of them must not take their vectors from one another.
    const last = new Map(records.map((record) => [record.id, record]))
    for (const record of last.values()) {
      const isEncoded = encoded.has(record.id) && known[ids.lastIndexOf(record.id)]?.text === record.text
      const isGiven = record.vectors !== undefined && Object.hasOwn(record.vectors, space)
      yield isEncoded || isGiven ? { kind: 'keep', record } : { kind: 'encode', record, encoded: record.text }
    }
  }
}

async function refuseKnown(
  records: readonly ConceptRecord[],
  first: number,
  store: ConceptStore,
): Promise<void> {
  for (const [i, record] of records.entries()) checkRecord(record, `texts[${first + i}]`)
  const ids = records.map(({ id }) => id)
  const known = await store.get(ids)
  const seen = new Set<string>()
  for (const [i, id] of ids.entries()) {
    if (known[i] !== null || seen.has(id))
      throw badArgument(
        `texts[${first + i}].id`,
        describe(id),
        'an id that the index does not have; upsert replaces texts',
      )
    seen.add(id)
  }
}

/** What the store does not look at before texts are encoded. */
function checkRecord(record: ConceptRecord, name: string): void {
  check(typeof record === 'object' && record !== null, name, record, 'a record of { id, text }')
  check(
    typeof record.id === 'string' && record.id !== '',
    `${name}.id`,
    record.id,
    'a text that is not empty',
  )
  check(typeof record.text === 'string', `${name}.text`, record.text, 'a text')
}
