import { type FileHandle, open, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Field, RecordBatchReader, type Schema } from 'apache-arrow'
import { fromArrowVectors } from '../../../core/arrow_column.ts'
import { VmmError } from '../../../core/errors.ts'
import { requireSameSpace } from '../../../core/space.ts'
import { trustedVectors } from '../../../core/vectors.ts'
import { bytesOf } from '../../../io/bytes.ts'
import { temporaryName } from '../../../io/files.ts'
import { checkDims, type VectorBlock, type VectorInput } from './block.ts'

const MAGIC = 'ARROW1'
const CHUNK = 1 << 16

/**
 * Arrow IPC, a record batch at a time, in the streaming format or the file format; of the latter a pipe is kept in a
 * temporary file first, because its schema comes last. The vectors are the column `vector`, a FixedSizeList of f32, or
 * the only column of that kind; texts are those of a column `text`.
 */
export async function* readArrow(from: VectorInput): AsyncGenerator<VectorBlock> {
  const { name, space, dims } = from
  const source = await openSource(from)
  try {
    const reader = await arrow(name, () => RecordBatchReader.from(source as AsyncIterable<Uint8Array>))
    await arrow(name, () => reader.open({ autoDestroy: false }))
    const schema = reader.schema as Schema | undefined
    if (!schema) throw new VmmError('BAD_FILE', `${name}: no Arrow data`)
    const named = schema.metadata.get('space')
    if (named !== undefined) requireSameSpace({ space: named }, { space })
    const column = vectorColumn(schema, name)
    const hasTexts = schema.fields.some((field) => field.name === 'text')
    for (;;) {
      const batch = await arrow(name, () => reader.next())
      if (batch.done) break
      const rows = batch.value.numRows
      if (rows === 0) continue
      const { blocks, dims: given } = await arrow(name, async () =>
        fromArrowVectors(batch.value.getChild(column)),
      )
      checkDims(given, from)
      const texts = hasTexts ? [...batch.value.getChild('text')!] : Array<null>(rows).fill(null)
      yield {
        vectors: trustedVectors(blocks, dims, space),
        texts: texts.map((text: unknown) => (typeof text === 'string' ? text : null)),
      }
    }
  } finally {
    if ('close' in source) await source.close()
  }
}

/** The bytes of the streaming format, or a file of the other one. */
async function openSource(from: VectorInput): Promise<FileHandle | AsyncIterable<Uint8Array>> {
  const { input, name, path } = from
  const fill = bytesOf(input, name)
  const chunk = async (size: number) => {
    const bytes = new Uint8Array(size)
    return bytes.subarray(0, await fill(bytes))
  }
  const start = await chunk(MAGIC.length)
  const chunks = (async function* () {
    for (let bytes = start; bytes.length > 0; bytes = await chunk(CHUNK)) yield bytes
  })()
  if (Buffer.from(start).toString('latin1') !== MAGIC) return chunks
  const isFile = path !== undefined && (await stat(path)).isFile()
  const file = isFile ? await open(path) : await spooled(chunks)
  const end = Buffer.alloc(MAGIC.length)
  await file.read(end, 0, end.length, (await file.stat()).size - end.length)
  if (end.toString('latin1') === MAGIC) return file
  await file.close()
  throw new VmmError('BAD_FILE', `${name}: the end of the file is missing`)
}

/** A file without a name that holds what a pipe gives. */
async function spooled(chunks: AsyncIterable<Uint8Array>): Promise<FileHandle> {
  const path = temporaryName(join(tmpdir(), 'vmm'))
  const file = await open(path, 'wx+')
  try {
    await rm(path)
    for await (const bytes of chunks) await file.appendFile(bytes)
  } catch (error) {
    await file.close()
    throw error
  }
  return file
}

function vectorColumn({ fields }: Schema, name: string): string {
  const lists = fields.filter(({ type }: Field) => 'listSize' in type)
  const found = lists.find((field) => field.name === 'vector') ?? (lists.length === 1 ? lists[0] : undefined)
  if (found) return found.name
  const names = lists.map((field) => field.name).join(', ')
  const given = names === '' ? 'none' : names
  throw new VmmError('BAD_FILE', `${name}: columns of vectors: ${given}; expected 'vector', or one alone`)
}

/** Errors of the Arrow library as ours. */
async function arrow<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    if (cause instanceof VmmError && cause.code !== 'BAD_ARGUMENT') throw cause
    throw new VmmError('BAD_FILE', `${name}: ${(cause as Error).message}`, { cause })
  }
}
