import { type FileHandle, open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type DataType,
  Field,
  FixedSizeList,
  Float32,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
  type Utf8,
  vectorFromArray,
} from 'apache-arrow'
import { textPart, vectorPart } from '../../../lib/io/arrow/columns.ts'
import { openArrowFile } from '../../../lib/io/arrow/file.ts'
import { streamSource } from '../../../lib/io/arrow/source.ts'
import { openArrowStream } from '../../../lib/io/arrow/stream.ts'
import { temporaryFolder } from '../../support/folder.ts'

const folder = temporaryFolder()
let files = 0

/** A table with a column of texts and one of vectors, whose numbers count up; a batch for each number of rows. */
export function tableOf(rows: readonly number[], dims: number, text: Utf8 | DataType): Table {
  const list = new FixedSizeList(dims, new Field('item', new Float32(), false))
  const schema = new Schema(
    [new Field('text', text, true), new Field('vector', list, false)],
    new Map([['space', `tiny-${dims}`]]),
  )
  let next = 0
  const batches = rows.map((length) => {
    const numbers = Float32Array.from({ length: length * dims }, () => next++)
    const texts = Array.from({ length }, (_, i) => (i % 3 === 1 ? null : `text ${i}, é`))
    const vectors = makeData({ type: list, length, child: makeData({ type: new Float32(), data: numbers }) })
    const children = [vectorFromArray(texts, text).data[0]!, vectors]
    return new RecordBatch(
      schema,
      makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }),
    )
  })
  return new Table(schema, batches)
}

export const ipc = (table: Table, format: 'file' | 'stream') => new Uint8Array(tableToIPC(table, format))

/** Rows, texts and numbers of all batches. */
export interface Contents {
  readonly rows: number
  readonly texts: readonly (string | null)[]
  readonly numbers: readonly number[]
}

/** Reads columns 0 and 1 of Arrow bytes in a format. */
export async function contentsOf(
  bytes: Uint8Array,
  format: 'file' | 'stream',
  dims: number,
): Promise<Contents> {
  const texts: (string | null)[] = []
  const numbers: number[] = []
  let rows = 0
  let file: FileHandle | null = null
  try {
    if (format === 'file') file = await fileOf(bytes)
    for await (const batch of file ? batchesOf(file) : (await openArrowStream(pipeOf(bytes), 'x')).batches) {
      const into = new Float32Array(batch.rows * dims)
      await (await vectorPart(batch, 1, 'x')).read(0, into)
      texts.push(...(await (await textPart(batch, 0, 'x')).read(0, batch.rows))())
      for (const number of into) numbers.push(number)
      rows += batch.rows
    }
  } finally {
    await file?.close()
  }
  return { rows, texts, numbers }
}

async function* batchesOf(file: FileHandle) {
  const { batches, batch } = await openArrowFile(file, 'x')
  for (let i = 0; i < batches; i++) yield await batch(i)
}

async function fileOf(bytes: Uint8Array): Promise<FileHandle> {
  const path = join(folder, `${files++}.arrow`)
  await writeFile(path, bytes)
  return open(path)
}

function pipeOf(bytes: Uint8Array) {
  let at = 0
  return streamSource(async (into) => {
    const some = bytes.subarray(at, at + into.length)
    into.set(some)
    at += some.length
    return some.length
  }, 'x')
}

/** Where a little-endian number stands in bytes, of 4 or 8 bytes, at multiples of 4. */
export function placesOf(bytes: Uint8Array, value: number, width: 4 | 8): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const places = Array.from({ length: Math.floor((bytes.length - width) / 4) + 1 }, (_, i) => 4 * i)
  return places.filter((at) =>
    width === 4 ? view.getInt32(at, true) === value : view.getBigInt64(at, true) === BigInt(value),
  )
}

/** The same bytes with another number in one place. */
export function withNumber(bytes: Uint8Array, at: number, value: bigint, width: 4 | 8): Uint8Array {
  const copy = new Uint8Array(bytes)
  const view = new DataView(copy.buffer)
  if (width === 4) view.setUint32(at, Number(BigInt.asUintN(32, value)), true)
  else view.setBigUint64(at, BigInt.asUintN(64, value), true)
  return copy
}
