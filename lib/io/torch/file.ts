import { VmmError } from '../../core/errors.ts'
import { withFile } from '../read.ts'
import { readArchive } from './archive.ts'
import { readStream } from './stream.ts'
import { readAt } from './zip.ts'

/** A tensor of a file of torch.save. */
export interface TorchTensor {
  readonly name: string
  /** As the safetensors format says it; other words where the tensor cannot be read: `sparse F32`. */
  readonly dtype: string
  readonly shape: readonly number[]
  /** Null where it cannot be read, as quantised and sparse tensors, and such without data. */
  readonly place: {
    /** Of its first element, from the start of the file. */
    readonly begin: number
    /** From one element to the next along each axis, in elements. */
    readonly strides: readonly number[]
  } | null
}

const ZIP = 0x04034b50
const PROTO = 0x80
const MAGIC_BYTES = 4

/**
 * The tensors of a file of torch.save, of today's format or the older one, and where they lie; their data are not read.
 * The file's pickle is read without executing anything: only dicts and tensors are made, and plain values are skipped.
 * Tensors may share a storage and repeat, transpose or skip its elements. All of a readable one lies in the file.
 *
 * @throws VmmError NOT_FOUND when there is no such file; UNSUPPORTED, naming it, for whatever else a pickle asks for
 *   (other classes and functions, opcodes that state dicts do without), for compressed or encrypted archives,
 *   TorchScript and big-endian numbers; BAD_FILE for a file that is damaged, of another format, or whose tensors do not
 *   fit their storages
 */
export async function readTorchFile(path: string): Promise<readonly TorchTensor[]> {
  return withFile(path, Number.POSITIVE_INFINITY, async (file, size) => {
    const open = { file, size, path }
    const magic = size < MAGIC_BYTES ? null : await readAt(open, 0, MAGIC_BYTES)
    const isZip = magic?.readUInt32LE(0) === ZIP
    if (!isZip && magic?.[0] !== PROTO)
      throw new VmmError('BAD_FILE', `${path}: neither a zip archive nor a pickle of torch.save`)
    const { tensors, begins } = isZip ? await readArchive(open) : await readStream(open)
    return [...tensors].map(([name, { dtype, shape, place }]) => ({
      name,
      dtype,
      shape,
      place: place && { begin: begins.get(place.storage)! + place.offset, strides: place.strides },
    }))
  })
}
