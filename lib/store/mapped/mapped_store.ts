import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { workingLifetime } from '../../core/disposable.ts'
import { VmmError } from '../../core/errors.ts'
import { inTurn } from '../../core/in_turn.ts'
import { FOLDER_MODE, fileError, syncFolder } from '../../io/files.ts'
import { type FileLock, lockFile, withFileLock } from '../../io/lock.ts'
import {
  checkEdgeKeys,
  checkEdges,
  checkIds,
  checkMatching,
  checkNearest,
  checkNeighbours,
  checkSpace,
  checkWrite,
  otherDims,
} from '../check_call.ts'
import { checkConcepts, dimsOf } from '../check_record.ts'
import { noFullText } from '../no_full_text.ts'
import type { Edge, StoredConcept } from '../record.ts'
import { checkConceptMap, conceptMapOf, conceptMapText } from '../spaces/concept_map_text.ts'
import type { ConceptStore, WriteOptions } from '../store.ts'
import { compact, isWasteful } from './compact.ts'
import { type Contents, readContents } from './contents.ts'
import { LOCK_FILE, logPath, manifestVersion, readManifest, vectorsPath, writeManifest } from './manifest.ts'
import { readRecords } from './records.ts'
import { scanContents } from './scan.ts'
import { withWritable } from './writable.ts'
import {
  type Change,
  commit,
  linkChange,
  mapChange,
  removeChange,
  spaceChange,
  unlinkChange,
  upsertChange,
} from './write.ts'

/** Times that a manifest is read anew when its files are gone: they are joined again and again meanwhile. */
const TRIES = 10

/** A store in a folder of files that are mapped. See openStore. */
export async function openMappedStore(folder: string, create: boolean): Promise<ConceptStore> {
  let contents = (await openContents(folder)) ?? (await createStore(folder, create))
  const refreshing = inTurn()
  const writing = inTurn()
  const life = workingLifetime('the store was disposed', () => {
    contents.close().catch(() => {})
  })

  const refresh = async (): Promise<Contents> => {
    const version = await manifestVersion(folder)
    if (version === contents.manifest.version) await contents.catchUp()
    else {
      const newer = await openContents(folder)
      if (newer === null) throw new VmmError('NOT_FOUND', `${folder}: the store is gone`)
      await contents.close()
      contents = newer
    }
    return contents
  }
  const current = (): Promise<Contents> => refreshing(refresh)
  /** Runs a call on what the store holds when it begins. */
  const reading = <T>(read: (contents: Contents) => Promise<T>): Promise<T> =>
    life.during(async () => {
      for (let tries = 1; ; tries++) {
        const now = await current()
        const release = now.hold()
        try {
          return await read(now)
        } catch (error) {
          if (tries === TRIES || (await manifestVersion(folder)) === now.manifest.version) throw error
        } finally {
          release()
        }
      }
    })
  /** Runs calls that write one after another, while no other process writes. */
  const locked = <T>(
    options: WriteOptions,
    write: (contents: Contents, lock: FileLock) => Promise<T>,
  ): Promise<T> =>
    life.during(() =>
      writing(async () => {
        await using lock = await lockFile(join(folder, LOCK_FILE), { signal: options.signal })
        return await write(await current(), lock)
      }),
    )
  const changing = (
    options: WriteOptions,
    changeOf: (contents: Contents) => Change | null,
  ): Promise<void> => {
    checkWrite(options)
    return locked(options, async (now, lock) => {
      const change = changeOf(now)
      if (change === null) return
      options.signal?.throwIfAborted()
      await commit(folder, now, change, lock)
      // What was asked for is done, whether or not there is room to write the files anew.
      if (await isWasteful(now)) await compact(folder, now, lock).catch(() => {})
    })
  }

  const store: ConceptStore = {
    get spaces() {
      return contents.spaces
    },
    get models() {
      return contents.models
    },
    count: () => reading(async ({ concepts }) => concepts.count),
    addSpace: async (space, dims, model) => {
      checkSpace(space, dims, model)
      await locked({}, async (now, lock) => {
        const there = now.spaces.get(space)
        if (there !== undefined && there !== dims) throw otherDims(space, there, dims)
        if (there === undefined) {
          await createFile(vectorsPath(folder, now.manifest.generation, space))
          await syncFolder(folder)
        } else if (model === undefined || JSON.stringify(now.models.get(space)) === JSON.stringify(model))
          return
        await commit(folder, now, spaceChange(now, space, dims, model), lock)
      })
    },
    conceptMap: (space) =>
      reading(async (now) => {
        const dims = dimsOf(now.spaces, space)
        const text = now.maps.get(space)
        return text === undefined ? null : conceptMapOf(text, space, dims)
      }),
    keepConceptMap: async (map) => {
      const { spaces } = await reading(async (now) => now)
      checkConceptMap(map, spaces)
      await changing({}, (now) => mapChange(now, map.space, conceptMapText(map)))
    },
    upsert: async (concepts, options = {}) => {
      const { spaces } = await reading(async (now) => now)
      const checked = checkConcepts(concepts, spaces)
      await changing(options, (now) => (checked.length === 0 ? null : upsertChange(now, checked)))
    },
    remove: async (ids, options = {}) => {
      checkIds(ids)
      await changing(options, (now) => {
        const known = new Set(ids.map((id) => now.ids.find(id)).filter((number) => number >= 0))
        return known.size === 0 ? null : removeChange(Uint32Array.from(known))
      })
    },
    get: (ids) =>
      reading(async (now) => {
        checkIds(ids)
        const numbers = ids.map((id) => now.numberOf(id))
        const found = new Map<number, StoredConcept>()
        const there = Uint32Array.from(new Set(numbers.filter((number) => number >= 0)))
        for await (const records of readRecords(now, there))
          for (const { number, concept } of records) found.set(number, concept)
        return numbers.map((number) => found.get(number) ?? null)
      }),
    vectors: (space, ids) =>
      reading(async (now) => {
        dimsOf(now.spaces, space)
        checkIds(ids)
        const rows = now.rows(space)
        return ids.map((id) => {
          const number = now.numberOf(id)
          const row = number < 0 ? -1 : rows.rowOf(number)
          return row < 0 ? null : rows.read(row)
        })
      }),
    nearest: (vectors, k, options = {}) =>
      reading(async (now) => {
        const queries = checkNearest(vectors, k, options, now.spaces)
        const { filter, signal, threads } = options
        const found = filter === undefined ? null : await now.matching(filter, signal)
        // Nothing is left out where all fulfil it.
        const mask = found?.count === now.concepts.count ? null : found
        const hits = await now.rows(vectors.space).nearest(queries, k, mask, { signal, threads })
        return hits.map((row) => row.map(({ number, cosine }) => ({ id: now.ids.at(number), cosine })))
      }),
    matching: (text, k, options = {}) =>
      life.during(async () => {
        checkMatching(text, k, options)
        throw noFullText()
      }),
    link: async (edges, options = {}) => {
      const checked = checkEdges(edges)
      await changing(options, (now) => (checked.length === 0 ? null : linkChange(now, checked)))
    },
    unlink: async (edges, options = {}) => {
      const keys = checkEdgeKeys(edges)
      await changing(options, (now) => unlinkChange(now, keys))
    },
    neighbours: (ids, options = {}) =>
      reading(async (now) => {
        checkNeighbours(ids, options)
        const { direction = 'out', limit, types } = options
        const wanted = types === undefined ? null : new Set(types.map((type) => now.words.find(type)))
        const relations = await now.relations()
        const found: Edge[] = []
        for (const id of ids) {
          const number = now.ids.find(id)
          if (number >= 0) found.push(...relations.of(number, direction, wanted).slice(0, limit))
        }
        return found
      }),
    scan: (options = {}) => {
      life.alive()
      return scanContents(life, reading, options)
    },
    maintain: async (options = {}) => {
      checkWrite(options)
      await locked(options, (now, lock) => compact(folder, now, lock, options.signal))
    },
    ...life.ends,
    dispose: () => life.ends[Symbol.asyncDispose](),
  }
  return store
}

/** What is in a folder; null where it is missing or empty. */
async function openContents(folder: string): Promise<Contents | null> {
  for (let tries = 1; ; tries++) {
    const manifest = await readManifest(folder)
    if (manifest === null) return null
    const path = logPath(folder, manifest.generation)
    try {
      const log = await open(path, 'r')
      return await readContents(folder, manifest, log)
    } catch (error) {
      // Another process has joined the files since the manifest was read.
      if (tries < TRIES && (await manifestVersion(folder)) !== manifest.version) continue
      throw fileError(path, 'read', error)
    }
  }
}

async function createStore(folder: string, create: boolean): Promise<Contents> {
  if (!create) throw new VmmError('NOT_FOUND', `${folder}: there is no store of concepts`)
  await mkdir(folder, { recursive: true, mode: FOLDER_MODE }).catch((error: unknown) => {
    throw fileError(folder, 'write', error)
  })
  return withFileLock(join(folder, LOCK_FILE), async () => {
    const there = await openContents(folder)
    if (there !== null) return there
    await createFile(logPath(folder, 0))
    await writeManifest(folder, 0)
    return (await openContents(folder))!
  })
}

/** An empty file; one of the same name counts for nothing yet. */
function createFile(path: string): Promise<void> {
  return withWritable(path, 'w', async () => {})
}
