import { badArgument, check } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import { lengthOf, unitLength } from '../../core/rows.ts'
import { RUN_OPTIONS, type RunOptions } from '../../core/run_options.ts'
import { trustedVectors } from '../../core/vectors.ts'
import { clusterVectors } from './clusters.ts'
import { centroidRows, type Domain, type Domains } from './domains.ts'

/** How domains are given to experts. */
export interface AssignOptions extends RunOptions {
  /** Of the k-means where domains share experts. Default 0. */
  readonly seed?: number | undefined
}

/** Which expert takes care of which domain. */
export interface ExpertDomains {
  /** The expert of each domain: i32 [domains]. */
  readonly expertOf: Int32Array
  /** Names of the domains of each expert, in their order. */
  readonly domainsOf: readonly (readonly string[])[]
}

/**
 * Gives every domain an expert. Each has one of its own where there are enough experts (the others have no domain);
 * otherwise near domains share one, by k-means of the directions of their centroids, and every expert has at least one.
 *
 * @param of where the domains lie: all domains, for instance, of which `domains` are some
 * @throws VmmError BAD_ARGUMENT when there is no domain, for experts below 1, and for a centroid of length 0
 * @example
 * ```js
 * import { assignExperts, learnDomains, vectorsFrom } from 'vector-mamba'
 *
 * const vectors = vectorsFrom(Float32Array.from([1, 0, 0.9, 0.1, 0, 1]), 2, 'example-2')
 * const domains = learnDomains(vectors, ['sea', 'ships', 'law'])
 * const { domainsOf } = await assignExperts(domains, domains.all, 2)
 * console.log(domainsOf.map((names) => names.join()).sort()) // [ 'law', 'sea,ships' ]
 * ```
 */
export async function assignExperts(
  of: Pick<Domains, 'space' | 'dims'>,
  domains: readonly Domain[],
  experts: number,
  options: AssignOptions = {},
): Promise<ExpertDomains> {
  refuseUnknown(options, { ...RUN_OPTIONS, seed: true })
  const { space, dims } = of
  check(Number.isInteger(experts) && experts > 0, 'experts', experts, 'a positive integer')
  if (domains.length === 0) throw badArgument('domains', 'no domain', 'at least one')
  const expertOf = Int32Array.from({ length: domains.length }, (_, i) => i)
  if (domains.length > experts) {
    const rows = centroidRows(domains.map(unit), dims)
    const vectors = trustedVectors([rows], dims, space)
    expertOf.set((await clusterVectors(vectors, experts, options)).index)
  }
  const domainsOf = Array.from({ length: experts }, (_, expert) =>
    domains.filter((_, i) => expertOf[i] === expert).map(({ name }) => name),
  )
  return { expertOf, domainsOf }
}

function unit(domain: Domain): Domain {
  if (!(lengthOf(domain.centroid) > 0))
    throw badArgument(`domains.${domain.name}`, 'a centroid of length 0', 'a direction')
  return { ...domain, centroid: unitLength(domain.centroid) }
}
