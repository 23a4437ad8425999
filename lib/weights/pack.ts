import type { CallOptions } from '../core/run_options.ts'
import type { Value } from '../graph/value.ts'
import type { SafetensorsInput } from '../io/safetensors/file.ts'
import { cast as castTo, packWeight } from '../ops/index.ts'
import { packedShape, panelOutputs } from '../ops/pack_weight.ts'
import { type DeviceTensor, readTensor } from '../tensor/device_tensor.ts'
import type { Dtype } from '../tensor/dtype.ts'
import type { Shape } from '../tensor/shape.ts'
import { type Conversion, convertTensors } from './convert.ts'
import type { ParameterSpecs } from './specs.ts'
import { packedName, type WeightSet, weightSet } from './weight_set.ts'

export interface PackOptions extends CallOptions {
  /** Layers whose weight is another tensor, by its name; that one is kept. */
  readonly tied?: Readonly<Record<string, string>> | undefined
}

/**
 * Puts the weights of products in the order in which kernels read them: `name.packed` in place of `name.weight`. The
 * layer `linear` finds them; its results stay the same to the last bit. What the set has packed already stays where it
 * is. A layer without a bias is packed where its outputs fill whole panels: only then do they follow from the panels.
 *
 * Takes the set over: its tensors are in the new one, or freed when this fails.
 */
export async function packWeights(
  set: WeightSet,
  specs: ParameterSpecs,
  { tied = {}, ...run }: PackOptions = {},
): Promise<WeightSet> {
  const tensors: Record<string, DeviceTensor> = { ...set.tensors }
  const replaced = (name: string) => {
    tensors[name]!.dispose()
    delete tensors[name]
  }
  try {
    const layers: { readonly packed: string; readonly weight: string }[] = []
    for (const [weight, { product }] of Object.entries(specs)) {
      const packed = packedName(weight)
      if (!product || packed === null || !Object.hasOwn(tensors, weight)) continue
      if (Object.hasOwn(tensors, packed)) replaced(weight)
      else if (isPackable(weight, tensors[weight]!.shape, tensors)) layers.push({ packed, weight })
    }
    const own = layers.map(({ weight }) => weight)
    for (const [layer, weight] of Object.entries(tied))
      if (!Object.hasOwn(tensors, `${layer}.packed`)) layers.push({ packed: `${layer}.packed`, weight })
    const packs = layers.map(({ packed, weight }) => packOf(packed, tensors[weight]!))
    Object.assign(tensors, await convertTensors(packs, run))
    for (const weight of own) replaced(weight)
    return weightSet(tensors)
  } catch (error) {
    for (const tensor of Object.values(tensors)) tensor.dispose()
    throw error
  }
}

/** The packed form of a weight, in its own type unless another one is wanted. */
export function packOf(name: string, from: DeviceTensor, dtype: Dtype = from.dtype): Conversion {
  const [out, inputs] = from.shape as [number, number]
  const cast = (x: Value) => (dtype === from.dtype ? x : castTo({ x }, { to: dtype }))
  return {
    ...{ name, from, dtype, shape: packedShape(out, inputs, dtype === 'bf16') },
    convert: (weight) => packWeight({ weight: cast(weight) }),
  }
}

/**
 * Whether packWeights packs the weight of a product, which is there as it is.
 *
 * @param names what else there is, in its keys
 */
export function isPackable(weight: string, shape: Shape, names: Readonly<Record<string, unknown>>): boolean {
  const hasBias = Object.hasOwn(names, weight.replace(/weight$/, 'bias'))
  return shape.length === 2 && (hasBias || shape[0]! % panelOutputs === 0)
}

/**
 * What packWeights makes of a set, as tensors for a file: a bundle that brings it is mapped, and not copied, when it is
 * loaded. f32 weights alone.
 */
export function packedTensors(packed: WeightSet): SafetensorsInput[] {
  return Object.entries(packed.tensors).flatMap(([name, tensor]) =>
    name.endsWith('.packed')
      ? [{ name, dtype: 'F32', shape: tensor.shape, data: readTensor(tensor) } as const]
      : [],
  )
}
