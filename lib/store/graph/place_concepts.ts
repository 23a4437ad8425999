import { badArgument, check, describe } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { checkRunOptions } from '../../core/run_options.ts'
import type { Space } from '../../core/space.ts'
import { checkSeed, randomNumbers } from '../../ops/random_numbers.ts'
import type { ConceptRecord } from '../record.ts'
import { type ConceptMap, fitConceptMap, MAP_SAMPLE } from '../spaces/concept_map.ts'
import type { ConceptStore } from '../store.ts'

/** Which vectors are mapped, and onto which map. */
export interface PlaceOptions {
  /** The space whose vectors are mapped. May be left out where there is one alone. */
  readonly space?: Space | undefined
  /** A map of another store. Default: the one that the store keeps; where it keeps none, one is fitted to its vectors. */
  readonly map?: ConceptMap | undefined
  /** Whether a map is fitted although the store keeps one. */
  readonly anew?: boolean | undefined
  /** Coordinates of a map that is fitted. Default 3. */
  readonly coordinates?: number | undefined
  /** Chooses which vectors a map is fitted to, where there are more than 8192. Default 0. */
  readonly seed?: number | undefined
  /** Told with the concepts that have been placed. */
  readonly onProgress?: ((concepts: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

const OPTIONS: OptionNames<PlaceOptions> = {
  space: true,
  map: true,
  anew: true,
  coordinates: true,
  seed: true,
  onProgress: true,
  signal: true,
}

const COORDINATES = 3

/** The one space of a store, or the one that is named. Throws BAD_ARGUMENT where that does not say which. */
export function spaceOf(store: Pick<ConceptStore, 'spaces'>, space: Space | undefined): Space {
  const names = [...store.spaces.keys()]
  if (space === undefined && names.length === 1) return names[0]!
  const allowed = names.length === 0 ? 'a store with a space' : `one of ${names.join(', ')}`
  if (space === undefined || !store.spaces.has(space))
    throw badArgument('space', space === undefined ? 'none' : `'${space}'`, allowed)
  return space
}

/**
 * Gives every concept that has a vector its coordinates, `gps`: the first principal components of the vectors of a space.
 * Other fields stay. Of many vectors 8192 decide where the axes lie, drawn by the seed.
 *
 * The store keeps the map, so concepts that come later get their places on the same one: from the graph at once, otherwise
 * when this is called again. A call that was stopped is repeated in the same way, without `anew`.
 *
 * @returns the map
 * @throws VmmError BAD_ARGUMENT for options that are none, and where there are too few vectors; what the store throws
 * @example
 * ```js
 * import { openStore, placeConcepts } from 'vector-mamba'
 *
 * const store = await openStore('places.store')
 * await store.addSpace('example-2', 2)
 * const at = (id, ...vector) => ({ id, text: id, vectors: { 'example-2': Float32Array.from(vector) } })
 * await store.upsert([at('east', 1, 0), at('north', 0, 1), at('west', -1, 0), at('north-east', 1, 1)])
 * const map = await placeConcepts(store, { coordinates: 2 })
 * await store.upsert([at('south', 0, -1)])
 * await placeConcepts(store) // on the same map
 * const [south] = await store.get(['south'])
 * console.log(south.gps.length, map.place(Float32Array.of(0, -1)).join() === south.gps.join()) // 2 true
 * await store.dispose()
 * ```
 */
export async function placeConcepts(store: ConceptStore, options: PlaceOptions = {}): Promise<ConceptMap> {
  refuseUnknown(options, OPTIONS)
  checkRunOptions(options)
  const { anew = false, coordinates, seed = 0, onProgress, signal } = options
  check(typeof anew === 'boolean', 'anew', anew, 'true or false')
  checkSeed(seed)
  const space = spaceOf(store, options.space ?? options.map?.space)
  const given = options.map
  check(given === undefined || given.space === space, 'map', given?.space, `one of ${space}`)
  const kept = anew ? null : await store.conceptMap(space)
  if (given === undefined && kept !== null && coordinates !== undefined && coordinates !== kept.axes.length)
    throw badArgument(
      'coordinates',
      describe(coordinates),
      `${kept.axes.length}, as the store's map has, or anew`,
    )
  const map =
    given ??
    kept ??
    fitConceptMap(space, await sampleOf(store, space, seed, signal), coordinates ?? COORDINATES, seed)
  if (map !== kept) await store.keepConceptMap(map)
  let done = 0
  for await (const batch of store.scan({ spaces: [space], signal })) {
    const placed: ConceptRecord[] = []
    for (const { vectors, ...concept } of batch) {
      const vector = vectors[space]
      if (vector !== undefined) placed.push({ ...concept, gps: map.place(vector) })
    }
    if (placed.length > 0) await store.upsert(placed, { signal })
    done += placed.length
    onProgress?.(done)
  }
  return map
}

/** Some of the vectors of a space, each as likely as the others, in the order of the scan. */
async function sampleOf(
  store: ConceptStore,
  space: Space,
  seed: number,
  signal: AbortSignal | undefined,
): Promise<Float32Array[]> {
  const numbers = randomNumbers(seed, 2 ** 32 - 1)
  const sample: { readonly number: number; readonly vector: Float32Array }[] = []
  let number = 0
  for await (const batch of store.scan({ spaces: [space], signal }))
    for (const { vectors } of batch) {
      const vector = vectors[space]
      if (vector === undefined) continue
      const place = number < MAP_SAMPLE ? number : numbers.below(number + 1)
      if (place < MAP_SAMPLE) sample[place] = { number, vector }
      number++
    }
  return sample.sort((a, b) => a.number - b.number).map(({ vector }) => vector)
}
