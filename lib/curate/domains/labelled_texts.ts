import type { Synset } from '../../concepts/wordnet/synsets.ts'
import type { DomainDescriptions } from './design_domains.ts'

/** A text of a known domain. */
export interface LabelledText {
  readonly text: string
  readonly domain: string
}

/** Keywords of a text that stands for a subdomain. */
const KEYWORDS = 6

/** A few texts for each subdomain: its name with some of its keywords. */
export function keywordTexts(domains: DomainDescriptions): LabelledText[] {
  return Object.entries(domains).flatMap(([domain, parts]) =>
    Object.entries(parts).flatMap(([subdomain, { keywords }]) => {
      const texts: LabelledText[] = []
      for (let at = 0; at < Math.max(1, keywords.length); at += KEYWORDS) {
        const some = [subdomain.replaceAll('_', ' '), ...keywords.slice(at, at + KEYWORDS)]
        texts.push({ text: [...new Set(some)].join(', '), domain })
      }
      return texts
    }),
  )
}

/** The domain of each synset that WordNet says the topic of, where that is a topic of one: by id. */
export function topicDomains(domains: DomainDescriptions, synsets: readonly Synset[]): Map<string, string> {
  const ofTopic = new Map<string, string>()
  for (const [domain, parts] of Object.entries(domains))
    for (const { topics = [] } of Object.values(parts)) for (const topic of topics) ofTopic.set(topic, domain)
  const firstWords = new Map(synsets.map(({ id, words }) => [id, words[0]!]))
  const found = new Map<string, string>()
  for (const { id, pointers } of synsets)
    for (const { relation, target } of pointers) {
      if (relation !== 'topic' || found.has(id)) continue
      const domain = ofTopic.get(firstWords.get(target)!)
      if (domain !== undefined) found.set(id, domain)
    }
  return found
}

/** Definitions of the synsets whose topic is one of a domain's. */
export function topicTexts(domains: DomainDescriptions, synsets: readonly Synset[]): LabelledText[] {
  const of = topicDomains(domains, synsets)
  return synsets.flatMap(({ id, definition }) => {
    const domain = of.get(id)
    return domain === undefined ? [] : [{ text: definition, domain }]
  })
}
