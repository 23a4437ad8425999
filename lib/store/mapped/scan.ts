import type { WorkingLifetime } from '../../core/disposable.ts'
import { checkScan } from '../check_call.ts'
import type { ScannedConcept, ScanOptions } from '../store.ts'
import type { Contents } from './contents.ts'
import { type ReadRecord, readRecords } from './records.ts'

const BATCH = 1024

/** What a scan will tell, as it was when the scan began. */
interface Scan {
  readonly records: AsyncGenerator<readonly ReadRecord[]>
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
  const { batch = BATCH, signal } = options
  const { records, vectors, release } = await read(async (contents) => beginScan(contents, options))
  try {
    let some: ScannedConcept[] = []
    for await (const read of records)
      for (const { number, concept } of read) {
        life.alive()
        signal?.throwIfAborted()
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
  const { concepts, words } = contents
  const numbers = concepts.numbers(filter && concepts.mask(filter, words).mask)
  return {
    records: readRecords(contents, numbers, filter?.text?.toLowerCase()),
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
