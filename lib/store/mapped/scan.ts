import type { WorkingLifetime } from '../../core/disposable.ts'
import { checkScan } from '../check_call.ts'
import type { ScannedConcept, ScanOptions } from '../store.ts'
import type { Contents } from './contents.ts'
import { type ReadRecord, readRecords } from './records.ts'

const BATCH = 1024

/** What a scan will tell, as it was when the scan began. */
interface Scan {
  readonly records: AsyncGenerator<ReadRecord>
  /** Vectors of a concept that it will tell. */
  vectors(number: number): Record<string, Float32Array>
  release(): void
}

/**
 * The concepts of a store as they are now, whatever is written meanwhile.
 *
 * @param read runs a call on what the store holds
 */
export async function* scanContents(
  life: WorkingLifetime,
  read: <T>(call: (contents: Contents) => Promise<T>) => Promise<T>,
  options: ScanOptions,
): AsyncGenerator<readonly ScannedConcept[]> {
  const { batch = BATCH, filter, signal } = options
  const { records, vectors, release } = await read(async (contents) => beginScan(contents, options))
  const part = filter?.text?.toLowerCase() ?? ''
  try {
    let some: ScannedConcept[] = []
    for await (const { number, concept } of records) {
      life.alive()
      signal?.throwIfAborted()
      if (!concept.text.toLowerCase().includes(part)) continue
      some.push({ ...concept, vectors: vectors(number) })
      if (some.length < batch) continue
      yield some
      some = []
    }
    if (some.length > 0) yield some
  } finally {
    release()
  }
}

function beginScan(contents: Contents, options: ScanOptions): Scan {
  checkScan(options, contents.spaces)
  const { filter, spaces = [] } = options
  const tables = spaces.map((space) => ({ space, rows: contents.rows(space) }))
  for (const { rows } of tables) rows.map()
  const places = tables.map(({ rows }) => rows.places())
  let numbers = contents.concepts.numbers()
  if (filter !== undefined) {
    const { mask } = contents.concepts.mask(filter, contents.words)
    numbers = numbers.filter((number) => mask[number] === 1)
  }
  return {
    records: readRecords(contents, numbers),
    vectors: (number) => {
      const found: Record<string, Float32Array> = {}
      for (const [i, { space, rows }] of tables.entries()) {
        const row = places[i]![number] ?? -1
        if (row >= 0) found[space] = rows.read(row)
      }
      return found
    },
    release: contents.hold(),
  }
}
