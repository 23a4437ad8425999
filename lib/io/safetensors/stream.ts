import { open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { badArgument, check } from '../../core/errors.ts'
import { FILE_MODE, fileError, syncFolder } from '../files.ts'
import { BYTES, byteLength, type FileDtype } from './dtypes.ts'
import { headerField, headerOf } from './file.ts'

/** A tensor to be written when its turn comes. */
export interface StreamedTensor {
  readonly name: string
  readonly dtype: FileDtype
  readonly shape: readonly number[]
  /** Its bytes, row-major and little-endian, in pieces of any size. */
  readonly data: Iterable<Uint8Array>
}

/** Bytes of a header for a tensor beside its name, in the mean: 48 digits in all. More would be read as spaces each time. */
const FIELD_BYTES = 96

/**
 * Writes a safetensors file of tensors that are made one after the other, so that one piece of one of them is in memory. The
 * header comes last, into room that was left for it: nothing but names has to be known before.
 *
 * For folders that are not in use yet: the file grows under its own name. It is removed when this fails.
 *
 * @param names   of all tensors, in any order
 * @param tensors each begins where the one before it ends, at a multiple of its elements' bytes: larger elements come first
 * @throws what `tensors` throws; VmmError BAD_ARGUMENT for a name that is missing, twice there or not among `names`, data
 *   that do not fill the shape, elements that are not aligned, or a header without room; NOT_FOUND when the folder is
 *   missing; BAD_FILE when writing fails, or the file is there already
 */
export async function streamSafetensors(
  path: string,
  names: readonly string[],
  tensors: AsyncIterable<StreamedTensor>,
): Promise<void> {
  const failed = (error: unknown): never => {
    throw fileError(path, 'write', error)
  }
  const missing = new Set(names)
  check(!missing.has('__metadata__'), 'names', '__metadata__', 'names of tensors')
  const room = names.reduce((sum, name) => sum + Buffer.byteLength(JSON.stringify(name)) + FIELD_BYTES, 0)
  const { length: start } = headerOf([], room)
  const file = await open(path, 'wx', FILE_MODE).catch(failed)
  try {
    try {
      const write = async (bytes: Uint8Array, place: number) => {
        for (let at = 0; at < bytes.byteLength; ) {
          const { bytesWritten } = await file
            .write(bytes, at, bytes.byteLength - at, place + at)
            .catch(failed)
          at += bytesWritten
        }
      }
      const fields: string[] = []
      let end = 0
      for await (const { name, dtype, shape, data } of tensors) {
        check(missing.delete(name), 'tensors', name, 'each of the names once')
        const begin = end
        check(begin % BYTES[dtype] === 0, `tensors[${name}]`, `byte ${begin}`, `multiples of ${BYTES[dtype]}`)
        for (const piece of data) {
          await write(piece, start + end)
          end += piece.byteLength
        }
        const bytes = byteLength(dtype, shape)
        if (bytes !== end - begin)
          throw badArgument(`tensors[${name}].data`, `${end - begin} bytes`, `${bytes ?? 'fewer'} bytes`)
        fields.push(headerField({ name, dtype, shape }, begin, end))
      }
      check(missing.size === 0, 'tensors', [...missing].slice(0, 5).join(', '), 'all that were named')
      const header = headerOf(fields, start)
      check(
        header.length === start,
        'tensors',
        `a header of ${header.length} bytes`,
        `at most ${start} bytes`,
      )
      await write(header, 0)
      await file.sync().catch(failed)
    } finally {
      await file.close()
    }
    await syncFolder(dirname(path)).catch(failed)
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}
