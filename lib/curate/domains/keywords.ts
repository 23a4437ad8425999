import { baseForms } from '../../text/base_forms.ts'
import { wordsOf } from '../../text/lexicon.ts'
import type { DomainDescriptions } from './design_domains.ts'

/** Words of a keyword at most. */
const LONGEST = 4

/** What of a text speaks for a domain. */
export interface KeywordMatch {
  /** The domain's share of all keywords that were found, 0 … 1; 0 where there was none. */
  readonly share: number
  /** Subdomains whose keywords were found, the most first. */
  readonly subdomains: readonly string[]
}

/** Finds the keywords of domains in texts, for each domain in their order. */
export type KeywordMatcher = (text: string) => KeywordMatch[]

/**
 * A matcher for the keywords and names of subdomains, also in the plural and other forms. A keyword of several domains counts for
 * each of them.
 */
export function keywordMatcher(domains: DomainDescriptions): KeywordMatcher {
  const names = Object.keys(domains)
  const owners = new Map<string, { domain: number; subdomain: string }[]>()
  for (const [domain, name] of names.entries())
    for (const [subdomain, { keywords }] of Object.entries(domains[name]!))
      for (const keyword of new Set([...keywords, subdomain.replaceAll('_', ' ')])) {
        const key = wordsOf(keyword).join(' ')
        owners.set(key, [...(owners.get(key) ?? []), { domain, subdomain }])
      }
  return (text) => {
    const found = names.map(() => new Map<string, number>())
    let total = 0
    for (const keyword of keywordsIn(wordsOf(text), owners))
      for (const { domain, subdomain } of owners.get(keyword)!) {
        found[domain]!.set(subdomain, (found[domain]!.get(subdomain) ?? 0) + 1)
        total++
      }
    return found.map((counts) => {
      const count = [...counts.values()].reduce((a, b) => a + b, 0)
      const subdomains = [...counts].sort((a, b) => b[1] - a[1]).map(([name]) => name)
      return { share: total === 0 ? 0 : count / total, subdomains }
    })
  }
}

/** Keywords in the order of the words, the longest that begins at each word. */
function* keywordsIn(words: readonly string[], known: ReadonlyMap<string, unknown>): Generator<string> {
  for (let at = 0; at < words.length; ) {
    const [length, keyword] = keywordAt(words, at, known)
    if (keyword !== null) yield keyword
    at += length
  }
}

function keywordAt(
  words: readonly string[],
  at: number,
  known: ReadonlyMap<string, unknown>,
): readonly [length: number, keyword: string | null] {
  for (let length = Math.min(LONGEST, words.length - at); length > 0; length--) {
    const before = words.slice(at, at + length - 1)
    const last = words[at + length - 1]!
    for (const form of [last, ...baseForms(last)]) {
      const keyword = [...before, form].join(' ')
      if (known.has(keyword)) return [length, keyword]
    }
  }
  return [1, null]
}
