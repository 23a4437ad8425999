import type { Stats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { lifetime } from '../core/disposable.ts'
import { VmmError } from '../core/errors.ts'
import { fileError } from '../io/files.ts'
import { readForeignHeader } from '../io/safetensors/file.ts'
import { readShards } from '../io/safetensors/shards.ts'
import { readTorchFile } from '../io/torch/file.ts'
import { type DeviceTensor, type MappedFile, mapFile } from '../tensor/device_tensor.ts'
import { isContiguous, rowMajor } from '../tensor/shape.ts'
import { kernelDtype, unreadable } from './map.ts'
import { copyStrided } from './strided.ts'

/** What is known of a tensor before it is mapped. */
export interface TensorInfo {
  /** As the safetensors format says it (`F32`, `I64`); other words for what no kernel reads: `sparse F32`. */
  readonly dtype: string
  readonly shape: readonly number[]
  /** The path of the file that it is in. */
  readonly file: string
}

/** The tensors of files of weights that others have published. */
export interface Checkpoint extends Disposable {
  readonly names: readonly string[]
  /** The files that hold them, without an index. */
  readonly files: readonly string[]
  /** Bytes of the files. */
  readonly bytes: number
  has(name: string): boolean
  /** @throws VmmError NOT_FOUND */
  info(name: string): TensorInfo
  /**
   * A tensor, which the caller disposes of; it outlives the checkpoint. It is mapped where it lies. One whose elements
   * are not in row-major order, or not aligned, is copied.
   *
   * @throws VmmError NOT_FOUND; UNSUPPORTED, naming file, tensor and type, for a type that kernels do not read; BAD_FILE
   *   when the file has changed; DISPOSED
   */
  tensor(name: string): DeviceTensor
  /** Closes the files. */
  dispose(): void
}

interface Place extends TensorInfo {
  /** Null where it cannot be read. */
  readonly place: { readonly begin: number; readonly strides: readonly number[] } | null
}

const SAFETENSORS = '.safetensors'
const INDEX = '.index.json'
/** What a folder of Hugging Face has its weights in, the preferred first. */
const KNOWN = [
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
]
/** What a trainer of Hugging Face writes beside weights. */
const OTHERS = /^(training_args|optimizer|scheduler|scaler|rng_state.*)\.(bin|pt|pth)$/

/**
 * The files of weights of a folder as Hugging Face has them: `model.safetensors`, else the index and files of its shards,
 * else the same of `pytorch_model.bin`, else the only other .safetensors, else the only other .bin, .pt or .pth.
 *
 * @returns paths; an index comes before the files that it names
 * @throws VmmError NOT_FOUND for a missing folder, one without weights, or with several files of which none has a known
 *   name; BAD_FILE for a folder that cannot be read, or an index that is none
 */
export async function findCheckpoint(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw fileError(folder, 'read', error)
  })
  const known = KNOWN.find((name) => names.includes(name))
  if (known !== undefined) {
    const path = join(folder, known)
    return known.endsWith(INDEX) ? [path, ...new Set((await readShards(path)).values())] : [path]
  }
  for (const ending of [/\.safetensors$/, /\.(bin|pt|pth)$/]) {
    const [only, ...more] = names.filter((name) => ending.test(name) && !OTHERS.test(name)).sort()
    if (more.length > 0)
      throw new VmmError(
        'NOT_FOUND',
        `${folder}: none of ${KNOWN.join(', ')}; name one of ${[only, ...more].join(', ')}`,
      )
    if (only !== undefined) return [join(folder, only)]
  }
  throw new VmmError(
    'NOT_FOUND',
    `${folder}: no weights: neither ${KNOWN.join(', ')} nor another .safetensors or .bin`,
  )
}

/**
 * Opens weights that others have published: files of safetensors and of torch.save (.bin, .pt), and indexes of several.
 * Headers are read and checked, data are not. The pickle of a file of torch.save is read without executing anything.
 *
 * @param from a folder, see `findCheckpoint`; or a file; or files, where those that an index names may be left out
 * @throws VmmError NOT_FOUND for a missing file or shard; BAD_FILE for a file that is damaged, a tensor that an index
 *   lists and its file lacks, or a name that is there twice; UNSUPPORTED for a file of torch.save that asks for more than
 *   state dicts do, see `readTorchFile`
 */
export async function openCheckpoint(from: string | readonly string[]): Promise<Checkpoint> {
  const { files, listed } = await filesOf(typeof from === 'string' ? await pathsOf(from) : from)
  const places = new Map<string, Place>()
  let bytes = 0
  for (const file of files) {
    for (const [name, place] of await placesOf(file)) {
      if (places.has(name)) throw new VmmError('BAD_FILE', `${file}: ${name} is there twice`)
      places.set(name, place)
    }
    bytes += (await found(file)).size
  }
  for (const [name, file] of listed)
    if (places.get(name)?.file !== file)
      throw new VmmError('BAD_FILE', `${file}: no tensor ${name}, which the index has there`)

  const mapped = new Map<string, MappedFile>()
  const { ends, alive } = lifetime('the checkpoint was disposed', () => {
    for (const file of mapped.values()) file.dispose()
  })
  const placeOf = (name: string): Place => {
    const place = places.get(name)
    if (!place) throw new VmmError('NOT_FOUND', `${[...files].join(', ')}: no tensor ${name}`)
    return place
  }
  const mapping = (path: string): MappedFile => {
    const file = mapped.get(path) ?? mapFile(path)
    mapped.set(path, file)
    return file
  }
  return {
    names: [...places.keys()],
    files: [...files],
    bytes,
    has: (name) => places.has(name),
    info: (name) => {
      const { dtype, shape, file } = placeOf(name)
      return { dtype, shape, file }
    },
    tensor: (name) => {
      alive()
      const { file, dtype, shape, place } = placeOf(name)
      const read = kernelDtype(dtype)
      if (read === null || place === null) throw unreadable(file, name, dtype)
      const { begin, strides } = place
      return isContiguous(shape, strides)
        ? mapping(file).tensor(read, shape, begin)
        : copyStrided(mapping(file), read, shape, strides, begin)
    },
    dispose: ends.dispose,
    [Symbol.dispose]: ends[Symbol.dispose],
  }
}

/** What a path stands for. */
async function pathsOf(path: string): Promise<readonly string[]> {
  return (await found(path)).isDirectory() ? findCheckpoint(path) : [path]
}

function found(path: string): Promise<Stats> {
  return stat(path).catch((error: unknown) => {
    throw fileError(path, 'read', error)
  })
}

/** The files that hold tensors, each once, and where indexes say that these are. */
async function filesOf(paths: readonly string[]) {
  const files = new Set<string>()
  const listed = new Map<string, string>()
  for (const path of paths) {
    if (!path.endsWith(INDEX)) {
      files.add(path)
      continue
    }
    for (const [name, file] of await readShards(path)) {
      listed.set(name, file)
      files.add(file)
    }
    for (const file of new Set(listed.values()))
      await stat(file).catch((cause: unknown) => {
        throw new VmmError('NOT_FOUND', `${file}: missing, and ${basename(path)} has tensors in it`, {
          cause,
        })
      })
  }
  return { files, listed }
}

async function placesOf(file: string): Promise<(readonly [name: string, place: Place])[]> {
  if (file.endsWith(SAFETENSORS)) {
    const { tensors } = await readForeignHeader(file)
    return tensors.map(({ name, dtype, shape, begin }) => [
      name,
      { dtype, shape, file, place: { begin, strides: rowMajor(shape) } },
    ])
  }
  return (await readTorchFile(file)).map(({ name, dtype, shape, place }) => [
    name,
    { dtype, shape, file, place },
  ])
}
