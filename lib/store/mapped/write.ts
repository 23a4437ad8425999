import type { Space } from '../../core/space.ts'
import type { FileLock } from '../../io/lock.ts'
import type { CheckedConcept } from '../check_record.ts'
import type { Edge, EdgeKey } from '../record.ts'
import type { SpaceModel } from '../store.ts'
import { BLOCK, type Block, encodeBlocks } from './blocks.ts'
import { entryOf, putBlock } from './concept_table.ts'
import type { Contents } from './contents.ts'
import { encodeFrame, type Frame } from './frames.ts'
import { vectorsPath } from './manifest.ts'
import { encodeRecord } from './records.ts'
import { linkBlock } from './relations.ts'
import { type StringTable, textBlocks } from './string_table.ts'
import { bytesOf, withWritable, writeAt } from './writable.ts'

/** What one call changes: a frame of the log, and rows of vectors that it tells of. */
export interface Change {
  readonly frame: Frame
  readonly vectors: ReadonlyMap<Space, readonly Float32Array[]>
}

/** Numbers of texts; those that are new get the next ones. */
function numbering(table: StringTable, kind: number) {
  const added = new Map<string, number>()
  return {
    of: (text: string): number => {
      const known = table.find(text)
      if (known >= 0) return known
      const number = added.get(text) ?? table.size + added.size
      added.set(text, number)
      return number
    },
    blocks: (): Block[] => textBlocks(kind, [...added.keys()]),
  }
}

/** Adds concepts, or replaces them. */
export function upsertChange(contents: Contents, concepts: readonly CheckedConcept[]): Change {
  const ids = numbering(contents.ids, BLOCK.ids)
  const words = numbering(contents.words, BLOCK.words)
  const records = concepts.map(({ concept }) => encodeRecord(concept))
  const put = putBlock(concepts.map((concept, i) => entryOf(concept, records[i]!.length, ids.of, words.of)))
  const vectors = new Map<Space, Float32Array[]>()
  const rows: Block[] = []
  for (const [number, space] of [...contents.spaces.keys()].entries()) {
    const own = concepts.flatMap(({ concept: { id }, vectors }) =>
      vectors.filter((one) => one.space === space).map(({ vector, length }) => ({ id, vector, length })),
    )
    if (own.length === 0) continue
    vectors.set(
      space,
      own.map(({ vector }) => vector),
    )
    const owners = Uint32Array.from(own, ({ id }) => ids.of(id))
    const scales = Float32Array.from(own, ({ length }) => (length === 0 ? 0 : 1 / length))
    rows.push(rowsBlock(number, owners, scales))
  }
  const main = encodeBlocks([...ids.blocks(), ...words.blocks(), put, ...rows])
  return { frame: { main, edges: new Uint8Array(0), records }, vectors }
}

/** The block that tells whose vectors the next rows of a space are, and one over the length of each. */
export function rowsBlock(space: number, owners: Uint32Array, scales: Float32Array): Block {
  return { kind: BLOCK.rows, count: owners.length, arrays: [Uint32Array.of(space), owners, scales] }
}

export function removeChange(numbers: Uint32Array): Change {
  const block = (kind: number) => encodeBlocks([{ kind, count: numbers.length, arrays: [numbers] }])
  return { frame: { main: block(BLOCK.remove), edges: block(BLOCK.drop), records: [] }, vectors: new Map() }
}

export function spaceBlock(space: Space, dims: number): Block {
  const name = Buffer.from(space)
  return { kind: BLOCK.space, count: 1, arrays: [Uint32Array.of(dims, name.length), name] }
}

/** The block that tells which model makes the vectors of a space, by the number of that. */
export function modelBlock(space: number, model: SpaceModel): Block {
  return textBlock(BLOCK.model, space, JSON.stringify(model))
}

/** The block that tells the map of a space. */
export function mapBlock(space: number, map: string): Block {
  return textBlock(BLOCK.map, space, map)
}

function textBlock(kind: number, space: number, text: string): Block {
  const bytes = Buffer.from(text)
  return { kind, count: 1, arrays: [Uint32Array.of(space, bytes.length), bytes] }
}

/** Adds a space where it is not there, and remembers its model where one is told. */
export function spaceChange(
  { spaces }: Contents,
  space: Space,
  dims: number,
  model: SpaceModel | undefined,
): Change {
  const names = [...spaces.keys()]
  const isNew = !spaces.has(space)
  const number = isNew ? names.length : names.indexOf(space)
  const main = encodeBlocks([
    ...(isNew ? [spaceBlock(space, dims)] : []),
    ...(model === undefined ? [] : [modelBlock(number, model)]),
  ])
  return mainChange(main)
}

/** Keeps the map of a space. */
export function mapChange({ spaces }: Contents, space: Space, map: string): Change {
  return mainChange(encodeBlocks([mapBlock([...spaces.keys()].indexOf(space), map)]))
}

/** A change without relations, records and vectors. */
function mainChange(main: Uint8Array): Change {
  return { frame: { main, edges: new Uint8Array(0), records: [] }, vectors: new Map() }
}

export function linkChange(contents: Contents, relations: readonly Edge[]): Change {
  const ids = numbering(contents.ids, BLOCK.ids)
  const words = numbering(contents.words, BLOCK.words)
  const edges = encodeBlocks([linkBlock(relations, ids.of, words.of)])
  const main = encodeBlocks([...ids.blocks(), ...words.blocks()])
  return { frame: { main, edges, records: [] }, vectors: new Map() }
}

/** Null where none of the relations can be there. */
export function unlinkChange({ ids, words }: Contents, keys: readonly EdgeKey[]): Change | null {
  const known = keys
    .map(({ source, type, target }) => [ids.find(source), words.find(type), ids.find(target)] as const)
    .filter((numbers) => numbers.every((number) => number >= 0))
  if (known.length === 0) return null
  const arrays = [0, 1, 2].map((i) => Uint32Array.from(known, (numbers) => numbers[i]!))
  const edges = encodeBlocks([{ kind: BLOCK.unlink, count: known.length, arrays }])
  return { frame: { main: new Uint8Array(0), edges, records: [] }, vectors: new Map() }
}

/**
 * Writes a change behind what counts, and flushes it to the disk: first the vectors, then the frame, by which they begin
 * to count. To be called by the process that holds the store's lock and has read all of the log.
 *
 * @throws VmmError BAD_FILE; the store is as it was
 */
export async function commit(
  folder: string,
  contents: Contents,
  change: Change,
  lock: FileLock,
): Promise<void> {
  const { manifest, end, logPath } = contents
  for (const [space, vectors] of change.vectors) {
    const { rows, dims } = contents.rows(space)
    const path = vectorsPath(folder, manifest.generation, space)
    await withWritable(path, 'r+', async (file) => {
      await writeAt(file, bytesOf(vectors), 4 * dims * rows)
      await file.datasync()
    })
  }
  await withWritable(logPath, 'r+', async (file) => {
    await lock.check()
    await file.truncate(end.at) // what a process that was killed has left
    try {
      await writeAt(file, encodeFrame(end.number, change.frame), end.at)
      await file.datasync()
    } catch (error) {
      await file.truncate(end.at).catch(() => {}) // half a frame is none either
      throw error
    }
  })
  await contents.catchUp()
}
