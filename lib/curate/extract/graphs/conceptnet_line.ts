/** A statement of ConceptNet that is of use here. */
export interface Assertion {
  /** A kind of relation by our name. */
  readonly type: string
  /** Terms as their addresses have them after `/c/en/`: `hot_dog`, without what tells their meanings apart. */
  readonly source: string
  readonly target: string
  /** ConceptNet's own, from 1 for what one source says. */
  readonly weight: number
}

/** What ConceptNet's relations are called here. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['/r/IsA', 'parent'],
  ['/r/PartOf', 'parent'],
  ['/r/HasA', 'child'],
  ['/r/HasPrerequisite', 'requires'],
  ['/r/Causes', 'enables'],
  ['/r/CapableOf', 'enables'],
  ['/r/Antonym', 'conflicts_with'],
  ['/r/DistinctFrom', 'conflicts_with'],
  ['/r/Synonym', 'sibling'],
  ['/r/SimilarTo', 'sibling'],
])

/**
 * Reads a line of ConceptNet 5: `address <tab> relation <tab> start <tab> end <tab> JSON`. Null for statements of other
 * languages and relations, for those of a smaller weight and for those of a term and itself; undefined for what is no such line.
 *
 * @param language as ConceptNet's addresses have it: `en`
 */
export function parseAssertion(
  line: string,
  language: string,
  minWeight: number,
): Assertion | null | undefined {
  const relation = line.indexOf('\t') + 1
  const start = line.indexOf('\t', relation) + 1
  const end = line.indexOf('\t', start) + 1
  const json = line.indexOf('\t', end) + 1
  if (relation === 0 || start <= relation || end <= start || json <= end || line.indexOf('\t', json) >= 0)
    return undefined
  const home = `/c/${language}/`
  if (!line.startsWith(home, start) || !line.startsWith(home, end)) return null
  const type = TYPES.get(line.slice(relation, start - 1))
  if (type === undefined) return null
  const weight = weightOf(line.slice(json))
  if (weight === undefined) return undefined
  const source = termAt(line, start + home.length, end - 1)
  const target = termAt(line, end + home.length, json - 1)
  return weight < minWeight || source === target ? null : { type, source, target, weight }
}

/** The term up to the next slash: `/c/en/bank/n/wn/artifact` is a meaning of the term `bank`. */
function termAt(line: string, from: number, end: number): string {
  const slash = line.indexOf('/', from)
  return line.slice(from, slash < 0 || slash > end ? end : slash)
}

function weightOf(json: string): number | undefined {
  try {
    const weight = (JSON.parse(json) as { weight?: unknown } | null)?.weight
    return typeof weight === 'number' && Number.isFinite(weight) ? weight : undefined
  } catch {
    return undefined
  }
}
