import type { WorkingLifetime } from '../../core/disposable.ts'
import { checkScan } from '../check_call.ts'
import type { ScannedConcept, ScanOptions } from '../store.ts'
import type { Contents } from './contents.ts'
import { readRecords } from './records.ts'

const BATCH = 1024

/** The concepts of a store as they are now, whatever is written meanwhile. */
export async function* scanContents(
  life: WorkingLifetime,
  current: () => Promise<Contents>,
  options: ScanOptions,
): AsyncGenerator<readonly ScannedConcept[]> {
  const contents = await life.during(current)
  checkScan(options, contents.spaces)
  const { batch = BATCH, filter, signal, spaces = [] } = options
  const release = contents.hold()
  try {
    let numbers = contents.concepts.numbers()
    if (filter !== undefined) {
      const { mask } = contents.concepts.mask(filter, contents.words)
      numbers = numbers.filter((number) => mask[number] === 1)
    }
    const part = filter?.text?.toLowerCase() ?? ''
    const vectors = spaces.map((space) => {
      const rows = contents.rows(space)
      const rowOf = new Map<number, number>()
      for (const number of numbers) if (rows.rowOf(number) >= 0) rowOf.set(number, rows.rowOf(number))
      return { space, rows, rowOf }
    })
    let some: ScannedConcept[] = []
    for await (const { number, concept } of readRecords(contents, numbers)) {
      life.alive()
      signal?.throwIfAborted()
      if (!concept.text.toLowerCase().includes(part)) continue
      const own = vectors.flatMap(({ space, rows, rowOf }) => {
        const row = rowOf.get(number)
        return row === undefined ? [] : [[space, rows.read(row)] as const]
      })
      some.push({ ...concept, vectors: Object.fromEntries(own) })
      if (some.length < batch) continue
      yield some
      some = []
    }
    if (some.length > 0) yield some
  } finally {
    release()
  }
}
