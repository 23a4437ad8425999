import type { FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { inTurn } from '../../core/in_turn.ts'
import { isSpace, type Space } from '../../core/space.ts'
import { parseJson } from '../../io/json.ts'
import { jsonFields } from '../../io/json_fields.ts'
import { readFully } from '../../io/read.ts'
import { MOST_DIMS } from '../check_call.ts'
import type { ConceptFilter } from '../record.ts'
import type { SpaceModel } from '../store.ts'
import { areBelow } from './below.ts'
import { BLOCK, type BlockReader, decodeBlocks } from './blocks.ts'
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
  /** Maps of spaces, as texts. */
  readonly maps: ReadonlyMap<Space, string>
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
  matching(
    filter: ConceptFilter,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly mask: Uint8Array; readonly count: number }>
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
  const maps = new Map<Space, string>()
  const rows: SpaceRows[] = []
  const edges = relations(ids, words)
  const unread: ReadFrame['edges'][] = []
  let end = { at: 0, number: 0 }
  /** Each frame counts once. */
  const oneByOne = inTurn()
  let [users, closed, edgeBytes] = [0, false, 0]

  /** Whether a block says what can be. */
  const applyBlock = (block: BlockReader, records: ReadFrame['records']): boolean => {
    const { kind, count } = block
    switch (kind) {
      case BLOCK.space: {
        const [dims, length] = block.u32(2) as unknown as [number, number]
        const name = Buffer.from(block.bytes(length)).toString()
        if (!isSpace(name) || spaces.has(name) || dims < 1 || dims > MOST_DIMS) return false
        spaces.set(name, dims)
        rows.push(spaceRows(vectorsPath(folder, manifest.generation, name), dims))
        return true
      }
      case BLOCK.model:
      case BLOCK.map: {
        const [space, length] = block.u32(2) as unknown as [number, number]
        const name = [...spaces.keys()][space]
        if (name === undefined) return false
        const text = Buffer.from(block.bytes(length)).toString()
        if (kind === BLOCK.map) maps.set(name, text)
        else models.set(name, modelOf(text, path))
        return true
      }
      case BLOCK.ids:
      case BLOCK.words: {
        const lengths = block.u32(count)
        const bytes = block.bytes(lengths.reduce((sum, length) => sum + length, 0))
        ;(kind === BLOCK.ids ? ids : words).append(lengths, bytes)
        return true
      }
      case BLOCK.put:
        return concepts.put(block, records, { ids: ids.size, words: words.size })
      case BLOCK.rows: {
        const space = rows[block.u32(1)[0]!]
        const owners = block.u32(count)
        if (space === undefined || !areBelow(owners, ids.size)) return false
        space.append(owners, block.f32(count))
        return true
      }
      case BLOCK.remove: {
        const gone = block.u32(count)
        if (!areBelow(gone, ids.size)) return false
        concepts.remove(gone)
        for (const space of rows) space.remove(gone)
        return true
      }
      default:
        return false
    }
  }
  const apply = ({ main, edges, records }: ReadFrame): void => {
    for (const block of decodeBlocks(main, path)) if (!applyBlock(block, records)) throw damagedLog(path)
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
      for (const block of decodeBlocks(bytes, path)) if (!edges.apply(block)) throw damagedLog(path)
      unread.shift()
    }
    return edges
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
    maps,
    ids,
    words,
    concepts,
    rows: (space) => rows[[...spaces.keys()].indexOf(space)]!,
    relations: () => oneByOne(readRelations),
    get end() {
      return end
    },
    get edgeBytes() {
      return edgeBytes
    },
    // A tail that its writer cuts off or completes meanwhile may look damaged once.
    catchUp: () => oneByOne(() => readNew().catch(readNew)),
    matching: async ({ text, ...filter }, signal) => {
      const found = concepts.mask(filter, words)
      if (text === undefined || text === '') return found
      const numbers = concepts.numbers(found.mask)
      const mask = new Uint8Array(found.mask.length)
      let count = 0
      for await (const records of readRecords(contents, numbers, text.toLowerCase())) {
        signal?.throwIfAborted()
        for (const { number } of records) mask[number] = 1
        count += records.length
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

function modelOf(json: string, path: string): SpaceModel {
  const fields = jsonFields(`${path}: a model`, parseJson(json, path))
  const options = fields.object('options')
  if (options === null) throw damagedLog(path)
  return {
    name: fields.text('name'),
    fingerprint: fields.text('fingerprint'),
    options: fields.raw('options') as SpaceModel['options'],
  }
}
