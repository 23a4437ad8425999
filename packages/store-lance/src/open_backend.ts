import type { BackendTools, OpenBackend, StoreBackend } from 'vector-mamba'
import { type Contents, openContents } from './contents.ts'
import { typedError } from './failures.ts'
import { folderOf, requireStore } from './folder.ts'
import { lance } from './lance.ts'
import { freeOld, indexAll, joinFiles } from './maintain.ts'
import { matching } from './matching.ts'
import { nearest } from './nearest.ts'
import { concepts, neighbours, vectors } from './reads.ts'
import { scan } from './scan.ts'
import { CONCEPTS } from './tables.ts'
import type { Transaction } from './transaction.ts'
import { link, remove, unlink, upsert } from './writes.ts'

/**
 * Opens a store of concepts in LanceDB. openStore of vector-mamba calls it for addresses such as `lance://folder`.
 *
 * @throws VmmError BAD_ARGUMENT for an address without a folder; NOT_FOUND for a missing store that may not be made; BAD_FILE for
 *   a folder that holds other things or is damaged; UNSUPPORTED for a store of a later format
 * @example
 * ```js
 * import { openStore } from 'vector-mamba'
 *
 * const store = await openStore('lance://my.store')
 * await store.upsert([{ id: 'boat', text: 'a small vessel' }])
 * console.log(await store.count()) // 1
 * await store.dispose()
 * ```
 */
export const openBackend: OpenBackend = async (address, tools) => {
  const folder = folderOf(address, tools)
  await requireStore(folder, tools)
  const connection = await lance
    .connect(folder, { readConsistencyInterval: 0 })
    .catch((error: unknown) => Promise.reject(typedError(error, folder, tools)))
  const contents = await openContents(folder, connection, tools)
  // Tables that are damaged are told now.
  await contents.read(async (now) => {
    for (const name of Object.keys(now.manifest.tables)) await now.table(name)
  })
  return backendOf(folder, contents, tools, () => connection.close())
}

function backendOf(folder: string, contents: Contents, tools: BackendTools, close: () => void): StoreBackend {
  const { VmmError } = tools
  const { read, write } = contents
  const change = (signal: AbortSignal | undefined, call: (transaction: Transaction) => Promise<void>) =>
    write(signal, async (transaction) => {
      await call(transaction)
      return {}
    })
  return {
    get spaces() {
      return new Map(contents.manifest.spaces.map(({ name, dims }) => [name, dims]))
    },
    get models() {
      return new Map(
        contents.manifest.spaces.flatMap(({ name, model }) => (model === null ? [] : [[name, model]])),
      )
    },
    refresh: async () => {
      await contents.refresh()
    },
    count: () => read(async (now) => (await now.table(CONCEPTS))?.countRows() ?? 0),
    addSpace: (space, dims, model) =>
      write(undefined, async ({ manifest: { spaces } }) => {
        const there = spaces.find(({ name }) => name === space)
        if (there === undefined) return { spaces: [...spaces, { name: space, dims, model }] }
        if (there.dims !== dims)
          throw new VmmError(
            'SPACE_MISMATCH',
            `the store's space '${space}' has ${there.dims} dimensions, not ${dims}`,
          )
        if (model === null || JSON.stringify(model) === JSON.stringify(there.model)) return null
        return { spaces: spaces.map((one) => (one === there ? { ...one, model } : one)) }
      }),
    conceptMap: (space) =>
      read(async ({ manifest: { spaces } }) => spaces.find(({ name }) => name === space)?.map ?? null),
    keepConceptMap: (space, map) =>
      write(undefined, async ({ manifest: { spaces } }) => ({
        spaces: spaces.map((one) => (one.name === space ? { ...one, map } : one)),
      })),
    upsert: (some, signal) => change(signal, (transaction) => upsert(transaction, some, signal)),
    remove: (ids, signal) => change(signal, (transaction) => remove(transaction, ids, signal)),
    link: (edges, signal) => change(signal, (transaction) => link(transaction, edges, signal)),
    unlink: (edges, signal) => change(signal, (transaction) => unlink(transaction, edges, signal)),
    get: (ids) => read((now) => concepts(now, ids)),
    vectors: (space, ids) => read((now) => vectors(now, space, ids)),
    nearest: (space, data, k, search) =>
      read((now) => {
        const { dims } = now.manifest.spaces.find(({ name }) => name === space)!
        return nearest(now, space, { data, dims, count: data.length / dims }, k, search)
      }),
    matching: (text, k, filter, signal) => read((now) => matching(now, text, k, filter, signal)),
    neighbours: (ids, direction, types) => read((now) => neighbours(now, ids, direction, types)),
    scan: async function* (options) {
      try {
        yield* scan(await contents.refresh(), options)
      } catch (error) {
        throw typedError(error, folder, tools)
      }
    },
    maintain: async (signal) => {
      await write(signal, async (transaction) => {
        await joinFiles(transaction, signal)
        return { trained: await indexAll(transaction, signal), writes: 0 }
      })
      await write(signal, async (transaction) => {
        await freeOld(transaction, signal)
        return { freed: Date.now(), writes: 0 }
      })
    },
    close: async () => close(),
  }
}
