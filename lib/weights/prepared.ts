import { join } from 'node:path'
import { VmmError } from '../core/errors.ts'
import { buildOnce } from '../io/build_once.ts'
import type { FileDtype } from '../io/safetensors/dtypes.ts'
import { writeSafetensors } from '../io/safetensors/file.ts'
import { readBytes } from '../tensor/device_tensor.ts'
import { mapWeights } from './map.ts'
import { type WeightSet, weightSet } from './weight_set.ts'

const FILE = 'weights.safetensors'

/**
 * Weights that took work to make (packed, cast, quantised), kept in a folder so that they are mapped the next time. Of
 * several processes one makes them. Where the folder cannot be written, they stay in this process's memory.
 *
 * @param folder in the cache directory, of a name that tells all that decides the weights
 * @throws what `make` throws; BAD_FILE or NOT_FOUND for a file that was damaged, naming what to delete; the signal's reason
 */
export async function preparedWeights(
  folder: string,
  make: () => Promise<WeightSet>,
  signal: AbortSignal | undefined,
): Promise<WeightSet> {
  let made: WeightSet | null = null
  let failure: unknown = null
  try {
    await buildOnce(
      folder,
      async (temporary) => {
        made = await make().catch((error: unknown) => {
          failure = error
          throw error
        })
        await writeSafetensors(join(temporary, FILE), tensorsOf(made))
      },
      signal === undefined ? {} : { signal },
    )
  } catch (error) {
    const own = made as WeightSet | null
    if (own !== null && !signal?.aborted) return own
    own?.dispose()
    if (failure !== null || signal?.aborted) throw failure ?? error
    return make()
  }
  ;(made as WeightSet | null)?.dispose()
  return weightSet(Object.fromEntries(await mapWeights(join(folder, FILE)).catch(damaged(folder))))
}

function damaged(folder: string) {
  return (error: unknown): never => {
    if (!(error instanceof VmmError)) throw error
    throw new VmmError(error.code, `${error.message}; delete ${folder} and it is made again`, {
      cause: error,
    })
  }
}

function tensorsOf({ tensors }: WeightSet) {
  return Object.entries(tensors).map(([name, tensor]) => ({
    name,
    dtype: tensor.dtype.toUpperCase() as FileDtype,
    shape: tensor.shape,
    data: () => readBytes(tensor),
  }))
}
