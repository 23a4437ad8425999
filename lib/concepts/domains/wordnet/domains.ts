import type { Encoder } from '../../../core/encoder.ts'
import { VmmError } from '../../../core/errors.ts'
import { refuseUnknown } from '../../../core/options.ts'
import type { Space } from '../../../core/space.ts'
import { trustedVectors, type Vectors } from '../../../core/vectors.ts'
import { cacheDirectory } from '../../../io/cache_dir.ts'
import { readTensorBytes } from '../../../io/safetensors/file.ts'
import { buildIndex, INDEX_OPTIONS, type IndexOptions, wordNet } from '../../store/build_index.ts'
import { damagedIndex, type IndexFiles, readIndexFiles } from '../../store/index_files.ts'
import type { Concept } from '../../wordnet/concepts.ts'
import { readWordNet, type Synset } from '../../wordnet/synsets.ts'
import type { Domains } from '../domains.ts'
import { readDomains, writeDomains } from '../file.ts'
import { learnDomains } from '../learn.ts'
import { type SubdomainSource, WORDNET_DOMAINS } from './table.ts'

/** How the index of WordNet's concepts is built where it is missing. */
export type WordNetDomainsOptions = Omit<IndexOptions, 'concepts'>

const { concepts: _, ...DOMAIN_OPTIONS } = INDEX_OPTIONS

/** Raised when the same index gives other domains. */
const VERSION = 1

/**
 * The eight default domains and their parts (named `society/law`), learned from the vectors of WordNet's definitions
 * and examples. The first call builds the index of concepts where it is missing; later ones read a small file.
 *
 * @throws VmmError see `buildIndex`, `readWordNet`; BAD_FILE for a damaged index
 * @example
 * ```js
 * import { topDomains, vectorsFrom, wordNetDomains } from 'vector-mamba'
 *
 * // In place of a model, for the example to be quick: a text's vector is its length, and 1.
 * const model = {
 *   space: 'length-2',
 *   dims: 2,
 *   fingerprint: '1',
 *   encode: async (texts) => {
 *     const rows = Float32Array.from(texts.flatMap((text) => [text.length, 1]))
 *     return { vectors: vectorsFrom(rows, 2, 'length-2'), truncated: [] }
 *   },
 * }
 * const domains = await wordNetDomains(model, { cacheDir: 'cache' })
 * console.log(topDomains(domains).length, topDomains(domains)[0].name) // 8 science
 * ```
 */
export async function wordNetDomains(model: Encoder, options: WordNetDomainsOptions = {}): Promise<Domains> {
  refuseUnknown(options, DOMAIN_OPTIONS)
  const { cacheDir = cacheDirectory(), scope = 'used' } = options
  const folder = await buildIndex(model, { ...options, cacheDir, concepts: wordNet(scope) })
  const path = `${folder}-domains-${VERSION}.safetensors`
  const known = await readDomains(path).catch((error: unknown) => {
    if (error instanceof VmmError) return null // learned again
    throw error
  })
  if (known?.dims === model.dims && known.space === model.space) return known
  const [synsets, index] = await Promise.all([readWordNet(), readIndexFiles(folder, model)])
  const concepts = Array.from({ length: index.count }, (_, row) => index.concept(row))
  const domains = learnWordNetDomains(synsets, concepts, await readVectors(folder, index, model.space))
  await writeDomains(path, domains).catch((error: unknown) => {
    if (!(error instanceof VmmError)) throw error // a cache that can only be read serves as well
  })
  return domains
}

/** The default domains from WordNet and the vectors of its texts, one for each concept. */
export function learnWordNetDomains(
  synsets: readonly Synset[],
  concepts: readonly Concept[],
  vectors: Vectors,
): Domains {
  const subdomainOf = wordNetSubdomains(synsets)
  const fine = concepts.map(({ id }) => subdomainOf.get(id) ?? null)
  const coarse = fine.map((name) => name && topOf(name))
  const texts = concepts.map(({ words }) => words[0]!)
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

async function readVectors(
  folder: string,
  { path, vectors, dims }: IndexFiles,
  space: Space,
): Promise<Vectors> {
  const [bytes] = await readTensorBytes(path, [vectors])
  const rows = new Float32Array(bytes!)
  if (!rows.every(Number.isFinite)) throw damagedIndex(folder)
  return trustedVectors([rows], dims, space)
}
