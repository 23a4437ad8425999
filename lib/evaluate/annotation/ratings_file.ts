import { describe, VmmError } from '../../core/errors.ts'
import { readRecords } from '../../data/records.ts'
import { type JsonFields, jsonFields } from '../../io/json_fields.ts'
import { nonEmpty } from './files.ts'

/** What a rater says of an item. */
export interface Rating {
  readonly rater: string
  readonly item: string
  /** How well the text says what it should, 1 … 5; null where the rater gave none. */
  readonly meaning: number | null
  /** How well it is written, 1 … 5; likewise. */
  readonly fluency: number | null
  /** Milliseconds that the rater took. */
  readonly ms: number
}

/**
 * The ratings of a file of JSON lines `{"rater", "item", "meaning", "fluency", "ms"}`, in their order. Blank lines are
 * skipped, other fields are not looked at.
 *
 * @param items what items there are; any where it is left out
 * @throws VmmError NOT_FOUND; BAD_FILE naming line and field; the signal's reason
 * @example
 * ```js
 * import { writeFileSync } from 'node:fs'
 * import { readRatings } from 'vector-mamba/evaluate'
 *
 * writeFileSync('ratings.jsonl', '{"rater":"ada","item":"f0e1","meaning":4,"fluency":5,"ms":6200}\n')
 * const [{ rater, meaning }] = await readRatings('ratings.jsonl')
 * console.log(rater, meaning) // ada 4
 * ```
 */
export async function readRatings(
  path: string,
  {
    items,
    signal,
  }: { readonly items?: ReadonlySet<string> | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<Rating[]> {
  const ratings: Rating[] = []
  for await (const { value, where } of readRecords(path, signal)) {
    const fields = jsonFields(where, value)
    const [rater, item, ms] = [nonEmpty(fields, 'rater'), nonEmpty(fields, 'item'), fields.number('ms')]
    if (items !== undefined && !items.has(item)) throw wrong(fields, 'item', 'an item of the key')
    if (ms < 0) throw wrong(fields, 'ms', 'a number from 0 on')
    ratings.push({ rater, item, meaning: rated(fields, 'meaning'), fluency: rated(fields, 'fluency'), ms })
  }
  return ratings
}

function rated(fields: JsonFields, field: string): number | null {
  const rating = fields.raw(field)
  if (rating === null || [1, 2, 3, 4, 5].includes(rating as number)) return rating as number | null
  throw wrong(fields, field, '1, 2, 3, 4, 5, or null for none')
}

function wrong(fields: JsonFields, field: string, allowed: string): VmmError {
  return new VmmError(
    'BAD_FILE',
    `${fields.name}: ${field}: got ${describe(fields.raw(field))}; expected ${allowed}`,
  )
}
