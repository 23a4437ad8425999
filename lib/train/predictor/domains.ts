import { centroidRows, type Domain, rankDomains, topDomains } from '../../concepts/domains/domains.ts'
import { learnDomains } from '../../concepts/domains/learn.ts'
import { wordNetDomains } from '../../concepts/domains/wordnet/domains.ts'
import type { Encoder } from '../../core/encoder.ts'
import { badArgument } from '../../core/errors.ts'
import { trustedVectors } from '../../core/vectors.ts'
import type { VectorDocuments } from '../../data/documents/open.ts'
import type { DomainCentroids } from '../../models/predictor/parameters.ts'

/** Vectors of a group that its domain is learned from, evenly spread. */
const SAMPLE = 500
/** An expert takes no further domain that brings it beyond this many times its fair share. */
const CROWDED = 1.25

/** Domains of the documents, and the expert of each. */
export interface TrainingDomains extends DomainCentroids {
  readonly names: readonly string[]
  /** The expert of a group of documents; undefined for one that training has not seen. */
  expertOfGroup(group: string): number | undefined
}

export interface DomainOptions {
  readonly experts: number
  readonly cacheDir?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly threads?: number | undefined
}

/**
 * Domains for the router of a predictor. `groups`: each group of the documents is one. `wordnet`: the eight default
 * domains; a group belongs to that which is nearest to its mean. Experts get about equal shares of the sentences: the
 * largest domains have one each, others join a near one that has room.
 *
 * @param indices documents for training, from which alone domains are learned
 * @throws VmmError BAD_ARGUMENT when no document has a group; what wordNetDomains throws; the signal's reason
 */
export async function trainingDomains(
  kind: 'groups' | 'wordnet',
  documents: VectorDocuments,
  indices: readonly number[],
  encoder: Encoder,
  options: DomainOptions,
): Promise<TrainingDomains> {
  const { experts, signal, threads, cacheDir } = options
  const groups = await groupDomains(documents, indices, signal)
  const sizes = new Map<string, number>()
  for (const i of indices) {
    const { group, count } = documents.documents[i]!
    sizes.set(group, (sizes.get(group) ?? 0) + count)
  }
  const domains =
    kind === 'groups' ? groups : topDomains(await wordNetDomains(encoder, { cacheDir, signal, threads }))
  const domainOf = new Map(
    groups.map((group) => [
      group.name,
      kind === 'groups' ? group.name : rankDomains(domains, group.centroid)[0]!.domain.name,
    ]),
  )
  const shareOf = new Map<string, number>()
  for (const [group, domain] of domainOf) shareOf.set(domain, (shareOf.get(domain) ?? 0) + sizes.get(group)!)
  const shares = domains.map(({ name }) => shareOf.get(name) ?? 0)
  const expertOf = balancedExperts(domains, shares, experts)
  const names = domains.map(({ name }) => name)
  const placeOf = new Map(names.map((name, i) => [name, i]))
  return {
    names,
    centroids: centroidRows(domains, documents.dims),
    expertOf,
    expertOfGroup: (group) => {
      const domain = domainOf.get(group)
      return domain === undefined ? undefined : expertOf[placeOf.get(domain)!]
    },
  }
}

/** One domain for each group that has a name, from an even sample of its vectors. */
async function groupDomains(
  documents: VectorDocuments,
  indices: readonly number[],
  signal: AbortSignal | undefined,
): Promise<readonly Domain[]> {
  const { dims, space } = documents
  const byGroup = new Map<string, number[]>()
  for (const i of indices) {
    const { group } = documents.documents[i]!
    if (group === '') continue
    const members = byGroup.get(group)
    if (members) members.push(i)
    else byGroup.set(group, [i])
  }
  if (byGroup.size === 0) throw badArgument('domains', 'groups', "'none': no document has a domain or book")
  const domains: Domain[] = []
  for (const [group, members] of byGroup) {
    const total = members.reduce((n, i) => n + documents.documents[i]!.count, 0)
    const stride = Math.max(1, Math.ceil(total / SAMPLE))
    const rows = new Float32Array(Math.ceil(total / stride) * dims)
    let [seen, taken] = [0, 0]
    for (const i of members) {
      signal?.throwIfAborted()
      const { count, vectors } = await documents.document(i)
      for (let row = 0; row < count; row++)
        if (seen++ % stride === 0) rows.set(vectors.subarray(row * dims, (row + 1) * dims), taken++ * dims)
    }
    const sample = trustedVectors([rows.subarray(0, taken * dims)], dims, space)
    domains.push(...learnDomains(sample, new Array<string>(taken).fill(group)).all)
  }
  return domains
}

/**
 * The expert of each domain: the largest domains have one each, the others, by size, join that with the nearest domain
 * among those with room, or the one with the least to do where none has.
 *
 * @param shares how much there is of each domain
 */
export function balancedExperts(
  domains: readonly Domain[],
  shares: readonly number[],
  experts: number,
): Int32Array {
  const expertOf = new Int32Array(domains.length)
  const loads = new Float64Array(experts)
  const members = Array.from({ length: experts }, (): Domain[] => [])
  const fair = shares.reduce((sum, share) => sum + share, 0) / experts
  const bySize = domains.map((_, i) => i).sort((a, b) => shares[b]! - shares[a]! || a - b)
  for (const [place, i] of bySize.entries()) {
    const all = [...loads.keys()]
    const room = all.filter((e) => loads[e]! + shares[i]! <= CROWDED * fair)
    const nearest = () => {
      const known = room.flatMap((e) => members[e]!)
      const [best] = rankDomains(known, domains[i]!.centroid)
      return room.find((e) => members[e]!.includes(best!.domain))!
    }
    const least = () => all.reduce((a, b) => (loads[b]! < loads[a]! ? b : a))
    const expert = place < experts ? place : room.length > 0 ? nearest() : least()
    expertOf[i] = expert
    loads[expert]! += shares[i]!
    members[expert]!.push(domains[i]!)
  }
  return expertOf
}
