import { check } from '../../core/errors.ts'
import { optionalPackages } from '../../core/optional_packages.ts'
import type { OptionNames } from '../../core/options.ts'
import { checkSeed, randomNumbers } from '../../ops/random_numbers.ts'
import { hopsFrom } from './hops.ts'
import { RELATION_OPTIONS, type RelationOptions, type Relations, waysFrom } from './relations.ts'

/** Which part of a graph around a concept is looked at. */
export interface AroundOptions extends RelationOptions {
  /** Concepts around the one, itself included. Default 1000. */
  readonly most?: number | undefined
  /** Default: as many as it takes. */
  readonly hops?: number | undefined
}

/** How fine the communities around a concept are. */
export interface CommunityOptions extends AroundOptions {
  /** Above 1 for more and smaller ones. Default 1. */
  readonly resolution?: number | undefined
  /** Default 0. */
  readonly seed?: number | undefined
}

/**
 * How central a concept is: by the relations that it has (`degree`), by the shortest ways that lead over it
 * (`betweenness`), by how often somebody meets it who goes along relations (`pagerank`).
 */
export type CentralityKind = 'betweenness' | 'degree' | 'pagerank'

/** What makes a concept central. */
export interface CentralityOptions extends AroundOptions {
  /** Default 'betweenness'. */
  readonly kind?: CentralityKind | undefined
}

export const AROUND_OPTIONS = {
  ...RELATION_OPTIONS,
  most: true,
  hops: true,
} as const satisfies OptionNames<AroundOptions>

/** A concept, and how central it is. */
export interface Centrality {
  readonly id: string
  readonly value: number
}

const KINDS: readonly string[] = ['betweenness', 'degree', 'pagerank'] satisfies CentralityKind[]
const MOST = 1000
/** More than any relations lead away. */
const ALL_HOPS = 2 ** 31

/** What of graphology and its packages is used: they are CommonJS, whose types say otherwise where its functions are. */
interface Graphology {
  readonly UndirectedGraph: new () => UndirectedGraph
}
interface UndirectedGraph {
  addNode(id: string): void
  mergeEdge(a: string, b: string): readonly unknown[]
  updateEdgeAttribute(a: string, b: string, name: string, update: (value?: number) => number): void
}
type Scores = Readonly<Record<string, number>>
type Louvain = (
  graph: UndirectedGraph,
  options: { readonly resolution: number; readonly rng: () => number; readonly getEdgeWeight: string },
) => Scores
interface Metrics {
  readonly centrality: {
    readonly betweenness: (graph: UndirectedGraph, options: { readonly getEdgeWeight: null }) => Scores
    readonly degree: (graph: UndirectedGraph) => Scores
    readonly pagerank: (graph: UndirectedGraph, options: { readonly getEdgeWeight: string }) => Scores
  }
}

/** The packages that this one names but does not install. */
export interface GraphPackages {
  readonly graphology: Graphology
  readonly louvain: Louvain
  readonly metrics: Metrics
}

const load = async (): Promise<GraphPackages> => {
  const [graphology, louvain, metrics] = await Promise.all([
    import('graphology'),
    import('graphology-communities-louvain'),
    import('graphology-metrics'),
  ])
  return {
    graphology: graphology as unknown as Graphology,
    louvain: louvain.default as unknown as Louvain,
    metrics: metrics.default as unknown as Metrics,
  }
}

const NEED =
  'communities and centrality need the packages of graphology: ' +
  'npm install graphology graphology-communities-louvain graphology-metrics'

/** The part of a graph around a concept, without directions; the weights of several relations of two concepts are added. */
async function graphAround(
  relations: Relations,
  id: string,
  options: AroundOptions,
  { UndirectedGraph }: Graphology,
): Promise<UndirectedGraph> {
  const { most = MOST, hops = ALL_HOPS, signal } = options
  const { types, direction = 'both', limit } = options
  check(Number.isInteger(most) && most > 1, 'most', most, 'a whole number of 2 or more')
  const around = { types, direction, limit, signal }
  const found = await hopsFrom(relations, id, { ...around, hops, most: most - 1 })
  const ids = [id, ...found.map((neighbour) => neighbour.id)]
  const inside = new Set(ids)
  const graph = new UndirectedGraph()
  for (const node of ids) graph.addNode(node)
  for (const ways of (await waysFrom(relations, ids, { ...around, direction: 'out' })).values())
    for (const { from, to, edge } of ways) {
      if (!inside.has(to) || from === to || !(edge.weight > 0)) continue
      graph.mergeEdge(from, to)
      graph.updateEdgeAttribute(from, to, 'weight', (weight = 0) => weight + edge.weight)
    }
  return graph
}

/** Louvain's communities among the concepts around one: ids, larger communities first. */
export async function communitiesAround(
  relations: Relations,
  id: string,
  options: CommunityOptions,
  packages: () => Promise<GraphPackages> = load,
): Promise<string[][]> {
  const { resolution = 1, seed = 0 } = options
  check(resolution > 0, 'resolution', resolution, 'a number above 0')
  checkSeed(seed)
  const { graphology, louvain } = await optionalPackages(packages, NEED)
  const graph = await graphAround(relations, id, options, graphology)
  const rng = randomNumbers(seed).next
  const communities = new Map<number, string[]>()
  for (const [node, community] of Object.entries(
    louvain(graph, { resolution, rng, getEdgeWeight: 'weight' }),
  ))
    communities.set(community, [...(communities.get(community) ?? []), node])
  return [...communities.values()].sort((a, b) => b.length - a.length || (a[0]! < b[0]! ? -1 : 1))
}

/** How central each of the concepts around one is, the most central first. */
export async function centralityAround(
  relations: Relations,
  id: string,
  options: CentralityOptions,
  packages: () => Promise<GraphPackages> = load,
): Promise<Centrality[]> {
  const { kind = 'betweenness' } = options
  check(KINDS.includes(kind), 'kind', kind, KINDS.join(', '))
  const { graphology, metrics } = await optionalPackages(packages, NEED)
  const graph = await graphAround(relations, id, options, graphology)
  const { betweenness, degree, pagerank } = metrics.centrality
  const scores =
    kind === 'degree'
      ? degree(graph)
      : kind === 'pagerank'
        ? pagerank(graph, { getEdgeWeight: 'weight' })
        : betweenness(graph, { getEdgeWeight: null })
  return Object.entries(scores)
    .map(([node, value]) => ({ id: node, value }))
    .sort((a, b) => b.value - a.value || (a.id < b.id ? -1 : 1))
}
