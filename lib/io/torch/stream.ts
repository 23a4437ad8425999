import { elementBytes } from '../safetensors/dtypes.ts'
import { type Loaded, MOST_PICKLE_BYTES } from './archive.ts'
import { torchConstructors } from './constructors.ts'
import { failing, quoted } from './fail.ts'
import { namedTensors } from './names.ts'
import { unpickle } from './pickle.ts'
import { isDict, type PickleValue, type TorchStorage } from './values.ts'
import { type OpenFile, readAt } from './zip.ts'

/** The first of the five pickles. */
const MAGIC = 0x1950a86a20f9469cfc6cn
const VERSION = 1001
const FIRST_BYTES = 2 ** 16
const COUNT_BYTES = 8

/**
 * Reads what torch.save wrote before 1.6: pickles of a magic number, a version, the machine, the object and the keys
 * of its storages, then each storage behind its number of elements.
 *
 * @throws VmmError BAD_FILE, UNSUPPORTED, see `readTorchFile`
 */
export async function readStream(open: OpenFile): Promise<Loaded> {
  const { path, size } = open
  const fail = failing(path)
  const constructors = torchConstructors(path)
  const next = pickles(open, constructors)
  if ((await next()).value !== MAGIC) fail('is no magic number of torch.save')
  const version = (await next()).value
  if (version !== VERSION)
    fail(`says version ${String(version).slice(0, 20)}; ${VERSION} is read`, 'UNSUPPORTED')
  const machine = (await next()).value
  if (!isDict(machine) || machine.get('little_endian') !== true)
    fail('is of a machine that is not little-endian', 'UNSUPPORTED')
  const tensors = namedTensors((await next()).value, fail)
  const { value: keys, end } = await next()
  if (!Array.isArray(keys)) return fail('lists no storages')
  const begins = new Map<TorchStorage, number>()
  let at = end
  for (const key of keys) {
    const storage = typeof key === 'string' ? constructors.storages.get(key) : undefined
    if (!storage || begins.has(storage)) return fail('lists a storage that is unknown or listed before')
    const width = elementBytes(storage.dtype)
    if (width === null) return fail(`has storage ${quoted(storage.key)} of ${storage.dtype}`, 'UNSUPPORTED')
    const begin = at + COUNT_BYTES
    const count = begin <= size ? (await readAt(open, at, COUNT_BYTES)).readBigInt64LE(0) : null
    if (count !== BigInt(storage.elements))
      fail(
        `has storage ${quoted(storage.key)} of ${storage.elements} elements, and the file has ${count ?? 'none'}`,
      )
    begins.set(storage, begin)
    at = begin + storage.elements * width
    if (at > size) fail(`has storage ${quoted(storage.key)}, which ends ${at - size} bytes behind the file`)
  }
  for (const [name, { place }] of tensors)
    if (place && !begins.has(place.storage))
      fail(`has tensor ${quoted(name)} of a storage that it does not list`)
  return { tensors, begins }
}

/** Reads one pickle after another; their lengths are not known, so more of the file is read when one goes on. */
function pickles(open: OpenFile, constructors: Parameters<typeof unpickle>[3]) {
  const { path, size } = open
  const most = Math.min(size, MOST_PICKLE_BYTES)
  let bytes: Buffer = Buffer.alloc(0)
  let at = 0
  return async (): Promise<{ readonly value: PickleValue; readonly end: number }> => {
    for (;;) {
      const found = bytes.length > 0 ? unpickle(bytes, at, path, constructors) : null
      if (found) {
        at = found.end
        return found
      }
      if (bytes.length === most) return failing(path)('ends early')
      bytes = await readAt(open, 0, Math.min(most, Math.max(FIRST_BYTES, 2 * bytes.length)))
    }
  }
}
