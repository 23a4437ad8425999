import { resolve } from 'node:path'
import { check, VmmError } from '../core/errors.ts'
import { optionalPackages } from '../core/optional_packages.ts'
import { type OptionNames, refuseUnknown } from '../core/options.ts'
import { atomicWrite } from '../io/files.ts'
import { lockFile } from '../io/lock.ts'
import { type BackendTools, type OpenBackend, storeOn } from './backend.ts'
import { openMappedStore } from './mapped/mapped_store.ts'
import { schemeOf } from './places.ts'
import { shardedStore } from './sharded.ts'
import type { ConceptStore } from './store.ts'

/** How a store is opened. */
export interface OpenStoreOptions {
  /** Whether a store that is missing is made. Default true. */
  readonly create?: boolean | undefined
}

/** Packages by what an address begins with. Each is imported when the first store of its kind is opened. */
const PACKAGES = {
  lance: () => import('vector-mamba-store-lance'),
  postgres: () => import('vector-mamba-store-postgres'),
  postgresql: () => import('vector-mamba-store-postgres'),
}

const OPTIONS: OptionNames<OpenStoreOptions> = { create: true }

/**
 * Opens a store of concepts, and makes it where it is missing. A path is a folder of this machine: its vectors are mapped and
 * searched exactly, without any other package, and several processes may read and write it at once. `lance://folder` is a
 * LanceDB of this machine, `postgres://user@host/database` a PostgreSQL with pgvector; each is in a package of its own, which
 * the error names where it is missing. A list of places makes one store of several; see shardedStore.
 *
 * @param place a path such as `./my.store`, an address, or several of them
 * @throws VmmError BAD_ARGUMENT; UNSUPPORTED for an address of another kind or without its package; SERVICE for a server that
 *   does not answer; NOT_FOUND for a missing store with
 *   `create: false`; BAD_FILE for a folder that holds other things, or is damaged
 * @example
 * ```js
 * import { openStore, vectorsFrom } from 'vector-mamba'
 *
 * const store = await openStore('./my.store')
 * await store.addSpace('example-2', 2)
 * await store.upsert([
 *   { id: 'boat', text: 'a small vessel', vectors: { 'example-2': Float32Array.of(1, 0) } },
 *   { id: 'storm', text: 'strong wind and rain', vectors: { 'example-2': Float32Array.of(0, 1) } },
 * ])
 * const [found] = await store.nearest(vectorsFrom(Float32Array.of(3, 1), 2, 'example-2'), 1)
 * console.log(found[0].id, found[0].cosine.toFixed(3)) // boat 0.949
 * await store.dispose()
 * ```
 */
export async function openStore(
  place: string | readonly string[],
  options: OpenStoreOptions = {},
): Promise<ConceptStore> {
  refuseUnknown(options, OPTIONS)
  const { create = true } = options
  check(typeof create === 'boolean', 'create', create, 'true or false')
  if (Array.isArray(place)) return openShards(place, options)
  check(typeof place === 'string' && place !== '', 'place', place, 'a path, an address, or a list of them')
  const scheme = schemeOf(place)
  if (scheme === null) return openMappedStore(resolve(place), create)
  if (!isKnown(scheme)) {
    const kinds = Object.keys(PACKAGES).map((known) => `${known}://…`)
    const places = `a path, such as ./my.store, or ${kinds.join(', ')}`
    throw new VmmError('UNSUPPORTED', `no store of kind '${scheme}'; a store is ${places}`)
  }
  const name = `vector-mamba-store-${scheme === 'lance' ? 'lance' : 'postgres'}`
  const need = `${scheme}://… needs the package ${name}: npm install ${name}`
  const { openBackend } = await optionalPackages<{ openBackend: OpenBackend }>(PACKAGES[scheme], need)
  return storeOn(await openBackend(place, toolsFor(create)))
}

function toolsFor(create: boolean): BackendTools {
  const replaceFile = (path: string, content: string) => atomicWrite(path, [content])
  return { create, VmmError, lockFile, replaceFile }
}

function isKnown(scheme: string): scheme is keyof typeof PACKAGES {
  return Object.hasOwn(PACKAGES, scheme)
}

async function openShards(places: readonly string[], options: OpenStoreOptions): Promise<ConceptStore> {
  check(places.length > 0, 'place', places, 'at least one place')
  const stores: ConceptStore[] = []
  try {
    for (const place of places) stores.push(await openStore(place, options))
    return shardedStore(stores)
  } catch (error) {
    for (const store of stores) await store.dispose()
    throw error
  }
}
