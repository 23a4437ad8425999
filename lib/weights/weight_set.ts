import { VmmError } from '../core/errors.ts'
import type { BindingSpec } from '../graph/trace.ts'
import { packedShape } from '../ops/pack_weight.ts'
import { createTensor, type DeviceTensor, readTensor } from '../tensor/device_tensor.ts'
import type { Dtype } from '../tensor/dtype.ts'
import { formatShape, type Shape, sameShape } from '../tensor/shape.ts'
import { mapWeights } from './map.ts'
import type { ParameterSpecs } from './specs.ts'

/** Weights of a model on the device, and how programs bind them. */
export interface WeightSet extends Disposable {
  /** By name, as a run is given them. */
  readonly tensors: Readonly<Record<string, DeviceTensor>>
  /** The same as bindings of a program. */
  readonly specs: Readonly<Record<string, BindingSpec>>
  /** A tensor by its name. Throws VmmError NOT_FOUND. */
  get(name: string): DeviceTensor
  /** Frees the tensors, unless they are shared. */
  dispose(): void
}

/** @param owner `own`: the set frees its tensors; `shared`: somebody else does, as a trainer whose parameters they are */
export function weightSet(
  tensors: Readonly<Record<string, DeviceTensor>>,
  owner: 'own' | 'shared' = 'own',
): WeightSet {
  const dispose = () => {
    if (owner === 'own') for (const tensor of Object.values(tensors)) tensor.dispose()
  }
  return {
    tensors,
    specs: Object.fromEntries(
      Object.entries(tensors).map(([name, { dtype, shape }]): [string, BindingSpec] => [
        name,
        { kind: 'weight', dtype, shape },
      ]),
    ),
    get: (name) => {
      if (!Object.hasOwn(tensors, name)) throw new VmmError('NOT_FOUND', `weights: no tensor ${name}`)
      return tensors[name]!
    },
    dispose,
    [Symbol.dispose]: dispose,
  }
}

export interface OpenWeightsOptions {
  /** What the model needs, by its own names. The weight of a product may be there packed, as `name.packed`. */
  readonly specs: ParameterSpecs
  /** The model's name of a tensor of the file; null for one that it does without. Default: the same. */
  readonly rename?: ((name: string) => string | null) | undefined
  /** In which type a tensor is wanted; one of another type is converted, and no longer mapped. Default: as it is. */
  readonly cast?: ((name: string, dtype: Dtype) => Dtype) | undefined
}

/**
 * Maps the tensors of safetensors files, which must be those of a model. Nothing is read or copied but what is cast.
 *
 * @throws VmmError NOT_FOUND for a missing file; BAD_FILE naming file and tensor for one that is missing, unknown, twice
 *   there or of another shape; UNSUPPORTED for a type that kernels do not read
 */
export async function openWeights(
  paths: readonly string[],
  { specs, rename = (name) => name, cast = (_, dtype) => dtype }: OpenWeightsOptions,
): Promise<WeightSet> {
  const tensors: Record<string, DeviceTensor> = {}
  const from = new Map<string, string>()
  const mapped: DeviceTensor[] = []
  try {
    for (const path of paths) {
      const all = await mapWeights(path)
      mapped.push(...all.values())
      for (const [original, tensor] of all) {
        const name = rename(original)
        if (name === null) continue
        if (Object.hasOwn(tensors, name)) throw new VmmError('BAD_FILE', `${path}: ${name} is there twice`)
        const dtype = cast(name, tensor.dtype)
        tensors[name] =
          dtype === tensor.dtype ? tensor : createTensor(dtype, tensor.shape, readTensor(tensor))
        from.set(name, path)
      }
    }
    checkTensors(tensors, from, paths, specs)
  } catch (error) {
    for (const tensor of [...mapped, ...Object.values(tensors)]) tensor.dispose()
    throw error
  }
  const kept = new Set(Object.values(tensors))
  for (const tensor of mapped) if (!kept.has(tensor)) tensor.dispose()
  return weightSet(tensors)
}

/** `layer.packed` for `layer.weight`, or null. */
export function packedName(name: string): string | null {
  return name.endsWith('.weight') ? `${name.slice(0, -'.weight'.length)}.packed` : null
}

function checkTensors(
  tensors: Readonly<Record<string, DeviceTensor>>,
  from: ReadonlyMap<string, string>,
  paths: readonly string[],
  specs: ParameterSpecs,
): void {
  const packed = new Map(
    Object.entries(specs).flatMap(([name, { shape, product }]) => {
      const other = product && shape.length === 2 ? packedName(name) : null
      return other === null ? [] : [[other, shape] as const]
    }),
  )
  for (const [name, path] of from)
    if (!Object.hasOwn(specs, name) && !packed.has(name))
      throw new VmmError('BAD_FILE', `${path}: ${name} is no tensor of this model`)
  const check = (name: string, shape: Shape, storage: Dtype) => {
    const { shape: found, dtype } = tensors[name]!
    if (dtype !== 'f32' && dtype !== storage)
      throw new VmmError('UNSUPPORTED', `${from.get(name)}: ${name} is ${dtype}; kernels read f32 here`)
    if (!sameShape(found, shape))
      throw new VmmError(
        'BAD_FILE',
        `${from.get(name)}: ${name} is ${formatShape(found)}; the model needs ${formatShape(shape)}`,
      )
  }
  for (const [name, { shape, storage }] of Object.entries(specs)) {
    const other = packedName(name)
    const hasPacked = other !== null && packed.has(other) && Object.hasOwn(tensors, other)
    if (hasPacked) check(other, packedShape(shape[0]!, shape[1]!, tensors[other]!.dtype === 'bf16'), storage)
    if (!Object.hasOwn(tensors, name)) {
      if (hasPacked) continue
      throw new VmmError('BAD_FILE', `${paths.join(', ')}: no tensor ${name}`)
    }
    check(name, shape, storage)
  }
}
