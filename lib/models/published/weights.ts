import { VmmError } from '../../core/errors.ts'
import type { CallOptions } from '../../core/run_options.ts'
import type { Value } from '../../graph/value.ts'
import { cast, copy, transpose } from '../../ops/index.ts'
import type { DeviceTensor } from '../../tensor/device_tensor.ts'
import { dtypeBytes } from '../../tensor/dtype.ts'
import { count, formatShape, type Shape, sameShape } from '../../tensor/shape.ts'
import type { Checkpoint } from '../../weights/checkpoint.ts'
import { convertTensors } from '../../weights/convert.ts'
import { kernelDtype, unreadable } from '../../weights/map.ts'
import { isPackable, packOf } from '../../weights/pack.ts'
import type { Preparation } from '../../weights/prepared.ts'
import {
  isQuantisable,
  QUANTISED,
  type QuantisedStorage,
  quantisedTable,
  quantisedWeight,
} from '../../weights/quantise.ts'
import type { ParameterSpecs } from '../../weights/specs.ts'
import { packedName } from '../../weights/weight_set.ts'
import type { LoadProgress } from './progress.ts'

const FLOATS = ['f32', 'bf16', 'f16'] as const
/** How matrices can be kept. A quantised table is q8_0. */
export type Storage = 'f32' | 'bf16' | 'f16' | 'q8_0' | 'q4_0'
export const STORAGES: readonly Storage[] = [...FLOATS, ...QUANTISED]

/** A checkpoint, and the model's name of each of its tensors; null for one that it does without. */
export interface WeightSource {
  readonly checkpoint: Checkpoint
  /** For messages. */
  readonly folder: string
  readonly rename: (name: string) => string | null
  /** Whether one, by the model's name, lies there as [in, out]. Default: none does. */
  readonly transposed?: ((name: string) => boolean) | undefined
}

/** The head of a language model. As the model tells how many outputs it has, its panels need not be full. */
export interface PublishedHead {
  readonly weight: string
  /** The tensor that it is a second form of; null where the checkpoint has it. */
  readonly tied: string | null
  /** Whether the model tells it of another product as well. Default: of none. */
  readonly isSized?: ((name: string) => boolean) | undefined
}

/** A tensor of a model, where it comes from, and what is made of it. */
export interface PublishedWeight {
  readonly name: string
  readonly shape: Shape
  /** How it is kept. */
  readonly storage: Storage
  /** The name of its packed form, which takes its place; null for what is not packed. */
  readonly packed: string | null
  /** Whether rows of it are read, and not products. */
  readonly isTable: boolean
  readonly checkpoint: Checkpoint
  /** Its name there. */
  readonly original: string
  /** Whether it lies there as [in, out]. */
  readonly isTransposed: boolean
}

/** Names in a message. */
const MOST_NAMED = 5

/**
 * What the tensors of a model are made of, in the order of its parameters. Of several names of one tensor, as tied weights
 * have, the first one counts. Headers are looked at alone.
 *
 * @param head of a language model
 * @param storage of matrices and tables; as each is stored when left out. Quantised matrices go with a `table` of q8_0 and others
 *   of bf16, and those that do not fill blocks of 32 weights, or panels of 32 outputs, are bf16 as well. Everything else is f32
 * @param table of which rows alone are read, by `tableRows` of lib/layers/embedding.ts, so that it may be quantised
 * @throws VmmError BAD_FILE naming what is missing, left over or of another shape; UNSUPPORTED for types that are not read
 */
export function publishedWeights(
  specs: ParameterSpecs,
  sources: readonly WeightSource[],
  storage: Storage | undefined,
  head: PublishedHead | null = null,
  table: string | null = null,
): readonly PublishedWeight[] {
  const found: Record<string, Omit<PublishedWeight, 'name' | 'shape' | 'packed' | 'isTable'>> = {}
  const leftOver: string[] = []
  const hasPanels = (name: string) =>
    specs[name]!.product &&
    (name === head?.weight || head?.isSized?.(name) || isPackable(name, specs[name]!.shape, specs))
  const keptAs = (name: string, wanted: Storage): Storage => {
    const { shape, storage: least } = specs[name]!
    if (least === 'f32') return 'f32'
    if (!isQuantised(wanted)) return wanted
    if (!isQuantisable(shape)) return 'bf16'
    return name === table ? 'q8_0' : hasPanels(name) ? wanted : 'bf16'
  }
  for (const { checkpoint, folder, rename, transposed = () => false } of sources)
    for (const original of checkpoint.names) {
      const name = rename(original)
      if (name === null || Object.hasOwn(found, name)) continue
      if (name === head?.weight && head.tied !== null) continue
      if (!Object.hasOwn(specs, name)) {
        leftOver.push(`${folder}: ${original}`)
        continue
      }
      const isTransposed = transposed(name)
      const { shape } = specs[name]!
      const dtype = dtypeOf(checkpoint, original, isTransposed ? [...shape].reverse() : shape)
      found[name] = { storage: keptAs(name, storage ?? dtype), checkpoint, original, isTransposed }
      if (name === head?.tied)
        found[head.weight] = { ...found[name], storage: keptAs(head.weight, storage ?? dtype) }
    }
  const where = [...new Set(sources.map(({ folder }) => folder))].join(', ')
  const missing = Object.keys(specs).filter((name) => !Object.hasOwn(found, name))
  if (missing.length > 0) throw new VmmError('BAD_FILE', `${where}: no tensor ${some(missing)}`)
  if (leftOver.length > 0) throw new VmmError('BAD_FILE', `${some(leftOver)}: no tensor of this model`)
  return Object.entries(specs).map(([name, { shape }]) => {
    const own = found[name]!
    const isPacked = !isQuantised(own.storage) && hasPanels(name)
    return { name, shape, packed: isPacked ? packedName(name) : null, isTable: name === table, ...own }
  })
}

/** The type of a tensor that must have a shape. */
function dtypeOf(checkpoint: Checkpoint, original: string, wanted: Shape): Storage {
  const { dtype, shape, file } = checkpoint.info(original)
  if (!sameShape(shape, wanted))
    throw new VmmError(
      'BAD_FILE',
      `${file}: ${original} is ${formatShape(shape)}; the model needs ${formatShape(wanted)}`,
    )
  const read = kernelDtype(dtype)
  if (read === null) throw unreadable(file, original, dtype)
  const float = FLOATS.find((one) => one === read)
  if (float === undefined)
    throw new VmmError('UNSUPPORTED', `${file}: ${original} is ${read}; expected ${FLOATS.join(', ')}`)
  return float
}

/** Makes the tensors of a model one by one, so that the file that they come from is all that has to be mapped. */
export function preparation(
  weights: readonly PublishedWeight[],
  {
    onProgress,
    ...run
  }: CallOptions & { readonly onProgress?: ((progress: LoadProgress) => void) | undefined },
): Preparation {
  const bytes = ({ storage }: PublishedWeight) => (isQuantised(storage) ? 0 : dtypeBytes[storage])
  const ordered = [...weights].sort((a, b) => bytes(b) - bytes(a))
  const total = weights.reduce((sum, { shape }) => sum + count(shape), 0)
  return {
    names: weights.flatMap(({ name, storage, packed }) =>
      isQuantised(storage) ? Object.values(quantisedNames(name)) : [packed ?? name],
    ),
    async *make() {
      let done = 0
      for (const weight of ordered) {
        run.signal?.throwIfAborted()
        yield await made(weight, run)
        done += count(weight.shape)
        onProgress?.({ stage: 'weights', done, total })
      }
    },
  }
}

async function made(weight: PublishedWeight, run: CallOptions): Promise<Record<string, DeviceTensor>> {
  const { name, storage, packed, isTable } = weight
  const from = await read(weight, run)
  if (packed === null && storage === from.dtype) return { [name]: from }
  try {
    if (isQuantised(storage)) {
      const { quants, scales } = await (isTable
        ? quantisedTable(from, run.signal)
        : quantisedWeight(from, storage, run.signal))
      const names = quantisedNames(name)
      return { [names.quants]: quants, [names.scales]: scales }
    }
    if (packed !== null) return await convertTensors([packOf(packed, from, storage)], run)
    const convert = { name, from, dtype: storage, shape: from.shape }
    return await convertTensors([{ ...convert, convert: (x) => cast({ x }, { to: storage }) }], run)
  } finally {
    from.dispose()
  }
}

/** A tensor as it lies in the checkpoint, but with the axes of the model. */
async function read(
  { name, shape, checkpoint, original, isTransposed }: PublishedWeight,
  run: CallOptions,
): Promise<DeviceTensor> {
  const from = checkpoint.tensor(original)
  if (!isTransposed) return from
  try {
    const { dtype } = from
    const turned = await convertTensors([{ name, from, dtype, shape, convert: turn }], run)
    return turned[name]!
  } finally {
    from.dispose()
  }
}

const turn = (x: Value) => copy({ x: transpose(x) })

function quantisedNames(weight: string): { readonly quants: string; readonly scales: string } {
  const layer = weight.replace(/weight$/, '')
  return { quants: `${layer}quants`, scales: `${layer}scales` }
}

function isQuantised(storage: string): storage is QuantisedStorage {
  return (QUANTISED as readonly string[]).includes(storage)
}

function some(names: readonly string[]): string {
  const more = names.length - MOST_NAMED
  return names.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
