import { existsSync } from 'node:fs'
import { badArgument, check, describe, VmmError } from '../core/errors.ts'
import { type FileHandle, native, type StateHandle, type WeightHandle } from '../runtime/native.ts'
import { translate } from '../runtime/run.ts'
import { type Dtype, decodeNumbers, dtypeBytes, encodeNumbers } from './dtype.ts'
import { count, formatShape, type Shape } from './shape.ts'

/** A tensor in native memory, behind an opaque handle. Dispose it, or leave it to the garbage collector. */
export interface DeviceTensor {
  readonly dtype: Dtype
  readonly shape: Shape
  readonly handle: StateHandle | WeightHandle
  /** Frees the memory. A run that is using it keeps it until it ends. Calling it again does nothing. */
  dispose(): void
  [Symbol.dispose](): void
}

function deviceTensor(dtype: Dtype, shape: Shape, handle: StateHandle | WeightHandle): DeviceTensor {
  const dispose = () => native().dispose(handle)
  return { dtype, shape, handle, dispose, [Symbol.dispose]: dispose }
}

/** A tensor of its own memory: zeros, or the given values rounded to `dtype`. */
export function createTensor(dtype: Dtype, shape: Shape, values?: ArrayLike<number>): DeviceTensor {
  const n = count(shape)
  check(Number.isSafeInteger(n) && n >= 0, 'shape', formatShape(shape), 'non-negative integers')
  const handle = native().createState(n * dtypeBytes[dtype])
  const tensor = deviceTensor(dtype, shape, handle)
  if (values) {
    if (values.length !== n)
      throw badArgument('values', `${values.length} numbers`, `${n} for shape ${formatShape(shape)}`)
    const data = dtype === 'f32' && values instanceof Float32Array ? values : encodeNumbers(values, dtype)
    native().writeState(handle, new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 0)
  }
  return tensor
}

const ZEROS = new Uint8Array(1 << 18)

/** Makes all elements of a tensor of its own memory zero. Throws VmmError as readTensor does. */
export function clearTensor({ dtype, shape, handle }: DeviceTensor): void {
  const bytes = count(shape) * dtypeBytes[dtype]
  for (let at = 0; at < bytes; at += ZEROS.length)
    orTranslate(() =>
      native().writeState(handle as StateHandle, ZEROS.subarray(0, Math.min(ZEROS.length, bytes - at)), at),
    )
}

/**
 * Copies a tensor's elements out, in row-major order. f16 and bf16 are widened.
 *
 * @throws VmmError DISPOSED; BAD_ARGUMENT while a run that updates it is not over; BAD_FILE when it lies in a mapped
 *   file that has lost some of its bytes
 */
export function readTensor(tensor: DeviceTensor): Float32Array | Int32Array {
  const buffer = readBuffer(tensor)
  if (tensor.dtype === 'f32') return new Float32Array(buffer)
  if (tensor.dtype === 'i32') return new Int32Array(buffer)
  return new Float32Array(decodeNumbers(buffer, tensor.dtype))
}

/** Copies `rows` rows out, from row `first` on, of an f32 tensor [n, d]: f32 [rows · d]. Throws as readTensor does. */
export function readRows({ shape, handle }: DeviceTensor, first: number, rows: number): Float32Array {
  const bytes = 4 * shape[1]!
  return new Float32Array(orTranslate(() => native().readState(handle, first * bytes, rows * bytes)))
}

/** A tensor's elements as they are stored, in row-major order. Throws as readTensor does. */
export function readBytes(tensor: DeviceTensor): Uint8Array {
  return new Uint8Array(readBuffer(tensor))
}

function readBuffer({ dtype, shape, handle }: DeviceTensor): ArrayBuffer {
  const bytes = count(shape) * dtypeBytes[dtype]
  return orTranslate(() => native().readState(handle, 0, bytes))
}

/** Errors of the addon as ours. */
function orTranslate<T>(call: () => T): T {
  try {
    return call()
  } catch (error) {
    throw translate(error)
  }
}

/**
 * A file mapped read-only; its tensors share the mapping. When it loses bytes meanwhile, whoever reads it fails with
 * BAD_FILE until it is mapped anew.
 */
export interface MappedFile {
  readonly bytes: number
  readonly path: string
  /** A tensor at a byte offset of the file, without a copy (unless the offset is not aligned to the element). */
  tensor(dtype: Dtype, shape: Shape, byteOffset: number): DeviceTensor
  dispose(): void
}

/**
 * Maps a file. Its tensors stay valid after dispose(): they keep the mapping. Throws VmmError NOT_FOUND where it is
 * missing, BAD_FILE where it cannot be read.
 */
export function mapFile(path: string): MappedFile {
  let handle: FileHandle
  const addon = native() // that it does not load is no fault of the file
  try {
    handle = addon.mapFile(path)
  } catch (cause) {
    // The addon names the path, and gives no code of the system.
    throw new VmmError(existsSync(path) ? 'BAD_FILE' : 'NOT_FOUND', (cause as Error).message, { cause })
  }
  const bytes = native().fileBytes(handle)
  return {
    bytes,
    path,
    tensor: (dtype, shape, byteOffset) => {
      const size = count(shape) * dtypeBytes[dtype]
      if (!(byteOffset >= 0 && byteOffset + size <= bytes))
        throw new VmmError(
          'BAD_FILE',
          `${path}: a tensor at ${describe(byteOffset)} of ${size} bytes is outside ${bytes}`,
        )
      const weight = orTranslate(() => native().weight(handle, byteOffset, size, dtypeBytes[dtype]))
      return deviceTensor(dtype, shape, weight)
    },
    dispose: () => native().dispose(handle),
  }
}
