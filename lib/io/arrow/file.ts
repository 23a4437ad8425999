import type { FileHandle } from 'node:fs/promises'
import { VmmError } from '../../core/errors.ts'
import type { RecordBatch } from './batch.ts'
import { type Items, rootTable, type Struct } from './flatbuffer.ts'
import { MOST_METADATA, readMessage } from './message.ts'
import { parseSchema, type Schema } from './schema.ts'
import { endsEarly, fileSource } from './source.ts'
import { batchOf, schemaOf } from './stream.ts'

/** The bytes that the file format begins and ends with. */
export const ARROW_MAGIC = 'ARROW1'
/** Where the first message begins. */
const FIRST = 8
/** Bytes behind the footer: its length and the magic ones. */
const TAIL = 4 + ARROW_MAGIC.length
/** Bytes of the footer's entry for a batch. */
const BLOCK = 24
/** Bytes at most between the last batch and the footer: a mark of the end. */
const MOST_BETWEEN = 64

/** An Arrow IPC file of which any batch can be read. */
export interface ArrowFile {
  readonly schema: Schema
  readonly batches: number
  batch(index: number): Promise<RecordBatch>
}

/** Where a message and its body are. */
interface Block {
  readonly begin: number
  readonly head: number
  readonly body: number
}

/**
 * Opens Arrow IPC in the file format. Its footer must tell of all that is between its two ends, so that no batch is
 * missed; every number of the metadata is checked before it is used.
 *
 * @param name for messages
 * @throws VmmError BAD_FILE; reading a batch does, too
 */
export async function openArrowFile(file: FileHandle, name: string): Promise<ArrowFile> {
  const bad = (problem: string) => new VmmError('BAD_FILE', `${name}: ${problem}`)
  const { size } = await file.stat()
  const tail = await fileSource(file, name, Math.max(0, size - TAIL), size).read(TAIL)
  if (tail.length < TAIL || Buffer.from(tail).toString('latin1', 4) !== ARROW_MAGIC)
    throw bad('the end of the file is missing')
  const length = new DataView(tail.buffer).getInt32(0, true)
  const begin = size - TAIL - length
  if (length < 4 || length > MOST_METADATA || begin < FIRST) throw bad(`a footer of ${length} bytes`)
  const footer = rootTable(await fileSource(file, name, begin, begin + length).read(length), name)

  const listed = footer.table(1)
  if (!listed) throw bad('a footer without a schema')
  const schema = parseSchema(listed, footer.i16(0), name)
  const batches = blocksOf(footer.structs(3, BLOCK))
  const all = [...blocksOf(footer.structs(2, BLOCK)), ...batches].sort((a, b) => a.begin - b.begin)
  let end = FIRST
  if (all[0]?.begin !== FIRST) {
    // The schema as a message, which some writers leave out.
    const head = await readMessage(fileSource(file, name, FIRST, begin), name)
    const differs = head && JSON.stringify(schemaOf(head, name)) !== JSON.stringify(schema)
    if (differs) throw bad('two schemas, which differ')
    end += head?.length ?? 0
  }
  for (const block of all) {
    if (block.begin !== end || block.head <= 0 || block.body < 0)
      throw bad(`the footer tells of a batch at byte ${block.begin}, but the one before ends at ${end}`)
    end += block.head + block.body
  }
  if (end > begin || begin - end > MOST_BETWEEN)
    throw bad(`batches end at byte ${end}, the footer begins at ${begin}`)
  const between = await fileSource(file, name, end, begin).read(begin - end)
  const mark = between.findIndex((byte) => byte !== 0xff)
  if (mark > 4 || between.subarray(Math.max(0, mark)).some((byte) => byte !== 0))
    throw bad(`a batch at byte ${end} that the footer does not tell of`)

  return {
    schema,
    batches: batches.length,
    batch: async (index) => {
      const block = batches[index]!
      const source = fileSource(file, name, block.begin, block.begin + block.head + block.body)
      const message = await readMessage(source, name)
      if (!message) throw endsEarly(name)
      if (message.length !== block.head || message.bodyLength !== block.body)
        throw bad(`the footer tells of another batch at byte ${block.begin}`)
      return batchOf(message, source, schema, name)
    },
  }
}

function blocksOf(items: Items<Struct>): Block[] {
  return Array.from({ length: items.length }, (_, i) => {
    const block = items.at(i)
    return { begin: block.i64(0), head: block.i32(8), body: block.i64(16) }
  })
}
