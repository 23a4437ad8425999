import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { check, checkCount, VmmError } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { checkRunOptions } from '../../core/run_options.ts'
import { fileError } from '../../io/files.ts'
import { conceptMapOf } from '../spaces/concept_map_text.ts'
import type { ConceptStore } from '../store.ts'
import { fromArrow, spacesOf } from './from_arrow.ts'
import { MANIFEST, readManifest } from './manifest.ts'
import { loadParquet } from './parquet.ts'
import type { ExchangedSpace } from './schema.ts'

/** How files are taken into a store. */
export interface ImportOptions {
  /** Concepts that are written at a time. Default 1024. */
  readonly batch?: number | undefined
  /** Told with the concepts that have been written. */
  readonly onProgress?: ((concepts: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** What was taken in. */
export interface ImportedStore {
  readonly concepts: number
  readonly relations: number
}

const OPTIONS: OptionNames<ImportOptions> = { batch: true, onProgress: true, signal: true }

/**
 * Takes concepts, vectors and relations that `exportStore` wrote into a store: a folder, or one file of it. Spaces that are missing
 * are added. Concepts of the same id are replaced, so that a call that was stopped can be repeated. It needs the package
 * parquet-wasm.
 *
 * @throws VmmError NOT_FOUND; BAD_FILE for a file that is damaged or holds other things, with what came before written;
 *   SPACE_MISMATCH where a space has other dimensions; UNSUPPORTED without parquet-wasm; the signal's reason
 * @example
 * ```js
 * import { exportStore, importStore, openStore } from 'vector-mamba'
 *
 * const store = await openStore('here.store')
 * await store.upsert([{ id: 'boat', text: 'a small vessel' }])
 * await exportStore(store, 'moved')
 * const other = await openStore('there.store')
 * console.log(await importStore(other, 'moved')) // { concepts: 1, relations: 0 }
 * console.log((await other.get(['boat']))[0].text) // a small vessel
 * await store.dispose()
 * await other.dispose()
 * ```
 */
export async function importStore(
  store: ConceptStore,
  path: string,
  options: ImportOptions = {},
): Promise<ImportedStore> {
  refuseUnknown(options, OPTIONS)
  checkRunOptions(options)
  check(typeof path === 'string' && path !== '', 'path', path, 'a path')
  const { batch = 1024, onProgress, signal } = options
  checkCount('batch', batch)
  const { read } = await loadParquet()
  let [concepts, relations] = [0, 0]
  for (const { file, expected } of await filesOf(path)) {
    const table = await read(file)
    const spaces = spacesOf(table, file)
    if (expected !== null && table.numRows !== expected)
      throw new VmmError('BAD_FILE', `${file}: ${table.numRows} concepts; ${MANIFEST} says ${expected}`)
    for (const space of spaces) await takeSpace(store, space)
    for (let begin = 0; begin < table.numRows; begin += batch) {
      signal?.throwIfAborted()
      const { records, edges } = fromArrow(table, spaces, begin, Math.min(begin + batch, table.numRows), file)
      await store.upsert(records, { signal })
      await store.link(edges, { signal })
      concepts += records.length
      relations += edges.length
      onProgress?.(concepts)
    }
  }
  return { concepts, relations }
}

/** A map is kept where the store has none: its own concepts have their places on the one it has. */
async function takeSpace(store: ConceptStore, { space, dims, model, map }: ExchangedSpace): Promise<void> {
  await store.addSpace(space, dims, model ?? undefined)
  if (map !== null && (await store.conceptMap(space)) === null)
    await store.keepConceptMap(conceptMapOf(map, space, dims))
}

async function filesOf(
  path: string,
): Promise<readonly { readonly file: string; readonly expected: number | null }[]> {
  const there = await stat(path).catch((cause: unknown) => {
    throw fileError(path, 'read', cause)
  })
  if (!there.isDirectory()) return [{ file: path, expected: null }]
  const { chunks } = await readManifest(join(path, MANIFEST))
  return chunks.map(({ file, concepts }) => ({ file: join(path, file), expected: concepts }))
}
