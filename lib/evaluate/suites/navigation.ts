import { check, checkCount } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import { dot, unitLength } from '../../core/rows.ts'
import { checkRunOptions } from '../../core/run_options.ts'
import { trustedVectors } from '../../core/vectors.ts'
import { checkSeed, type RandomNumbers, randomNumbers } from '../../ops/random_numbers.ts'
import { compactGraph } from '../../store/graph/compact.ts'
import type { ConceptGraph } from '../../store/graph/graph.ts'
import { greatCircle } from '../../store/graph/great_circle.ts'
import { withinHops } from '../../store/graph/whole_graph.ts'

/** How many ways are judged, and which. */
export interface NavigationOptions {
  /** Pairs of concepts that have vectors, drawn by the seed. Default 200. */
  readonly pairs?: number | undefined
  /** Default 0. */
  readonly seed?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** What ways are like, as means over all of them. */
export interface WayMeasures {
  /** The share that ends with the goal. */
  readonly arrives: number
  /** Of all places on a way, the share that no earlier one has. */
  readonly distinct: number
  /** Concepts between the two ends. */
  readonly between: number
  /** Cosine of a concept and the next, where it changes. */
  readonly smoothness: number
  /** The least of these on a way. */
  readonly worstStep: number
  /** The share of steps that bring the goal nearer. */
  readonly progress: number
  /** Relations on the shortest way from a concept to the next, of those that some lead to within 16; null where there are none. */
  readonly relations: number | null
}

/** How well `navigate` finds ways, beside other means. */
export interface NavigationReport {
  readonly pairs: number
  readonly navigate: WayMeasures
  /** The concept nearest to each of the same points. */
  readonly line: WayMeasures
  /** As many steps, each to one of the 10 concepts nearest to the last. */
  readonly walk: WayMeasures
  /** The ways of `navigate`, by ids, in the order in which the pairs were drawn. */
  readonly ways: readonly (readonly string[])[]
}

const STEP = 0.1
const AROUND = 10
const FARTHEST = 16
const KINDS = ['navigate', 'line', 'walk'] as const

/**
 * Ways between random pairs of concepts, as `navigate` finds them, beside the nearest concepts of the straight line and a
 * random walk.
 *
 * @throws VmmError BAD_ARGUMENT for wrong options, and where fewer than two concepts have vectors; what the graph throws
 * @example
 * ```js
 * import { openGraph, openStore } from 'vector-mamba'
 * import { evaluateNavigation } from 'vector-mamba/evaluate'
 *
 * const store = await openStore('ring.store')
 * await store.addSpace('example-2', 2)
 * const at = (i) => Float32Array.of(Math.cos(i / 9), Math.sin(i / 9))
 * await store.upsert(Array.from({ length: 20 }, (_, i) => ({ id: `c${i}`, text: '', vectors: { 'example-2': at(i) } })))
 * const { navigate, walk } = await evaluateNavigation(openGraph(store), { pairs: 10 })
 * console.log(navigate.arrives, navigate.progress, walk.progress < 1) // 1 1 true
 * await store.dispose()
 * ```
 */
export async function evaluateNavigation(
  graph: ConceptGraph,
  options: NavigationOptions = {},
): Promise<NavigationReport> {
  refuseUnknown(options, { pairs: true, seed: true, signal: true, onProgress: true })
  checkRunOptions({ signal: options.signal })
  const { pairs = 200, seed = 0, signal, onProgress } = options
  checkCount('pairs', pairs)
  checkSeed(seed)
  const ids = await idsWithVectors(graph, signal)
  check(ids.length > 1, 'graph', ids.length, 'a graph of two or more concepts with vectors')
  const numbers = randomNumbers(seed)
  const distance = relationsBetween(await compactGraph(graph.store, { signal }))
  const measured: Record<(typeof KINDS)[number], WayMeasures[]> = { navigate: [], line: [], walk: [] }
  const ways: string[][] = []
  for (let pair = 0; pair < pairs; pair++) {
    signal?.throwIfAborted()
    const from = ids[numbers.below(ids.length)]!
    let to = from
    while (to === from) to = ids[numbers.below(ids.length)]!
    const { stops } = await graph.navigate(from, { towards: to }, { signal })
    const way = stops.map(({ id }) => id)
    ways.push(way)
    const all = {
      navigate: way,
      line: await lineOf(graph, from, to, signal),
      walk: await walkOf(graph, from, way.length, numbers, signal),
    }
    for (const kind of KINDS) measured[kind].push(await measure(graph, all[kind], to, distance))
    onProgress?.(pair + 1, pairs)
  }
  const { navigate, line, walk } = measured
  return { pairs, navigate: meanOf(navigate), line: meanOf(line), walk: meanOf(walk), ways }
}

async function idsWithVectors(
  { store, space }: ConceptGraph,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const ids: string[] = []
  for await (const batch of store.scan({ spaces: [space], signal }))
    for (const { id, vectors } of batch) if (vectors[space] !== undefined) ids.push(id)
  return ids
}

async function vectorsOf({ store, space }: ConceptGraph, ids: readonly string[]): Promise<Float32Array[]> {
  return (await store.vectors(space, ids)).map((vector) => unitLength(vector!))
}

async function lineOf(
  graph: ConceptGraph,
  from: string,
  to: string,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const [a, b] = await vectorsOf(graph, [from, to])
  const circle = greatCircle(a!, b!, 'to')
  const points = Array.from({ length: Math.ceil(circle.angle / STEP) - 1 }, (_, i) =>
    circle.at((i + 1) * STEP),
  )
  if (points.length === 0) return [from, to]
  const found = await graph.store.nearest(trustedVectors(points, graph.dims, graph.space), 1, { signal })
  return [from, ...found.map(([nearest]) => nearest!.id), to]
}

async function walkOf(
  graph: ConceptGraph,
  from: string,
  length: number,
  numbers: RandomNumbers,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const way = [from]
  while (way.length < length) {
    const near = await graph.getSimilar(way.at(-1)!, AROUND, { signal })
    way.push(near[numbers.below(near.length)]!.id)
  }
  return way
}

/** The number of relations on the shortest way; null beyond 16. */
function relationsBetween(compact: Awaited<ReturnType<typeof compactGraph>>) {
  const search = withinHops(compact)
  return (from: string, to: string): number | null => {
    const target = compact.numberOf(to)
    const { nodes, hops } = search(compact.numberOf(from), FARTHEST)
    const at = nodes.indexOf(target)
    return at < 0 ? null : hops[at]!
  }
}

async function measure(
  graph: ConceptGraph,
  way: readonly string[],
  goal: string,
  distance: (from: string, to: string) => number | null,
): Promise<WayMeasures> {
  const changes = way.filter((id, i) => id !== way[i - 1])
  const [goalVector, ...vectors] = await vectorsOf(graph, [goal, ...changes])
  const steps = vectors.slice(1).map((vector, i) => dot(vectors[i]!, vector))
  const nearer = vectors.map((vector) => dot(goalVector!, vector))
  const relations = changes
    .slice(1)
    .map((id, i) => distance(changes[i]!, id))
    .filter((n) => n !== null)
  return {
    arrives: Number(way.at(-1) === goal),
    distinct: new Set(way).size / way.length,
    between: new Set(way.filter((id) => id !== way[0] && id !== goal)).size,
    smoothness: mean(steps),
    worstStep: Math.min(...steps),
    progress: mean(nearer.slice(1).map((cosine, i) => Number(cosine > nearer[i]!))),
    relations: relations.length === 0 ? null : mean(relations),
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function meanOf(all: readonly WayMeasures[]): WayMeasures {
  const of = (name: Exclude<keyof WayMeasures, 'relations'>) => mean(all.map((each) => each[name]))
  const relations = all.map((each) => each.relations).filter((n) => n !== null)
  return {
    arrives: of('arrives'),
    distinct: of('distinct'),
    between: of('between'),
    smoothness: of('smoothness'),
    worstStep: of('worstStep'),
    progress: of('progress'),
    relations: relations.length === 0 ? null : mean(relations),
  }
}
