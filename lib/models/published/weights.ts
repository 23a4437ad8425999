import { VmmError } from '../../core/errors.ts'
import type { CallOptions } from '../../core/run_options.ts'
import { cast } from '../../ops/index.ts'
import type { DeviceTensor } from '../../tensor/device_tensor.ts'
import type { Dtype } from '../../tensor/dtype.ts'
import { count, formatShape, sameShape } from '../../tensor/shape.ts'
import type { Checkpoint } from '../../weights/checkpoint.ts'
import { type Conversion, convertTensors } from '../../weights/convert.ts'
import { isQuantisable, QUANTISED, type QuantisedStorage, quantisedWeight } from '../../weights/quantise.ts'
import type { ParameterSpecs } from '../../weights/specs.ts'
import { type WeightSet, weightSet } from '../../weights/weight_set.ts'
import type { LoadProgress } from './progress.ts'

const FLOATS = ['f32', 'bf16', 'f16'] as const
/** How matrices can be kept; tables stay of floats. */
export type Storage = 'f32' | 'bf16' | 'f16' | 'q8_0' | 'q4_0'
export const STORAGES: readonly Storage[] = [...FLOATS, ...QUANTISED]

/** A checkpoint, and the model's name of each of its tensors; null for one that it does without. */
export interface WeightSource {
  readonly checkpoint: Checkpoint
  /** For messages. */
  readonly folder: string
  readonly rename: (name: string) => string | null
}

/** Names in a message. */
const MOST_NAMED = 5

/**
 * The tensors of a model from checkpoints: mapped where they lie, unless they are wanted in another type. Of several
 * names of one tensor, as tied weights have, the first one counts.
 *
 * @param storage of matrices and tables; as each is stored when left out. Quantised matrices go with tables of bf16, and those
 *   whose rows are no multiple of 32 are bf16 as well. Everything else is f32
 * @throws VmmError BAD_FILE naming what is missing, left over or of another shape; UNSUPPORTED for types that are not read
 */
export async function publishedWeights(
  specs: ParameterSpecs,
  sources: readonly WeightSource[],
  storage: Storage | undefined,
  {
    onProgress,
    ...run
  }: CallOptions & { readonly onProgress?: ((progress: LoadProgress) => void) | undefined },
): Promise<WeightSet> {
  const tensors: Record<string, DeviceTensor> = {}
  const casts: Conversion[] = []
  const leftOver: string[] = []
  const quantised = new Map<string, QuantisedStorage>()
  try {
    for (const { checkpoint, folder, rename } of sources)
      for (const original of checkpoint.names) {
        const name = rename(original)
        if (name === null || Object.hasOwn(tensors, name)) continue
        const spec = Object.hasOwn(specs, name) ? specs[name]! : null
        if (spec === null) {
          leftOver.push(`${folder}: ${original}`)
          continue
        }
        const { shape, file } = checkpoint.info(original)
        if (!sameShape(shape, spec.shape))
          throw new VmmError(
            'BAD_FILE',
            `${file}: ${original} is ${formatShape(shape)}; the model needs ${formatShape(spec.shape)}`,
          )
        const tensor = checkpoint.tensor(original)
        tensors[name] = tensor
        if (!(FLOATS as readonly string[]).includes(tensor.dtype))
          throw new VmmError(
            'UNSUPPORTED',
            `${file}: ${original} is ${tensor.dtype}; expected ${FLOATS.join(', ')}`,
          )
        const wanted = spec.storage === 'bf16' ? (storage ?? tensor.dtype) : 'f32'
        if (!isQuantised(wanted)) {
          if (wanted !== tensor.dtype) casts.push(castOf(name, tensor, wanted))
        } else if (spec.product && isQuantisable(shape)) quantised.set(name, wanted)
        else if (tensor.dtype !== 'bf16') casts.push(castOf(name, tensor, 'bf16'))
      }
    const where = [...new Set(sources.map(({ folder }) => folder))].join(', ')
    const missing = Object.keys(specs).filter((name) => !Object.hasOwn(tensors, name))
    if (missing.length > 0) throw new VmmError('BAD_FILE', `${where}: no tensor ${some(missing)}`)
    if (leftOver.length > 0) throw new VmmError('BAD_FILE', `${some(leftOver)}: no tensor of this model`)
    const sizes = [...casts.map(({ name }) => name), ...quantised.keys()].map((name) =>
      count(specs[name]!.shape),
    )
    const total = sizes.reduce((sum, size) => sum + size, 0)
    let done = 0
    for (const [name, kind] of quantised) {
      const { quants, scales } = await quantisedWeight(tensors[name]!, kind, run.signal)
      tensors[name]!.dispose()
      delete tensors[name]
      const layer = name.replace(/weight$/, '')
      tensors[`${layer}quants`] = quants
      tensors[`${layer}scales`] = scales
      done += count(specs[name]!.shape)
      onProgress?.({ stage: 'weights', done, total })
    }
    Object.assign(tensors, await convertTensors(casts, run))
    for (const { from } of casts) from.dispose()
    if (done < total) onProgress?.({ stage: 'weights', done: total, total })
    return weightSet(tensors)
  } catch (error) {
    for (const tensor of Object.values(tensors)) tensor.dispose()
    throw error
  }
}

function castOf(name: string, from: DeviceTensor, dtype: Dtype): Conversion {
  return { name, from, dtype, shape: from.shape, convert: (x) => cast({ x }, { to: dtype }) }
}

function isQuantised(storage: string): storage is QuantisedStorage {
  return (QUANTISED as readonly string[]).includes(storage)
}

function some(names: readonly string[]): string {
  const more = names.length - MOST_NAMED
  return names.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
