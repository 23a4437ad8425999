import type { Domains } from '../../concepts/domains/domains.ts'
import { badArgument, check, describe } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import { wordsOf } from '../../text/lexicon.ts'

/** Names groups of texts: a language model's answer to each group's typical texts and terms. */
export type ClusterNamer = (
  clusters: readonly { readonly texts: readonly string[]; readonly terms: readonly string[] }[],
) => Promise<readonly string[]>

/** How clusters are named. */
export interface NameClustersOptions {
  /** Names them in place of their terms. A name that is empty, or was given before, is not taken. */
  readonly namer?: ClusterNamer | undefined
  /** Terms of a name. Default 2. */
  readonly terms?: number | undefined
}

/** Words that are typical of nothing. */
const COMMON = new Set(
  (
    'a an and are as at be been but by can could did do does for from had has have he her his how i if in into is it its may might more most no ' +
    'not of on one or other our out she should so some such than that the their them then there these they this those to up used very was ' +
    'we were what when where which who will with would you your having being about over between through under made part usually'
  ).split(' '),
)
const SHORTEST = 3
/** Terms that a namer is shown. */
const SHOWN = 10
/** Characters of a name that a namer gives. */
const LONGEST_NAME = 60

/**
 * Names for the clusters of `discoverDomains`: by somebody who is asked, such as a language model, or by their most typical terms, those
 * with the largest frequency in the cluster times the inverse of that among the clusters (tf-idf; Spärck Jones 1972).
 *
 * @param domains clusters with representatives, as `discoverDomains` gives them with `texts`
 * @returns the same domains under their new names, which differ
 * @throws VmmError BAD_ARGUMENT for clusters without representatives, for a namer that gives another number of names, and for options that are none
 * @example
 * ```js
 * import { discoverDomains, vectorsFrom } from 'vector-mamba'
 * import { nameClusters } from 'vector-mamba/curate'
 *
 * const vectors = vectorsFrom(Float32Array.from([0, 1, 0, 2, 9, 9, 8, 9]), 2, 'example-2')
 * const texts = ['a ship at sea', 'the sea and its ships', 'a court of law', 'the law of a court']
 * const { all } = await nameClusters(await discoverDomains(vectors, 2, { texts }))
 * console.log(all.map(({ name }) => name).sort()) // [ 'court, law', 'sea, ship' ]
 * ```
 */
export async function nameClusters(domains: Domains, options: NameClustersOptions = {}): Promise<Domains> {
  refuseUnknown(options, { namer: true, terms: true })
  const { namer, terms = 2 } = options
  check(Number.isInteger(terms) && terms > 0 && terms <= SHOWN, 'terms', terms, `1 … ${SHOWN}`)
  const bare = domains.all.find(({ representatives }) => representatives.length === 0)
  if (bare)
    throw badArgument('domains', `${describe(bare.name)} without representatives`, 'clusters with texts')
  const texts = domains.all.map(({ representatives }) => representatives)
  const typical = typicalTerms(texts)
  const given =
    namer === undefined ? null : await namer(texts.map((own, i) => ({ texts: own, terms: typical[i]! })))
  if (given !== null && !(Array.isArray(given) && given.length === texts.length))
    throw badArgument('namer', describe(given), `${texts.length} names, one for each cluster`)
  const taken = new Set<string>()
  const all = domains.all.map((domain, i) => {
    const byTerms = typical[i]!.slice(0, terms).join(', ') || domain.name
    const asked = cleanName(given?.[i])
    const name = [asked, byTerms, `${byTerms} (${domain.name})`].find((one) => one !== '' && !taken.has(one))!
    taken.add(name)
    return { ...domain, name }
  })
  return { ...domains, all }
}

/** For each group of texts its most typical words, the most typical first. */
export function typicalTerms(groups: readonly (readonly string[])[]): string[][] {
  const counts = groups.map((texts) => {
    const found = new Map<string, number>()
    for (const text of texts)
      for (const word of new Set(wordsOf(text).map(stemOf)))
        if (word.length >= SHORTEST && !COMMON.has(word)) found.set(word, (found.get(word) ?? 0) + 1)
    return found
  })
  const spread = new Map<string, number>()
  for (const found of counts) for (const word of found.keys()) spread.set(word, (spread.get(word) ?? 0) + 1)
  const worth = (word: string, count: number) => count * Math.log((1 + groups.length) / spread.get(word)!)
  return counts.map((found) =>
    [...found]
      .map(([word, count]) => ({ word, worth: worth(word, count) }))
      .sort((a, b) => b.worth - a.worth || (a.word < b.word ? -1 : 1))
      .slice(0, SHOWN)
      .map(({ word }) => word),
  )
}

/** Without the plural's ending, as far as that is told by the word alone. */
function stemOf(word: string): string {
  return /[^s]s$/.test(word) && word.length > SHORTEST ? word.slice(0, -1) : word
}

/** The first line of what somebody answered, without quotation marks; '' for what is no name. */
function cleanName(given: unknown): string {
  if (typeof given !== 'string') return ''
  const line = given
    .trim()
    .split('\n', 1)[0]!
    .replace(/^["'“‘*\s]+|["'”’*.\s]+$/g, '')
  return line.length <= LONGEST_NAME ? line : ''
}
