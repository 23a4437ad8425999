import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { check, checkCount, VmmError } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { checkRunOptions } from '../../core/run_options.ts'
import type { Space } from '../../core/space.ts'
import { atomicWrite, fileError, systemCode } from '../../io/files.ts'
import { replaceFolder } from '../../io/replace_folder.ts'
import { dimsOf } from '../check_record.ts'
import type { ConceptFilter, Edge } from '../record.ts'
import { conceptMapText } from '../spaces/concept_map_text.ts'
import type { ConceptStore, ScannedConcept } from '../store.ts'
import { chunkName, MANIFEST, type Manifest } from './manifest.ts'
import { loadParquet } from './parquet.ts'
import { conceptSchema, exchangedSpaces, FORMAT } from './schema.ts'
import { toArrow } from './to_arrow.ts'

/** What of a store is written, and how. */
export interface ExportOptions {
  readonly filter?: ConceptFilter | undefined
  /** Spaces whose vectors come along. Default: all. */
  readonly spaces?: readonly Space[] | undefined
  /** Concepts of one file. Default 10,000. */
  readonly chunk?: number | undefined
  /** Told with the concepts that have been written. */
  readonly onProgress?: ((concepts: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** What was written. */
export interface ExportedStore {
  readonly concepts: number
  readonly relations: number
  readonly files: number
}

const OPTIONS: OptionNames<ExportOptions> = {
  filter: true,
  spaces: true,
  chunk: true,
  onProgress: true,
  signal: true,
}

/**
 * Writes a store to a folder of Parquet files, for other programs and other stores: concepts with their vectors and the relations
 * that begin at them, some thousands a file, and `concepts.json`, which lists the files. It needs the package parquet-wasm. The
 * folder is made or replaced as a whole once all is written; docs/stores.md tells the columns. Scores and weights are f32
 * there.
 *
 * @throws VmmError BAD_ARGUMENT, SPACE_MISMATCH; UNSUPPORTED without parquet-wasm; BAD_FILE where the disk fails; the signal's
 *   reason
 * @example
 * ```js
 * import { exportStore, openStore } from 'vector-mamba'
 *
 * const store = await openStore('exported.store')
 * await store.upsert([{ id: 'boat', text: 'a small vessel' }, { id: 'storm', text: 'strong wind and rain' }])
 * await store.link([{ source: 'storm', type: 'sinks', target: 'boat', weight: 0.5 }])
 * console.log(await exportStore(store, 'exported')) // { concepts: 2, relations: 1, files: 1 }
 * await store.dispose()
 * ```
 */
export async function exportStore(
  store: ConceptStore,
  folder: string,
  options: ExportOptions = {},
): Promise<ExportedStore> {
  refuseUnknown(options, OPTIONS)
  checkRunOptions(options)
  check(typeof folder === 'string' && folder !== '', 'folder', folder, 'a path')
  const { filter, spaces: wanted, chunk = 10_000, onProgress, signal } = options
  checkCount('chunk', chunk)
  await refuseOther(folder)
  const { arrow, write } = await loadParquet()
  await store.count() // reads which spaces there are
  const names = wanted ?? [...store.spaces.keys()]
  const spaces = exchangedSpaces(
    new Map(names.map((name) => [name, dimsOf(store.spaces, name)])),
    store.models,
    await mapsOf(store, names),
  )
  const schema = conceptSchema(arrow, spaces)
  const chunks: Manifest['chunks'][number][] = []
  let [concepts, relations] = [0, 0]
  await replaceFolder(folder, async (temporary) => {
    for await (const some of gathered(
      store.scan({ filter, spaces: names, batch: Math.min(chunk, 1024), signal }),
      chunk,
    )) {
      const edges = await relationsOf(store, some)
      const rows = some.map((concept) => ({ concept, relations: edges.get(concept.id) ?? [] }))
      const file = chunkName(chunks.length)
      await atomicWrite(join(temporary, file), [write(toArrow(arrow, schema, spaces, rows))])
      chunks.push({ file, concepts: some.length })
      concepts += some.length
      for (const list of edges.values()) relations += list.length
      onProgress?.(concepts)
      signal?.throwIfAborted()
    }
    const manifest: Manifest = { format: FORMAT, spaces, concepts, relations, chunks }
    await atomicWrite(join(temporary, MANIFEST), [`${JSON.stringify(manifest, null, 2)}\n`])
  }).catch((error: unknown) => {
    // What was cancelled is no failure of the disk.
    signal?.throwIfAborted()
    throw error
  })
  return { concepts, relations, files: chunks.length }
}

async function mapsOf(store: ConceptStore, names: readonly Space[]): Promise<ReadonlyMap<Space, string>> {
  const maps = new Map<Space, string>()
  for (const name of names) {
    const map = await store.conceptMap(name)
    if (map !== null) maps.set(name, conceptMapText(map))
  }
  return maps
}

/** Nothing of the user's is replaced but concepts that were written before. */
async function refuseOther(folder: string): Promise<void> {
  const files: readonly string[] = await readdir(folder).catch((cause: unknown) => {
    if (systemCode(cause) === 'ENOENT') return []
    throw fileError(folder, 'write', cause)
  })
  if (files.length > 0 && !files.includes(MANIFEST))
    throw new VmmError('BAD_FILE', `${folder}: it holds other things than concepts; choose another folder`)
}

/** Batches joined to so many each; the last one is shorter. */
async function* gathered(
  batches: AsyncIterable<readonly ScannedConcept[]>,
  size: number,
): AsyncGenerator<readonly ScannedConcept[]> {
  let some: ScannedConcept[] = []
  for await (const batch of batches) {
    some.push(...batch)
    while (some.length >= size) {
      yield some.slice(0, size)
      some = some.slice(size)
    }
  }
  if (some.length > 0) yield some
}

async function relationsOf(
  store: ConceptStore,
  concepts: readonly ScannedConcept[],
): Promise<ReadonlyMap<string, readonly Edge[]>> {
  const bySource = new Map<string, Edge[]>()
  for (const edge of await store.neighbours(concepts.map(({ id }) => id))) {
    const known = bySource.get(edge.source)
    if (known) known.push(edge)
    else bySource.set(edge.source, [edge])
  }
  return bySource
}
