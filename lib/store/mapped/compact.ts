import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Space } from '../../core/space.ts'
import { syncFolder } from '../../io/files.ts'
import type { FileLock } from '../../io/lock.ts'
import { BLOCK, type Block, encodeBlocks } from './blocks.ts'
import { NONE, putBlock } from './concept_table.ts'
import type { Contents } from './contents.ts'
import { encodeFrame, type Frame } from './frames.ts'
import { logPath, otherFiles, vectorsPath, writeManifest } from './manifest.ts'
import { readJson } from './records.ts'
import { type StringTable, textBlocks } from './string_table.ts'
import { bytesOf, withWritable, writeAt } from './writable.ts'
import { mapBlock, modelBlock, rowsBlock, spaceBlock } from './write.ts'

/** Bytes that may be wasted for good, and frames that may be small: small stores are not written anew all the time. */
const [LEAST, FRAMES] = [1 << 24, 1 << 14]
/** Bytes that the log needs for a relation, at most. */
const EDGE = 24
/** Concepts and relations of a frame, and bytes of vectors. */
const [CONCEPTS, EDGES, VECTORS] = [1 << 13, 1 << 16, 1 << 24]

/** Whether more of the files counts for nothing than counts, or the log is of so many frames that it is slow to open. */
export async function isWasteful(contents: Contents): Promise<boolean> {
  const { concepts, edgeBytes, end, spaces, rows } = contents
  if (end.number > FRAMES + concepts.count / 16) return true
  let { live, dead } = concepts.bytes
  for (const [space, dims] of spaces) {
    const own = rows(space)
    dead += 4 * dims * own.dead
    live += 4 * dims * (own.rows - own.dead)
  }
  if (dead > live + LEAST) return true
  if (edgeBytes < LEAST) return false
  return edgeBytes > 2 * EDGE * (await contents.relations()).count + LEAST
}

/**
 * Writes what counts into files of the next generation, which then take the place of these. To be called by the process
 * that holds the store's lock and has read all of the log.
 *
 * @throws VmmError BAD_FILE, the signal's reason; the store is as it was
 */
export async function compact(
  folder: string,
  contents: Contents,
  lock: FileLock,
  signal?: AbortSignal,
): Promise<void> {
  const { generation } = contents.manifest
  await removeOthers(folder, generation)
  try {
    await writeGeneration(folder, contents, generation + 1, signal)
    await syncFolder(folder)
    signal?.throwIfAborted()
    await lock.check()
    await writeManifest(folder, generation + 1)
  } catch (error) {
    await removeOthers(folder, generation)
    signal?.throwIfAborted()
    throw error
  }
  await removeOthers(folder, generation + 1)
}

/** What cannot be removed now is removed the next time. */
async function removeOthers(folder: string, generation: number): Promise<void> {
  for (const name of await otherFiles(folder, generation))
    await rm(join(folder, name), { force: true }).catch(() => {})
}

async function writeGeneration(
  folder: string,
  contents: Contents,
  generation: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { spaces, models, maps } = contents
  const numberOf = (space: Space) => [...spaces.keys()].indexOf(space)
  const ids = renumbering(contents.ids, BLOCK.ids)
  const words = renumbering(contents.words, BLOCK.words)
  await withWritable(logPath(folder, generation), 'w', async (log) => {
    let [at, number] = [0, 0]
    const add = async (blocks: readonly Block[], edges: readonly Block[], records: readonly Uint8Array[]) => {
      signal?.throwIfAborted()
      const main = encodeBlocks([...ids.take(), ...words.take(), ...blocks])
      const frame: Frame = { main, edges: encodeBlocks(edges), records }
      at = await writeAt(log, encodeFrame(number++, frame), at)
    }
    await add(
      [
        ...[...spaces].map(([space, dims]) => spaceBlock(space, dims)),
        ...[...models].map(([space, model]) => modelBlock(numberOf(space), model)),
        ...[...maps].map(([space, map]) => mapBlock(numberOf(space), map)),
      ],
      [],
      [],
    )
    for await (const { numbers, records } of recordBatches(contents)) {
      const entries = numbers.map((old) => {
        const entry = contents.concepts.entry(old)
        return {
          ...entry,
          number: ids.of(old),
          words: entry.words.map((w) => (w === NONE ? w : words.of(w))),
        }
      })
      await add([putBlock(entries)], [], records)
    }
    for (const space of spaces.keys())
      await withWritable(vectorsPath(folder, generation, space), 'w', async (file) => {
        let end = 0
        for (const { owners, vectors, scales } of vectorBatches(contents, space)) {
          end = await writeAt(file, bytesOf(vectors), end)
          const numbers = owners.map(ids.of)
          await add([rowsBlock(numberOf(space), numbers, scales)], [], [])
        }
        await file.datasync()
      })
    for (const block of (await contents.relations()).blocks(EDGES, ids.of, words.of))
      await add([], [block], [])
    await log.datasync()
  })
}

async function* recordBatches(
  contents: Contents,
): AsyncGenerator<{ readonly numbers: number[]; readonly records: Uint8Array[] }> {
  let batch = { numbers: [] as number[], records: [] as Uint8Array[] }
  for await (const some of readJson(contents, contents.concepts.numbers()))
    for (const { number, json } of some) {
      batch.numbers.push(number)
      batch.records.push(json)
      if (batch.numbers.length < CONCEPTS) continue
      yield batch
      batch = { numbers: [], records: [] }
    }
  if (batch.numbers.length > 0) yield batch
}

function* vectorBatches(
  contents: Contents,
  space: Space,
): Generator<{
  readonly owners: Uint32Array
  readonly vectors: Float32Array[]
  readonly scales: Float32Array
}> {
  const rows = contents.rows(space)
  const most = Math.max(1, Math.floor(VECTORS / (4 * rows.dims)))
  const numbers = contents.concepts.numbers().filter((number) => rows.rowOf(number) >= 0)
  for (let first = 0; first < numbers.length; first += most) {
    const owners = numbers.slice(first, first + most)
    yield {
      owners,
      vectors: Array.from(owners, (number) => rows.read(rows.rowOf(number))),
      scales: Float32Array.from(owners, (number) => rows.scale(rows.rowOf(number))),
    }
  }
}

/** New numbers for those texts of a table that are still needed, in the order in which they are asked for. */
function renumbering(table: StringTable, kind: number) {
  const renumbered = new Int32Array(table.size).fill(-1)
  let size = 0
  let added: string[] = []
  return {
    of: (old: number): number => {
      if (renumbered[old]! >= 0) return renumbered[old]!
      added.push(table.at(old))
      renumbered[old] = size
      return size++
    },
    take: (): Block[] => {
      const texts = added
      added = []
      return textBlocks(kind, texts)
    },
  }
}
