import { join } from 'node:path'
import { VmmError } from '../core/errors.ts'
import { buildOnce } from '../io/build_once.ts'
import type { FileDtype } from '../io/safetensors/dtypes.ts'
import { type StreamedTensor, streamSafetensors } from '../io/safetensors/stream.ts'
import { native } from '../runtime/native.ts'
import { translate } from '../runtime/run.ts'
import type { DeviceTensor } from '../tensor/device_tensor.ts'
import { dtypeBytes } from '../tensor/dtype.ts'
import { count } from '../tensor/shape.ts'
import { mapWeights } from './map.ts'
import { type WeightSet, weightSet } from './weight_set.ts'

const FILE = 'weights.safetensors'
/** Bytes of a tensor that are copied out of it at once. */
const PIECE_BYTES = 1 << 22

/** Weights that take work to make: packed, cast, quantised. */
export interface Preparation {
  /** Of all tensors. */
  readonly names: readonly string[]
  /**
   * Makes them from the first one on, some at a time, those of larger elements before others. Whoever asks disposes of what
   * it has got.
   */
  make(): AsyncIterable<Readonly<Record<string, DeviceTensor>>>
}

/**
 * Weights that took work to make, kept in a folder so that they are mapped the next time. Of several processes one makes
 * them, and has those in memory alone that it is writing. Where the folder cannot be written, they stay in this process's
 * memory. The file is complete by itself, with what is in it as it was: what happens to other files does not reach it.
 *
 * @param folder in the cache directory, of a name that tells all that decides the weights
 * @throws what making them throws; BAD_FILE or NOT_FOUND for a file that was damaged, naming what to delete; the signal's reason
 */
export async function preparedWeights(
  folder: string,
  { names, make }: Preparation,
  signal: AbortSignal | undefined,
): Promise<WeightSet> {
  let failure: { readonly error: unknown } | null = null
  const failed = (error: unknown): never => {
    failure = { error }
    throw error
  }
  const build = (temporary: string) =>
    streamSafetensors(join(temporary, FILE), names, streamed(make, failed, signal))
  try {
    await buildOnce(folder, build, { signal })
  } catch (error) {
    if (failure !== null || signal?.aborted)
      throw (failure as { readonly error: unknown } | null)?.error ?? error
    return inMemory(make)
  }
  return weightSet(Object.fromEntries(await mapWeights(join(folder, FILE)).catch(damaged(folder))))
}

/** @param failed told what goes wrong here, and not where it is written */
async function* streamed(
  make: Preparation['make'],
  failed: (error: unknown) => never,
  signal: AbortSignal | undefined,
): AsyncGenerator<StreamedTensor> {
  try {
    for await (const some of make())
      try {
        for (const [name, tensor] of Object.entries(some)) {
          const dtype = tensor.dtype.toUpperCase() as FileDtype
          yield { name, dtype, shape: tensor.shape, data: piecesOf(tensor, failed, signal) }
        }
      } finally {
        for (const tensor of Object.values(some)) tensor.dispose()
      }
  } catch (error) {
    failed(error)
  }
}

function* piecesOf(
  { dtype, shape, handle }: DeviceTensor,
  failed: (error: unknown) => never,
  signal: AbortSignal | undefined,
): Generator<Uint8Array> {
  const bytes = count(shape) * dtypeBytes[dtype]
  try {
    for (let at = 0; at < bytes; at += PIECE_BYTES) {
      signal?.throwIfAborted()
      yield new Uint8Array(native().readState(handle, at, Math.min(PIECE_BYTES, bytes - at)))
    }
  } catch (error) {
    failed(signal?.aborted ? signal.reason : translate(error))
  }
}

async function inMemory(make: Preparation['make']): Promise<WeightSet> {
  const tensors: Record<string, DeviceTensor> = {}
  try {
    for await (const some of make()) Object.assign(tensors, some)
    return weightSet(tensors)
  } catch (error) {
    for (const tensor of Object.values(tensors)) tensor.dispose()
    throw error
  }
}

function damaged(folder: string) {
  return (error: unknown): never => {
    if (!(error instanceof VmmError)) throw error
    throw new VmmError(error.code, `${error.message}; delete ${folder} and it is made again`, {
      cause: error,
    })
  }
}
