import type { FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import type { Space } from '../../core/space.ts'
import { parseJson } from '../../io/json.ts'
import { readFully } from '../../io/read.ts'
import type { ConceptFilter } from '../record.ts'
import type { SpaceModel } from '../store.ts'
import { BLOCK, decodeBlocks } from './blocks.ts'
import { type ConceptTable, conceptTable } from './concept_table.ts'
import { damagedLog, type ReadFrame, readFrames } from './frames.ts'
import { logPath, type Manifest, vectorsPath } from './manifest.ts'
import { readRecords } from './records.ts'
import { type Relations, relations } from './relations.ts'
import { type SpaceRows, spaceRows } from './space_rows.ts'
import { type StringTable, stringTable } from './string_table.ts'

/** What the files of one generation say, as far as they have been read. */
export interface Contents {
  readonly manifest: Manifest
  readonly logPath: string
  readonly log: FileHandle
  readonly spaces: ReadonlyMap<Space, number>
  readonly models: ReadonlyMap<Space, SpaceModel>
  readonly ids: StringTable
  readonly words: StringTable
  readonly concepts: ConceptTable
  rows(space: Space): SpaceRows
  relations(): Promise<Relations>
  /** Bytes of the log that tell of relations. */
  readonly edgeBytes: number
  /** Where the next frame goes. */
  readonly end: { readonly at: number; readonly number: number }
  /** Reads what has been added to the log. */
  catchUp(): Promise<void>
  /** Numbers of concepts that fulfil a filter, as a mask. */
  matching(filter: ConceptFilter): Promise<{ readonly mask: Uint8Array; readonly count: number }>
  /** The number of a concept that is there; -1 for others. */
  numberOf(id: string): number
  /** Keeps the files open until the function is called that it gives. */
  hold(): () => void
  /** Closes them when nothing uses them any more. */
  close(): Promise<void>
}

/** Reads the files of a generation. `log` is closed with them. */
export async function readContents(folder: string, manifest: Manifest, log: FileHandle): Promise<Contents> {
  const path = logPath(folder, manifest.generation)
  const ids = stringTable()
  const words = stringTable()
  const concepts = conceptTable()
  const spaces = new Map<Space, number>()
  const models = new Map<Space, SpaceModel>()
  const rows: SpaceRows[] = []
  const edges = relations(ids, words)
  const unread: ReadFrame['edges'][] = []
  let end = { at: 0, number: 0 }
  let reading: Promise<unknown> = Promise.resolve()
  let [users, closed, edgeBytes] = [0, false, 0]

  const apply = ({ main, edges, records }: ReadFrame): void => {
    for (const block of decodeBlocks(main, path)) {
      const { kind, count } = block
      if (kind === BLOCK.space) {
        const [dims, length] = block.u32(2)
        const name = Buffer.from(block.bytes(length!)).toString()
        spaces.set(name, dims!)
        rows.push(spaceRows(vectorsPath(folder, manifest.generation, name), dims!))
      } else if (kind === BLOCK.ids || kind === BLOCK.words) {
        const lengths = block.u32(count)
        const bytes = block.bytes(lengths.reduce((sum, length) => sum + length, 0))
        ;(kind === BLOCK.ids ? ids : words).append(lengths, bytes)
      } else if (kind === BLOCK.model) {
        const [space, length] = block.u32(2)
        const json = Buffer.from(block.bytes(length!)).toString()
        models.set([...spaces.keys()][space!]!, parseJson(json, path) as SpaceModel)
      } else if (kind === BLOCK.put) concepts.put(block, records.at)
      else if (kind === BLOCK.rows) {
        const space = rows[block.u32(1)[0]!]
        if (space === undefined) throw damagedLog(path)
        space.append(block)
      } else if (kind === BLOCK.remove) {
        const gone = block.u32(count)
        concepts.remove(gone)
        for (const space of rows) space.remove(gone)
      } else throw damagedLog(path)
    }
    if (edges.bytes > 0) unread.push(edges)
    edgeBytes += edges.bytes
  }
  const readNew = async (): Promise<void> => {
    const { size } = await log.stat()
    if (size <= end.at) return
    for await (const frame of readFrames(log, path, end, size)) {
      end = frame.end
      apply(frame)
    }
  }
  const readRelations = async (): Promise<Relations> => {
    for (let part = unread[0]; part !== undefined; part = unread[0]) {
      const bytes = new Uint8Array(part.bytes)
      await readFully(log, bytes, part.at, path)
      if (crc32(bytes) !== part.crc) throw damagedLog(path)
      for (const block of decodeBlocks(bytes, path)) edges.apply(block)
      unread.shift()
    }
    return edges
  }
  /** One after another: each frame counts once. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = reading.then(work, work)
    reading = done.catch(() => {})
    return done
  }
  const closeWhenIdle = async (): Promise<void> => {
    if (!closed || users > 0) return
    for (const space of rows) space.dispose()
    await log.close()
  }
  const contents: Contents = {
    manifest,
    logPath: path,
    log,
    spaces,
    models,
    ids,
    words,
    concepts,
    rows: (space) => rows[[...spaces.keys()].indexOf(space)]!,
    relations: () => inTurn(readRelations),
    get end() {
      return end
    },
    get edgeBytes() {
      return edgeBytes
    },
    // A tail that its writer cuts off or completes meanwhile may look damaged once.
    catchUp: () => inTurn(() => readNew().catch(readNew)),
    matching: async ({ text, ...filter }) => {
      const found = concepts.mask(filter, words)
      if (text === undefined || text === '') return found
      const { mask } = found
      let { count } = found
      const part = text.toLowerCase()
      const numbers = concepts.numbers().filter((number) => mask[number] === 1)
      for await (const { number, concept } of readRecords(contents, numbers)) {
        if (concept.text.toLowerCase().includes(part)) continue
        mask[number] = 0
        count--
      }
      return { mask, count }
    },
    numberOf: (id) => {
      const number = ids.find(id)
      return number >= 0 && concepts.has(number) ? number : -1
    },
    hold: () => {
      users++
      return () => {
        users--
        closeWhenIdle().catch(() => {})
      }
    },
    close: async () => {
      if (closed) return
      closed = true
      await closeWhenIdle()
    },
  }
  await contents.catchUp()
  return contents
}
