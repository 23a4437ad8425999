import { dirname, join } from 'node:path'
import { VmmError } from '../../core/errors.ts'
import { parseJson } from '../json.ts'
import { readSmallFile } from '../read.ts'

/** Bytes of an index at most: room for more than 100,000 tensors. */
const MOST_INDEX_BYTES = 2 ** 24

/**
 * Reads the index of a model that lies in several files, `model.safetensors.index.json`:
 * `{"weight_map": {"name": "file"}}`. Other keys are left alone.
 *
 * @returns the path of the file that each tensor is in; all lie in the folder of the index
 * @throws VmmError NOT_FOUND; BAD_FILE for what is no such JSON, has more than 16 MiB, or names a file outside of the
 *   folder
 */
export async function readShards(path: string): Promise<ReadonlyMap<string, string>> {
  const json = parseJson((await readSmallFile(path, MOST_INDEX_BYTES)).toString(), path)
  const map = isObject(json) ? json.weight_map : undefined
  if (!isObject(map)) throw new VmmError('BAD_FILE', `${path}: no weight_map from tensors to files`)
  return new Map(
    Object.entries(map).map(([name, file]) => {
      if (typeof file !== 'string' || !isFileName(file))
        throw new VmmError(
          'BAD_FILE',
          `${path}: weight_map.${name.slice(0, 100)} is ${JSON.stringify(file).slice(0, 100)}; a file of this folder is needed`,
        )
      return [name, join(dirname(path), file)]
    }),
  )
}

/** A plain name: no folder, no drive, not the folder itself. */
function isFileName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\\:\p{Cc}]/u.test(name)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
