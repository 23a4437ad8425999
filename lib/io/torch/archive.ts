import { VmmError } from '../../core/errors.ts'
import { elementBytes } from '../safetensors/dtypes.ts'
import { torchConstructors } from './constructors.ts'
import { failing, quoted } from './fail.ts'
import { namedTensors } from './names.ts'
import { unpickle } from './pickle.ts'
import type { StoredTensor, TorchStorage } from './values.ts'
import { type OpenFile, placeOf, readAt, readZipDirectory, type ZipEntry } from './zip.ts'

const PICKLE = 'data.pkl'
/** Bytes of a pickle at most: 40,000 tensors take some 10 MB. */
export const MOST_PICKLE_BYTES = 2 ** 26

/** The tensors of a file, and where its storages begin. */
export interface Loaded {
  readonly tensors: ReadonlyMap<string, StoredTensor>
  /** Bytes from the start of the file, of each storage that a tensor lies in. */
  readonly begins: ReadonlyMap<TorchStorage, number>
}

/**
 * Reads the zip archive that torch.save writes since 1.6: `<any>/data.pkl` beside `<any>/data/<key>`.
 *
 * @throws VmmError BAD_FILE, UNSUPPORTED, see `readTorchFile`
 */
export async function readArchive(open: OpenFile): Promise<Loaded> {
  const { path } = open
  const entries = await readZipDirectory(open)
  const pickles = [...entries.values()].filter(({ name }) => /^[^/]+\/data\.pkl$/.test(name))
  const [pickle, another] = pickles
  if (!pickle || another)
    throw new VmmError('BAD_FILE', `${path}: ${pickles.length} entries data.pkl; one is read`)
  const root = pickle.name.slice(0, -PICKLE.length)
  if (entries.has(`${root}constants.pkl`))
    throw new VmmError('UNSUPPORTED', `${path}: a TorchScript archive; save a state dict with torch.save`)
  const order = entries.get(`${root}byteorder`)
  if (order && (await content(open, order, 16)).toString().trim() !== 'little')
    throw new VmmError('UNSUPPORTED', `${path}: its numbers are not little-endian`)
  const bytes = await content(open, pickle, MOST_PICKLE_BYTES)
  const fail = failing(path)
  const read = unpickle(bytes, 0, path, torchConstructors(path)) ?? fail('ends early')
  const tensors = namedTensors(read.value, fail)
  const begins = new Map<TorchStorage, number>()
  for (const { place } of tensors.values()) {
    if (!place || begins.has(place.storage)) continue
    const { key, dtype, elements } = place.storage
    const name = `${root}data/${key}`
    const entry = entries.get(name) ?? fail(`has storage ${quoted(key)}, and the archive has none`)
    const needed = elements * elementBytes(dtype)!
    if (needed > entry.bytes)
      fail(`has storage ${quoted(key)} of ${needed} bytes, and the archive has ${entry.bytes} of it`)
    begins.set(place.storage, await placeOf(open, entry))
  }
  return { tensors, begins }
}

async function content(open: OpenFile, entry: ZipEntry, most: number): Promise<Buffer> {
  if (entry.bytes > most)
    throw new VmmError(
      'BAD_FILE',
      `${open.path}: ${quoted(entry.name)} has ${entry.bytes} bytes; at most ${most} are read`,
    )
  return readAt(open, await placeOf(open, entry), entry.bytes)
}
