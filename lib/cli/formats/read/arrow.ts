import { type FileHandle, open, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, VmmError } from '../../../core/errors.ts'
import { isSpace, requireSameSpace } from '../../../core/space.ts'
import { trustedVectors } from '../../../core/vectors.ts'
import { hasTexts, textPart, vectorDims, vectorPart } from '../../../io/arrow/columns.ts'
import { ARROW_MAGIC, openArrowFile } from '../../../io/arrow/file.ts'
import type { Schema } from '../../../io/arrow/schema.ts'
import { fileSource, streamSource } from '../../../io/arrow/source.ts'
import { type ArrowStream, openArrowStream } from '../../../io/arrow/stream.ts'
import { bytesOf, type FillBytes } from '../../../io/bytes.ts'
import { fileError, temporaryName } from '../../../io/files.ts'
import { checkDims, type VectorBlock, type VectorInput } from './block.ts'

/** Bytes of vectors that are read at a time. */
const MOST_BYTES = 1 << 23
const CHUNK = 1 << 16

/**
 * Arrow IPC, some rows at a time, in the streaming format or the file format; of the latter a pipe is kept in a
 * temporary file first, because its footer comes last. The vectors are the column `vector`, a FixedSizeList of f32, or
 * the only column of that kind. Texts are those of a column `text` of type Utf8 or LargeUtf8; they are but labels, so
 * that of another type counts for none.
 */
export async function* readArrow(from: VectorInput): AsyncGenerator<VectorBlock> {
  const { input, name, path } = from
  const file = path === undefined ? null : await regularFile(path)
  if (file) return yield* vectorsIn(file, from)
  const fill = bytesOf(input, name)
  const start = new Uint8Array(ARROW_MAGIC.length)
  const whole = startingWith(start.subarray(0, await fill(start)), fill)
  if (isFileFormat(start)) yield* vectorsIn(await spooled(whole), from)
  else yield* vectorsOf(await openArrowStream(streamSource(whole, name), name), from)
}

/** A file to read any part of; null for pipes and devices. */
async function regularFile(path: string): Promise<FileHandle | null> {
  try {
    return (await stat(path)).isFile() ? await open(path) : null
  } catch (error) {
    throw fileError(path, 'read', error)
  }
}

/** Either format in a file, which is closed afterwards. */
async function* vectorsIn(file: FileHandle, from: VectorInput): AsyncGenerator<VectorBlock> {
  try {
    yield* vectorsOf(await openEither(file, from.name), from)
  } finally {
    await file.close()
  }
}

async function openEither(file: FileHandle, name: string): Promise<ArrowStream> {
  const { size } = await file.stat()
  const source = () => fileSource(file, name, 0, size)
  if (!isFileFormat(await source().read(ARROW_MAGIC.length))) return openArrowStream(source(), name)
  const { schema, batches, batch } = await openArrowFile(file, name)
  const all = async function* () {
    for (let i = 0; i < batches; i++) yield await batch(i)
  }
  return { schema, batches: all() }
}

async function* vectorsOf({ schema, batches }: ArrowStream, from: VectorInput): AsyncGenerator<VectorBlock> {
  const { name, space, dims } = from
  if (schema.space !== null) {
    if (!isSpace(schema.space)) throw new VmmError('BAD_FILE', `${name}: space ${describe(schema.space)}`)
    requireSameSpace({ space: schema.space }, { space })
  }
  const vectorAt = vectorColumn(schema, name)
  const textAt = schema.columns.findIndex((column) => column.name === 'text' && hasTexts(column))
  checkDims(vectorDims(schema.columns[vectorAt]!, name), from)
  const most = Math.max(1, Math.floor(MOST_BYTES / (4 * dims)))
  for await (const batch of batches) {
    const vectors = await vectorPart(batch, vectorAt, name)
    const texts = textAt < 0 ? null : await textPart(batch, textAt, name)
    for (let first = 0; first < batch.rows; first += most) {
      const rows = Math.min(most, batch.rows - first)
      const block = new Float32Array(rows * dims)
      await vectors.read(first, block)
      yield {
        vectors: trustedVectors([block], dims, space),
        texts: texts ? (await texts.read(first, rows))() : Array<null>(rows).fill(null),
      }
    }
  }
}

function isFileFormat(start: Uint8Array): boolean {
  return Buffer.from(start).toString('latin1') === ARROW_MAGIC
}

/** What fills with some bytes that were already taken, then with those that follow them. */
function startingWith(start: Uint8Array, fill: FillBytes): FillBytes {
  let rest = start
  return async (into) => {
    const some = rest.subarray(0, into.length)
    rest = rest.subarray(some.length)
    into.set(some)
    return some.length + (some.length < into.length ? await fill(into.subarray(some.length)) : 0)
  }
}

/** A file without a name that holds what a pipe gives. */
async function spooled(fill: FillBytes): Promise<FileHandle> {
  const path = temporaryName(join(tmpdir(), 'vmm'))
  const cannotWrite = (error: unknown) => {
    throw fileError(path, 'write', error)
  }
  const file = await open(path, 'wx+').catch(cannotWrite)
  try {
    await rm(path).catch(cannotWrite)
    const chunk = new Uint8Array(CHUNK)
    for (let there = CHUNK; there === CHUNK; ) {
      there = await fill(chunk)
      await file.appendFile(chunk.subarray(0, there)).catch(cannotWrite)
    }
  } catch (error) {
    await file.close()
    throw error
  }
  return file
}

function vectorColumn({ columns }: Schema, name: string): number {
  const lists = columns.flatMap(({ type }, at) => (type === 'FixedSizeList' ? [at] : []))
  const found =
    lists.find((at) => columns[at]!.name === 'vector') ?? (lists.length === 1 ? lists[0] : undefined)
  if (found !== undefined) return found
  const names = lists.map((at) => columns[at]!.name).join(', ')
  const given = names === '' ? 'none' : names
  throw new VmmError('BAD_FILE', `${name}: columns of vectors: ${given}; expected 'vector', or one alone`)
}
