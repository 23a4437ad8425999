import type { Edge, EdgeKey } from 'vector-mamba'
import type { Query } from './database.ts'
import type { Names } from './names.ts'
import { byText, inParts } from './write.ts'

const EDGE = 'source, type, target, weight, domain_specific as "domainSpecific"'

const inOrder = (a: EdgeKey, b: EdgeKey): number =>
  byText(a.source, b.source) || byText(a.type, b.type) || byText(a.target, b.target)

/** Adds or replaces relations. To be called in a transaction. */
export async function linkEdges(query: Query, names: Names, edges: readonly Edge[]): Promise<void> {
  for (const some of inParts([...edges].sort(inOrder), sizeOf))
    await query(
      `insert into ${names.edges} as there (source, type, target, weight, domain_specific)
       select * from unnest($1::text[], $2::text[], $3::text[], $4::double precision[], $5::boolean[])
       on conflict (source, type, target)
       do update set weight = excluded.weight, domain_specific = excluded.domain_specific
       where (there.weight, there.domain_specific) is distinct from (excluded.weight, excluded.domain_specific)`,
      [...keysOf(some), some.map(({ weight }) => weight), some.map(({ domainSpecific }) => domainSpecific)],
    )
}

/** Removes relations. To be called in a transaction. */
export async function unlinkEdges(query: Query, names: Names, edges: readonly EdgeKey[]): Promise<void> {
  for (const some of inParts([...edges].sort(inOrder), sizeOf))
    await query(
      `delete from ${names.edges} where (source, type, target) in
         (select e.source, e.type, e.target from ${names.edges} e
          join unnest($1::text[], $2::text[], $3::text[]) as given (source, type, target)
            using (source, type, target)
          order by e.source, e.type, e.target for update of e)`,
      keysOf(some),
    )
}

function keysOf(edges: readonly EdgeKey[]): readonly (readonly string[])[] {
  return [edges.map(({ source }) => source), edges.map(({ type }) => type), edges.map(({ target }) => target)]
}

const sizeOf = ({ source, type, target }: EdgeKey): number => source.length + type.length + target.length

/**
 * Relations of concepts; with a limit, of each those of the greatest weight.
 *
 * @param types null: of any type
 */
export function neighboursOf(
  query: Query,
  { edges }: Names,
  ids: readonly string[],
  direction: 'out' | 'in',
  types: readonly string[] | null,
  limit: number | null,
): Promise<Edge[]> {
  const end = direction === 'out' ? 'source' : 'target'
  const ofTypes = types === null ? '' : 'and type = any($2::text[])'
  const values = types === null ? [ids] : [ids, types]
  if (limit === null)
    return query<Edge>(`select ${EDGE} from ${edges} where ${end} = any($1::text[]) ${ofTypes}`, values)
  return query<Edge>(
    `select ${EDGE} from unnest($1::text[]) as given (id) cross join lateral
       (select * from ${edges} where ${end} = given.id ${ofTypes}
        order by weight desc, ${['type', 'target', 'source'].map(asInJavaScript).join(', ')}
        limit $${values.length + 1}) found`,
    [...values, limit],
  )
}

/**
 * JavaScript compares texts by UTF-16, in which characters beyond U+FFFF come before U+E000 … U+FFFF; PostgreSQL by code point.
 * With a mark before the latter they come out alike.
 */
function asInJavaScript(column: string): string {
  return `case when octet_length(${column}) = char_length(${column}) then ${column}
    else regexp_replace(${column}, '([\\uE000-\\uFFFF])', '\u{10FFFF}\\1', 'g') end collate "C"`
}
