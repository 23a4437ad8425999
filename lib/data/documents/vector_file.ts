import { type FileHandle, open } from 'node:fs/promises'
import {
  Field,
  FixedSizeList,
  Float32,
  makeData,
  RecordBatch,
  RecordBatchReader,
  Schema,
  Struct,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import { fromArrowVectors } from '../../core/arrow_column.ts'
import { VmmError } from '../../core/errors.ts'
import { arrowWriter } from '../../io/arrow_writer.ts'
import { fileError } from '../../io/files.ts'

type Columns = { document: Utf8; group: Utf8; text: Utf8; vector: FixedSizeList<Float32> }

/** Some consecutive sentences of one document. */
export interface SentenceRows {
  readonly document: string
  readonly group: string
  readonly texts: readonly string[]
  /** f32 [texts · dims] */
  readonly vectors: Float32Array
}

export interface VectorFileWriter {
  /** Writes one record batch; gives the byte at which its vectors begin in the file. */
  write(rows: SentenceRows): Promise<number>
  /** Ends the file and flushes it to the disk. */
  finish(): Promise<void>
  /** Closes the file as it is; does nothing after `finish`. */
  close(): Promise<void>
}

/** Writes an Arrow IPC file with the columns document, group, text and vector; the schema names the space. */
export async function createVectorFile(path: string, space: string, dims: number): Promise<VectorFileWriter> {
  const file = await open(path, 'wx').catch((error: unknown) => {
    throw fileError(path, 'write', error)
  })
  const text = (name: string) => Field.new(name, new Utf8(), false)
  const list = new FixedSizeList(dims, Field.new('item', new Float32(), false))
  const schema = new Schema<Columns>(
    [text('document'), text('group'), text('text'), Field.new('vector', list, false)] as never,
    new Map([['space', space]]),
  )
  let length = 0
  let vectorsAt: number | null = null
  let vectorsIn: ArrayBufferLike | null = null
  const writer = arrowWriter(schema, 'file', async (bytes) => {
    if (bytes.buffer === vectorsIn) vectorsAt = length
    length += bytes.byteLength
    await file.writeFile(bytes).catch((error: unknown) => {
      throw fileError(path, 'write', error)
    })
  })
  const column = (values: readonly string[]) => vectorFromArray([...values], new Utf8()).data[0]!
  let open_ = true
  const close = async () => {
    if (!open_) return
    open_ = false
    await file.close()
  }
  return {
    write: async ({ document, group, texts, vectors }) => {
      const rows = texts.length
      const repeated = (value: string) => column(new Array<string>(rows).fill(value))
      const item = makeData({ type: new Float32(), length: vectors.length, data: vectors })
      const children = [
        repeated(document),
        repeated(group),
        column(texts),
        makeData({ type: list, length: rows, child: item }),
      ]
      const struct = makeData({
        type: new Struct<Columns>(schema.fields),
        length: rows,
        nullCount: 0,
        children,
      })
      vectorsIn = vectors.buffer
      vectorsAt = null
      await writer.write(new RecordBatch(schema, struct))
      if (vectorsAt === null) throw new Error('the vectors were not written from their own memory')
      return vectorsAt
    },
    finish: async () => {
      await writer.finish()
      await file.sync().catch((error: unknown) => {
        throw fileError(path, 'write', error)
      })
      await close()
    },
    close,
  }
}

export interface VectorFile {
  readonly batches: number
  /** One record batch: its texts, decoded when they are asked for, and its vectors f32 [rows · dims]. */
  read(batch: number): Promise<{ texts(): string[]; vectors: Float32Array }>
  /** Reads numbers that begin at a byte of the file into a part of an array. */
  numbers(begin: number, into: Float32Array): Promise<void>
  close(): Promise<void>
}

/** Opens a file of `createVectorFile` for random access. Throws VmmError NOT_FOUND or BAD_FILE. */
export async function openVectorFile(path: string, space: string, dims: number): Promise<VectorFile> {
  const bad = (problem: string, cause?: unknown) =>
    new VmmError('BAD_FILE', `${path}: ${problem}; delete its folder and it is made again`, { cause })
  let file: FileHandle
  try {
    file = await open(path, 'r')
  } catch (error) {
    throw fileError(path, 'read', error)
  }
  const reader = await openReader(file).catch(async (cause: unknown) => {
    await file.close()
    throw bad('not a complete Arrow file', cause)
  })
  const vector = reader.schema.fields.find(({ name }) => name === 'vector')?.type as FixedSizeList | undefined
  if (reader.schema.metadata.get('space') !== space || vector?.listSize !== dims) {
    await reader.cancel()
    throw bad(`its vectors are not ${dims} numbers of space '${space}'`)
  }
  // The reader has one position in the file: reads follow one another.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(read: () => Promise<T>): Promise<T> => {
    const result = last.then(read)
    last = result.catch(() => {})
    return result
  }
  return {
    batches: reader.numRecordBatches,
    read: (index) =>
      inTurn(async () => {
        const batch = await reader.readRecordBatch(index)
        const vectors = batch?.getChild('vector')
        const texts = batch?.getChild('text')
        if (!batch || !vectors || !texts) throw bad(`no batch ${index} with texts and vectors`)
        const { blocks } = fromArrowVectors(vectors)
        return { texts: () => [...texts] as string[], vectors: blocks[0] ?? new Float32Array(0) }
      }),
    numbers: async (begin, into) => {
      const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength)
      for (let at = 0; at < bytes.length; ) {
        const { bytesRead } = await file
          .read(bytes, at, bytes.length - at, begin + at)
          .catch((error: unknown) => {
            throw fileError(path, 'read', error)
          })
        if (bytesRead === 0) throw bad('it ends too early')
        at += bytesRead
      }
    },
    close: () => inTurn(() => reader.cancel()),
  }
}

async function openReader(file: FileHandle) {
  const reader = await RecordBatchReader.from<Columns>(file)
  await reader.open()
  if (!reader.isFile() || !reader.isAsync()) throw new Error('the streaming format, not the file format')
  return reader
}
