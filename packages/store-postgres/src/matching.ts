import type { ConceptFilter, TextMatch } from 'vector-mamba'
import { conditionsOf } from './conditions.ts'
import type { Database } from './database.ts'
import type { Names } from './names.ts'

/** Characters of a query that are read, and its words that are searched for, the rarest ones. */
const [MOST_CHARACTERS, MOST_WORDS] = [10_000, 64]
/** Concepts that are ranked, if words that so few have tell enough of them. */
const FEW = 10_000
/** Concepts that are ranked at most. */
const MOST = 100_000

/** A word of a query as PostgreSQL searches for it, and how many concepts have it: up to FEW, and one more for many. */
interface Word {
  readonly query: string
  readonly count: number
}

/**
 * The concepts whose texts have words of a text, best first: the sum over the words of how rare each one is, times how often it
 * stands in the text for its length. PostgreSQL's own rank knows nothing of rareness; for one word it grows ever less with
 * each time, as that of BM25 does.
 */
export async function matchingConcepts(
  database: Database,
  names: Names,
  text: string,
  k: number,
  filter: ConceptFilter | null,
  signal: AbortSignal | undefined,
): Promise<readonly TextMatch[]> {
  return database.alone(async (query) => {
    const words = await query<Word>(wordsOf(names), [text.slice(0, MOST_CHARACTERS)])
    if (words.length === 0) return []
    const [total] = await query<{ count: number }>(
      `select greatest((select reltuples from pg_class where oid = to_regclass($1)), count(*)) as count
       from (select from ${names.concepts} limit ${FEW}) counted`,
      [names.concepts],
    )
    const conditions = conditionsOf(filter, 5)
    const sql = `select c.id,
        (select sum(w.weight * ts_rank(c.words, w.query, 1))
         from unnest($1::tsquery[], $2::double precision[]) as w (query, weight)) as score
      from
        (select c.id, c.words from ${names.concepts} c
         where c.words @@ $3::tsquery and ${conditions.sql} limit $4) c
      order by score desc, c.id limit $5`
    const weights = words.map(({ count }) => Math.log(1 + Math.max(0.5, total!.count - count) / count))
    const search = (some: readonly Word[]) =>
      query<TextMatch>(sql, [
        words.map(({ query }) => query),
        weights,
        some.map(({ query }) => query).join(' | '),
        MOST,
        k,
        ...conditions.values,
      ])
    const rare = rarest(words)
    const found = await search(rare)
    // Too few, as with a filter: common words may find more.
    return found.length < k && rare.length < words.length ? search(words) : found
  }, signal)
}

/** The words of a text `$1`, the rarest first. Each is quoted: nothing in it is an operator. */
function wordsOf({ concepts }: Names): string {
  return `select query::text, count from
      (select ('''' || replace(replace(lexeme, '\\', '\\\\'), '''', '''''') || '''')::tsquery as query
       from unnest(to_tsvector('pg_catalog.simple', $1))) words
    cross join lateral
      (select count(*) from (select from ${concepts} c where c.words @@ words.query limit ${FEW + 1}) found) counted
    where count > 0 order by count limit ${MOST_WORDS}`
}

/** As many of the rarest words as find no more than FEW concepts together, and at least one. */
function rarest(words: readonly Word[]): readonly Word[] {
  let sum = 0
  const end = words.findIndex(({ count }, i) => {
    sum += count
    return i > 0 && sum > FEW
  })
  return end < 0 ? words : words.slice(0, end)
}
