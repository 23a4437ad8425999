import { check } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { checkRunOptions } from '../../core/run_options.ts'
import type { Space } from '../../core/space.ts'
import { trustedVectors } from '../../core/vectors.ts'
import type { ConceptFilter } from '../../store/record.ts'
import type { ConceptStore, ScannedConcept } from '../../store/store.ts'
import type { Domain, Domains } from '../domains/domains.ts'
import { growDomains } from '../domains/growing.ts'

/** How domains are made of the concepts of a store. */
export interface StoredDomainsOptions {
  /** Of the vectors. */
  readonly space: Space
  /** Concepts that are taken. Default: all that have a primary domain. */
  readonly filter?: ConceptFilter | undefined
  /** Representatives of each domain. Default 5. */
  readonly representatives?: number | undefined
  /** The domain that each name is a part of. Default: every domain is of the first level. */
  readonly parents?: Readonly<Record<string, string>> | undefined
  /** Told with the concepts that have been read, twice: domains take two readings. */
  readonly onProgress?: ((concepts: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

const OPTIONS: OptionNames<StoredDomainsOptions> = {
  space: true,
  filter: true,
  representatives: true,
  parents: true,
  onProgress: true,
  signal: true,
}

/**
 * The domains of a store: of all concepts with the same `primaryDomain` the mean, the variance, the largest distance from the mean,
 * and the texts of the nearest. Concepts are read twice, in batches; memory holds the domains alone.
 *
 * @returns domains by name
 * @throws VmmError BAD_ARGUMENT where no concept has a domain and a vector; what the store throws
 * @example
 * ```js
 * import { openStore, storedDomains } from 'vector-mamba'
 *
 * const store = await openStore('domains.store')
 * await store.addSpace('example-2', 2)
 * const at = (id, primaryDomain, ...vector) => ({
 *   id,
 *   text: id,
 *   primaryDomain,
 *   vectors: { 'example-2': Float32Array.from(vector) },
 * })
 * await store.upsert([at('wave', 'sea', 1, 0), at('tide', 'sea', 0, 1), at('court', 'law', -1, 0)])
 * const { all } = await storedDomains(store, { space: 'example-2' })
 * console.log(all.map(({ name, count }) => `${name} ${count}`)) // [ 'law 1', 'sea 2' ]
 * await store.dispose()
 * ```
 */
export async function storedDomains(store: ConceptStore, options: StoredDomainsOptions): Promise<Domains> {
  refuseUnknown(options, OPTIONS)
  checkRunOptions(options)
  const { space, filter, representatives = 5, parents = {}, onProgress, signal } = options
  const isCount = Number.isInteger(representatives) && representatives >= 0
  check(isCount, 'representatives', representatives, 'a whole number of 0 or more')
  let read = 0
  async function* members(): AsyncGenerator<readonly [name: string, concepts: readonly ScannedConcept[]]> {
    for await (const concepts of store.scan({ filter, spaces: [space], signal })) {
      const byName = new Map<string, ScannedConcept[]>()
      for (const concept of concepts) {
        const { primaryDomain: name, vectors } = concept
        if (name === null || name === '' || vectors[space] === undefined) continue
        const known = byName.get(name)
        if (known) known.push(concept)
        else byName.set(name, [concept])
      }
      yield* byName
      read += concepts.length
      onProgress?.(read)
    }
  }
  const vectorsOf = (concepts: readonly ScannedConcept[]) => concepts.map(({ vectors }) => vectors[space]!)
  await store.count() // reads which spaces there are
  const dims = store.spaces.get(space) ?? 1
  const growing = growDomains({ space, dims })
  for await (const [name, concepts] of members())
    growing.observe(name, trustedVectors(vectorsOf(concepts), dims, space))
  const { all } = growing.current()
  check(all.length > 0, 'store', 'concepts without a domain or a vector', 'concepts with primaryDomain')
  const nearest = new Map(all.map((domain) => [domain.name, nearestTo(domain, representatives)]))
  for await (const [name, concepts] of members()) nearest.get(name)?.see(concepts, vectorsOf(concepts))
  const domains = all.map((domain): Domain => {
    const { radius, texts } = nearest.get(domain.name)!.found()
    const parent = Object.hasOwn(parents, domain.name) ? parents[domain.name]! : null
    return { ...domain, parent, radius, representatives: texts }
  })
  return { space, dims, all: domains.sort((a, b) => (a.name < b.name ? -1 : 1)) }
}

/** The largest distance from a domain's centroid, and different texts of the nearest concepts. */
function nearestTo({ centroid }: Domain, most: number) {
  let radius = 0
  let near: { readonly text: string; readonly distance: number }[] = []
  return {
    see: (concepts: readonly ScannedConcept[], vectors: readonly Float32Array[]): void => {
      for (const [i, vector] of vectors.entries()) {
        let squared = 0
        for (let c = 0; c < centroid.length; c++) squared += (vector[c]! - centroid[c]!) ** 2
        const distance = Math.sqrt(squared)
        radius = Math.max(radius, distance)
        const { text } = concepts[i]!
        if (near.length === most && distance >= (near.at(-1)?.distance ?? 0)) continue
        const others = near.filter((known) => known.text !== text || known.distance < distance)
        if (others.some((known) => known.text === text)) continue
        near = [...others, { text, distance }].sort((a, b) => a.distance - b.distance).slice(0, most)
      }
    },
    found: () => ({ radius, texts: near.map(({ text }) => text) }),
  }
}
