import { badArgument, check, VmmError } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { CALL_OPTIONS, type CallOptions, checkRunOptions } from '../../core/run_options.ts'
import type { Space } from '../../core/space.ts'
import { type Vectors, vectorsFrom } from '../../core/vectors.ts'
import { dimsOf } from '../check_record.ts'
import type { ConceptStore } from '../store.ts'
import { type Projection, project } from './projection.ts'

/** A concept's vector in a space. */
export interface Embedding {
  readonly space: Space
  readonly vector: Float32Array
  /** The spaces that it was projected through, from the one that the store has to the one before this; empty where it is the store's own. */
  readonly through: readonly Space[]
  /** 1 where it is the store's own, otherwise the product of the projections' cosines on what they were not fitted to. */
  readonly cosine: number
}

/** A way from what a store has to the space that was asked for. */
interface Way {
  readonly from: Space
  readonly projections: readonly Projection[]
  readonly cosine: number
}

/**
 * The vectors of some concepts in a space: those that the store has, else projected from the space that promises the most, if need
 * be through others; null for concepts without any. What comes out tells which it was.
 *
 * @param target a space, or the dimensions of the only one with so many
 * @throws VmmError BAD_ARGUMENT for dimensions that no space has or several have; SPACE_MISMATCH for an unknown space; the
 *   signal's reason
 * @example
 * ```js
 * import { embeddings, learnProjection, openStore, vectorsFrom } from 'vector-mamba'
 *
 * const turns = Array.from({ length: 40 }, (_, i) => i / 6)
 * const small = vectorsFrom(Float32Array.from(turns.flatMap((t) => [Math.cos(t), Math.sin(t)])), 2, 'small-2')
 * const large = vectorsFrom(Float32Array.from(turns.flatMap((t) => [Math.sin(t), 0, Math.cos(t)])), 3, 'large-3')
 * const projection = await learnProjection(small, large)
 * const store = await openStore('sizes.store')
 * await store.addSpace('small-2', 2)
 * await store.upsert([{ id: 'north', text: 'north', vectors: { 'small-2': Float32Array.of(0, 1) } }])
 * const [north] = await embeddings(store, ['north'], 3, [projection])
 * console.log(north.space, north.through) // large-3 [ 'small-2' ]
 * await store.dispose()
 * ```
 */
export async function embeddings(
  store: ConceptStore,
  ids: readonly string[],
  target: Space | number,
  projections: readonly Projection[] = [],
  options: CallOptions = {},
): Promise<readonly (Embedding | null)[]> {
  refuseUnknown(options, CALL_OPTIONS satisfies OptionNames<CallOptions>)
  checkRunOptions(options)
  check(Array.isArray(projections), 'projections', projections, 'an array of projections')
  const space = spaceOf(store, target, projections)
  const own = store.spaces.has(space) ? await store.vectors(space, ids) : ids.map(() => null)
  const found = own.map((vector): Embedding | null => vector && { space, vector, through: [], cosine: 1 })
  for (const { from, projections: steps, cosine } of waysTo(space, [...store.spaces.keys()], projections)) {
    const missing = [...ids.keys()].filter((i) => found[i] === null)
    if (missing.length === 0) break
    const vectors = await store.vectors(
      from,
      missing.map((i) => ids[i]!),
    )
    const there = missing.filter((_, at) => vectors[at] !== null)
    if (there.length === 0) continue
    const given = vectors.filter((vector) => vector !== null)
    let projected: Vectors = vectorsFrom(given, dimsOf(store.spaces, from), from)
    for (const step of steps) projected = await project(step, projected, options)
    const through = steps.map((step) => step.from)
    for (const [at, i] of there.entries()) found[i] = { space, vector: projected.row(at), through, cosine }
  }
  return found
}

function spaceOf(store: ConceptStore, target: Space | number, projections: readonly Projection[]): Space {
  const all = new Map([
    ...projections.flatMap(({ from, fromDims, to, toDims }) => [
      [from, fromDims] as const,
      [to, toDims] as const,
    ]),
    ...store.spaces,
  ])
  if (typeof target === 'string') {
    if (all.has(target)) return target
    throw new VmmError(
      'SPACE_MISMATCH',
      `no space '${target}'; there are ${[...all.keys()].join(', ') || 'none'}`,
    )
  }
  const fitting = [...all].filter(([, dims]) => dims === target).map(([space]) => space)
  if (fitting.length === 1) return fitting[0]!
  const known = [...all].map(([space, dims]) => `${space} (${dims})`).join(', ') || 'no space'
  const which = fitting.length === 0 ? known : `the name of one: ${fitting.join(', ')}`
  throw badArgument('target', `${target}`, which)
}

/** Ways from spaces of a store to another one, the one that promises the most first. */
function waysTo(target: Space, spaces: readonly Space[], projections: readonly Projection[]): readonly Way[] {
  const best = new Map<Space, Way>([[target, { from: target, projections: [], cosine: 1 }]])
  // A way has at most as many steps as there are projections.
  for (const _ of projections)
    for (const projection of projections) {
      const rest = best.get(projection.to)
      if (rest === undefined) continue
      const cosine = rest.cosine * Math.max(0, projection.quality.cosine)
      if (cosine <= (best.get(projection.from)?.cosine ?? 0)) continue
      best.set(projection.from, {
        from: projection.from,
        projections: [projection, ...rest.projections],
        cosine,
      })
    }
  return [...best.values()]
    .filter(({ from, projections: steps }) => steps.length > 0 && spaces.includes(from))
    .sort((a, b) => b.cosine - a.cosine)
}
