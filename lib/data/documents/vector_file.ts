import { type FileHandle, open } from 'node:fs/promises'
import {
  Field,
  FixedSizeList,
  Float32,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import { VmmError } from '../../core/errors.ts'
import { checkTexts, textPart, type VectorPart, vectorDims, vectorPart } from '../../io/arrow/columns.ts'
import { openArrowFile } from '../../io/arrow/file.ts'
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
  /** Writes one record batch. */
  write(rows: SentenceRows): Promise<void>
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
  const writer = arrowWriter(schema, 'file', async (bytes) => {
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
      await writer.write(new RecordBatch(schema, struct))
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
  /** A record batch that has `rows`: its texts, decoded when they are asked for, and its vectors f32 [rows · dims]. */
  read(batch: number, rows: number): Promise<{ texts(): string[]; vectors: Float32Array }>
  /** Reads vectors of a batch that has `rows`, from row `first` on until `into` is full. */
  readRows(batch: number, rows: number, first: number, into: Float32Array): Promise<void>
  close(): Promise<void>
}

/** Opens a file of `createVectorFile` for random access. Throws VmmError NOT_FOUND or BAD_FILE. */
export async function openVectorFile(path: string, space: string, dims: number): Promise<VectorFile> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw fileError(path, 'read', error)
  })
  try {
    return await vectorFileOf(file, path, space, dims)
  } catch (error) {
    await file.close()
    throw advised(error)
  }
}

async function vectorFileOf(
  file: FileHandle,
  path: string,
  space: string,
  dims: number,
): Promise<VectorFile> {
  const bad = (problem: string) => new VmmError('BAD_FILE', `${path}: ${problem}`)
  const { schema, batches, batch } = await openArrowFile(file, path).catch((cause: unknown) => {
    throw new VmmError('BAD_FILE', `${path}: not a complete Arrow file`, { cause })
  })
  const at = (name: string) => schema.columns.findIndex((column) => column.name === name)
  const [vectorAt, textAt] = [at('vector'), at('text')]
  const [vector, text] = [schema.columns[vectorAt], schema.columns[textAt]]
  if (!vector || !text || schema.space !== space || vectorDims(vector, path) !== dims)
    throw bad(`its vectors are not ${dims} numbers of space '${space}', with texts`)
  checkTexts(text, path)

  /** Where the vectors of the batches are that have been read from. */
  const known = new Map<number, VectorPart>()
  const vectorsOf = async (index: number): Promise<VectorPart> => {
    const found = known.get(index) ?? (await vectorPart(await batch(index), vectorAt, path))
    known.set(index, found)
    return found
  }
  const checkRows = (index: number, found: number, rows: number) => {
    if (found !== rows) throw bad(`${found} rows in batch ${index}; the index says ${rows}`)
  }
  // Closing waits for what is being read.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(read: () => Promise<T>): Promise<T> => {
    const result = last.then(read).catch((error: unknown) => {
      throw advised(error)
    })
    last = result.catch(() => {})
    return result
  }
  return {
    batches,
    read: (index, rows) =>
      inTurn(async () => {
        const found = await batch(index)
        checkRows(index, found.rows, rows)
        if (found.parts[textAt]!.nulls > 0) throw bad('nulls among the texts')
        const vectors = new Float32Array(rows * dims)
        await (await vectorPart(found, vectorAt, path)).read(0, vectors)
        const texts = await (await textPart(found, textAt, path)).read(0, rows)
        return { texts: () => texts() as string[], vectors }
      }),
    readRows: (index, rows, first, into) =>
      inTurn(async () => {
        const part = await vectorsOf(index)
        checkRows(index, part.rows, rows)
        await part.read(first, into)
      }),
    close: () => inTurn(() => file.close()),
  }
}

/** The error of a damaged file, with what helps. */
function advised(error: unknown): unknown {
  if (!(error instanceof VmmError) || error.code !== 'BAD_FILE') return error
  const message = `${error.message}; delete its folder and it is made again`
  return new VmmError('BAD_FILE', message, { cause: error })
}
