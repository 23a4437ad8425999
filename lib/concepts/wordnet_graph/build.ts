import { createHash } from 'node:crypto'
import { basename, join } from 'node:path'
import type { Encoder } from '../../core/encoder.ts'
import { refuseUnknown } from '../../core/options.ts'
import { buildOnce } from '../../io/build_once.ts'
import { cacheDirectory } from '../../io/cache_dir.ts'
import { randomNumbers, sampleWithout } from '../../ops/random_numbers.ts'
import { type ConceptGraph, openGraph } from '../../store/graph/graph.ts'
import { openStore } from '../../store/open_store.ts'
import { type ConceptMap, fitConceptMap, MAP_SAMPLE } from '../../store/spaces/concept_map.ts'
import { buildConcepts, OPEN_CONCEPTS_OPTIONS, type OpenConceptsOptions } from '../store/build.ts'
import { openBuilt } from '../store/open.ts'
import { definitionOf } from '../wordnet/concepts.ts'
import { edgesOf } from '../wordnet/relations.ts'
import { readWordNet } from '../wordnet/synsets.ts'

/** How WordNet's concepts become a store where it is missing. */
export type WordNetGraphOptions = Omit<OpenConceptsOptions, 'concepts'>

const { concepts: _, ...OPTIONS } = OPEN_CONCEPTS_OPTIONS

/** Raised when the same WordNet and the same vectors give another store. */
const FORMAT = 2
/** Concepts that are written at a time. */
const BATCH = 8192
const COORDINATES = 3

/**
 * The meanings of WordNet as a concept graph: all 117,791 of them as concepts of type 'definition', whose text is the
 * definition and whose surface forms are the words, with coordinates on a map of their vectors. Of the meanings in use, or
 * of `all`, the vectors are those of `openConcepts`; the encoder makes those of others when they are asked for. The first call
 * builds the store in the cache.
 *
 * WordNet's 378,203 relations are 365,119 here: several between words of the same two meanings are one. They are of types
 * such as hypernym, part_meronym, antonym, entailment. Those between meanings weigh 1, those between words of two
 * meanings 0.5, and those with a topic, region or usage 0.25.
 *
 * @returns the graph; its store is to be disposed of
 * @throws VmmError see `openConcepts` and `readWordNet`
 * @example
 * ```js
 * import { openWordNetGraph, vectorsFrom } from 'vector-mamba'
 *
 * // In place of a model, for the example to be quick: a text's vector is its length, that of its first word, and 1.
 * const model = {
 *   name: 'lengths',
 *   space: 'lengths-3',
 *   dims: 3,
 *   fingerprint: '1',
 *   encode: async (texts) => {
 *     const rows = Float32Array.from(texts.flatMap((text) => [text.length, text.split(' ')[0].length, 1]))
 *     return { vectors: vectorsFrom(rows, 3, 'lengths-3'), truncated: [], tokens: null }
 *   },
 * }
 * const graph = await openWordNetGraph(model, { cacheDir: 'cache' })
 * const above = await graph.neighbours('n02086723', { types: ['hypernym'] })
 * const concepts = await graph.get(['n02086723', ...above.map(({ id }) => id)])
 * console.log(concepts.map(({ surfaceForms }) => surfaceForms[0]).sort().join()) // canine,dog,domestic animal
 * await graph.store.dispose()
 * ```
 */
export async function openWordNetGraph(
  encoder: Encoder,
  options: WordNetGraphOptions = {},
): Promise<ConceptGraph> {
  refuseUnknown(options, OPTIONS)
  const { cacheDir = cacheDirectory(), scope = 'used', signal } = options
  const concepts = await buildConcepts(encoder, { ...options, cacheDir })
  const hash = createHash('sha256')
    .update(JSON.stringify([FORMAT, basename(concepts)]))
    .digest('hex')
    .slice(0, 16)
  const folder = join(cacheDir, 'stores', `${encoder.space}-wordnet-${scope}-${hash}`)
  await buildOnce(folder, (temporary) => buildStore(temporary, concepts, encoder, signal), { signal })
  return openGraph(await openStore(folder, { create: false }), { encoder })
}

async function buildStore(
  folder: string,
  concepts: string,
  encoder: Encoder,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { space, dims, name, fingerprint } = encoder
  const [synsets, vectors] = await Promise.all([readWordNet(), readVectors(concepts, encoder)])
  const map = fitMap(space, vectors)
  await using store = await openStore(folder)
  await store.addSpace(space, dims, { name, fingerprint, options: {} })
  await store.keepConceptMap(map)
  for (let first = 0; first < synsets.length; first += BATCH) {
    const batch = synsets.slice(first, first + BATCH)
    const records = batch.map((synset) => {
      const vector = vectors.get(synset.definition)
      const concept = { ...definitionOf(synset), originModel: name }
      return vector === undefined
        ? concept
        : { ...concept, vectors: { [space]: vector }, gps: map.place(vector) }
    })
    await store.upsert(records, { signal })
    await store.link(batch.flatMap(edgesOf), { signal })
  }
  await store.maintain({ signal })
}

/** The vectors of definitions that are encoded, by their texts: the same text has the same vector, whoever has it. */
async function readVectors(
  folder: string,
  encoder: Pick<Encoder, 'space' | 'dims'>,
): Promise<ReadonlyMap<string, Float32Array>> {
  const { space } = encoder
  await using store = await openBuilt(folder, encoder)
  const found = new Map<string, Float32Array>()
  for await (const batch of store.scan({ filter: { types: ['definition'] }, spaces: [space] }))
    for (const { text, vectors } of batch) found.set(text, vectors[space]!)
  return found
}

function fitMap(space: string, vectors: ReadonlyMap<string, Float32Array>): ConceptMap {
  const all = [...vectors.values()]
  const sample = sampleWithout(randomNumbers(0), MAP_SAMPLE, all.length).sort()
  return fitConceptMap(
    space,
    Array.from(sample, (row) => all[row]!),
    COORDINATES,
    0,
  )
}
