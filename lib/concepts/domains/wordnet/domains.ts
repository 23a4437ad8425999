import type { Encoder } from '../../../core/encoder.ts'
import { VmmError } from '../../../core/errors.ts'
import { refuseUnknown } from '../../../core/options.ts'
import { trustedVectors, type Vectors } from '../../../core/vectors.ts'
import type { StoredConcept } from '../../../store/record.ts'
import { buildConcepts, OPEN_CONCEPTS_OPTIONS, type OpenConceptsOptions } from '../../store/build.ts'
import { openBuilt } from '../../store/open.ts'
import { synsetOf, type WordNetConcept } from '../../wordnet/concepts.ts'
import { readWordNet, type Synset } from '../../wordnet/synsets.ts'
import type { Domains } from '../domains.ts'
import { readDomains, writeDomains } from '../file.ts'
import { learnDomains } from '../learn.ts'
import { type SubdomainSource, WORDNET_DOMAINS } from './table.ts'

/** How WordNet's concepts are encoded where they are missing. */
export type WordNetDomainsOptions = Omit<OpenConceptsOptions, 'concepts'>

const { concepts: _, ...DOMAIN_OPTIONS } = OPEN_CONCEPTS_OPTIONS

/** Raised when the same vectors give other domains. */
const VERSION = 1

/**
 * The eight default domains and their parts (named `society/law`), learned from the vectors of WordNet's definitions
 * and examples. The first call encodes them where `openConcepts` has not; later ones read a small file.
 *
 * @throws VmmError see `openConcepts`, `readWordNet`
 * @example
 * ```js
 * import { topDomains, vectorsFrom, wordNetDomains } from 'vector-mamba'
 *
 * // In place of a model, for the example to be quick: a text's vector is its length, and 1.
 * const model = {
 *   name: 'length',
 *   space: 'length-2',
 *   dims: 2,
 *   fingerprint: '1',
 *   encode: async (texts) => {
 *     const rows = Float32Array.from(texts.flatMap((text) => [text.length, 1]))
 *     return { vectors: vectorsFrom(rows, 2, 'length-2'), truncated: [], tokens: null }
 *   },
 * }
 * const domains = await wordNetDomains(model, { cacheDir: 'cache' })
 * console.log(topDomains(domains).length, topDomains(domains)[0].name) // 8 science
 * ```
 */
export async function wordNetDomains(model: Encoder, options: WordNetDomainsOptions = {}): Promise<Domains> {
  refuseUnknown(options, DOMAIN_OPTIONS)
  const folder = await buildConcepts(model, options)
  const path = `${folder}-domains-${VERSION}.safetensors`
  const known = await readDomains(path).catch((error: unknown) => {
    if (error instanceof VmmError) return null // learned again
    throw error
  })
  if (known?.dims === model.dims && known.space === model.space) return known
  const { concepts, vectors } = await readConcepts(folder, model)
  const domains = learnWordNetDomains(await readWordNet(), concepts, vectors)
  await writeDomains(path, domains).catch((error: unknown) => {
    if (!(error instanceof VmmError)) throw error // a cache that can only be read serves as well
  })
  return domains
}

/** The default domains from WordNet and the vectors of its texts, one for each concept. */
export function learnWordNetDomains(
  synsets: readonly Synset[],
  concepts: readonly Pick<WordNetConcept, 'id' | 'surfaceForms'>[],
  vectors: Vectors,
): Domains {
  const subdomainOf = wordNetSubdomains(synsets)
  const fine = concepts.map(({ id }) => subdomainOf.get(synsetOf(id)) ?? null)
  const coarse = fine.map((name) => name && topOf(name))
  const texts = concepts.map(({ surfaceForms }) => surfaceForms[0]!)
  const parents = Object.fromEntries(fine.flatMap((name) => (name ? [[name, topOf(name)]] : [])))
  const order = Object.entries<Readonly<Record<string, SubdomainSource>>>(WORDNET_DOMAINS).flatMap(
    ([top, parts]) => [top, ...Object.keys(parts).map((name) => `${top}/${name}`)],
  )
  const all = [
    ...learnDomains(vectors, coarse, { texts }).all,
    ...learnDomains(vectors, fine, { texts, parents }).all,
  ].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
  return { space: vectors.space, dims: vectors.dims, all }
}

/** The subdomain of each synset that has one, by id: from its topic, else from its lexicographer's file. */
export function wordNetSubdomains(synsets: readonly Synset[]): Map<string, string> {
  const byCategory = new Map<string, string>()
  const byTopic = new Map<string, string>()
  for (const [top, parts] of Object.entries<Readonly<Record<string, SubdomainSource>>>(WORDNET_DOMAINS))
    for (const [name, { categories, topics }] of Object.entries(parts)) {
      for (const category of categories) byCategory.set(category, `${top}/${name}`)
      for (const topic of topics) byTopic.set(topic, `${top}/${name}`)
    }
  const topicIds = new Set<string>()
  for (const { pointers } of synsets)
    for (const { relation, target } of pointers) if (relation === 'topic') topicIds.add(target)
  const topicOf = new Map<string, string>()
  for (const { id, words } of synsets) {
    const name = topicIds.has(id) ? byTopic.get(words[0]!) : undefined
    if (name) topicOf.set(id, name)
  }
  const subdomainOf = new Map<string, string>()
  for (const { id, category, pointers } of synsets) {
    const topic = pointers.find(({ relation, target }) => relation === 'topic' && topicOf.has(target))
    const name = (topic && topicOf.get(topic.target)) ?? topicOf.get(id) ?? byCategory.get(category)
    if (name) subdomainOf.set(id, name)
  }
  return subdomainOf
}

function topOf(subdomain: string): string {
  return subdomain.slice(0, subdomain.indexOf('/'))
}

/** All concepts of a store, and the vector of each. */
async function readConcepts(folder: string, model: Pick<Encoder, 'space' | 'dims'>) {
  const { space, dims } = model
  await using store = await openBuilt(folder, model)
  const concepts: StoredConcept[] = []
  const rows: Float32Array[] = []
  for await (const batch of store.scan({ spaces: [space] }))
    for (const { vectors, ...concept } of batch) {
      concepts.push(concept)
      rows.push(vectors[space]!)
    }
  return { concepts, vectors: trustedVectors(rows, dims, space) }
}
