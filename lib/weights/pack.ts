import type { RunOptions } from '../core/run_options.ts'
import { compile } from '../graph/program.ts'
import { type BindingSpec, trace } from '../graph/trace.ts'
import { packWeight } from '../ops/index.ts'
import { packedShape } from '../ops/pack_weight.ts'
import { createTensor, type DeviceTensor } from '../tensor/device_tensor.ts'

/**
 * Puts the weights of all linear layers that have a bias in the order in which kernels read them: `name.packed` in
 * place of `name.weight`, which is disposed. The layer `linear` finds them; its results stay the same to the last bit.
 *
 * @param tied layers whose weight is another tensor, by its name; that one is kept
 */
export async function packWeights(
  weights: Map<string, DeviceTensor>,
  options: RunOptions = {},
  tied: Readonly<Record<string, string>> = {},
): Promise<void> {
  const own = [...weights.keys()].flatMap((name) => {
    const layer = name.endsWith('.weight') ? name.slice(0, -'.weight'.length) : null
    const weight = weights.get(name)!
    return layer !== null && weight.shape.length === 2 && weights.has(`${layer}.bias`)
      ? [{ layer, weight }]
      : []
  })
  const others = Object.entries(tied).map(([layer, name]) => ({ layer, weight: weights.get(name)! }))
  const layers = [...own, ...others]
  const packed = new Map(
    layers.map(({ layer, weight: { dtype, shape } }) => [
      `${layer}.packed`,
      createTensor(dtype, packedShape(shape[0]!, shape[1]!, dtype === 'bf16')),
    ]),
  )
  const given = new Map(layers.map(({ layer, weight }) => [`${layer}.weight`, weight]))
  const specs = (tensors: ReadonlyMap<string, DeviceTensor>, kind: 'weight' | 'state') =>
    [...tensors].map(([name, { dtype, shape }]): [string, BindingSpec] => [name, { kind, dtype, shape }])
  const bindings = Object.fromEntries([...specs(given, 'weight'), ...specs(packed, 'state')])
  const program = compile(
    trace(bindings, (values) => ({
      outputs: {},
      updates: Object.fromEntries(
        layers.map(({ layer }) => [`${layer}.packed`, packWeight({ weight: values[`${layer}.weight`]! })]),
      ),
    })),
  )
  try {
    await program.run(
      { ...Object.fromEntries(given), ...Object.fromEntries(packed) },
      { ...options, scalars: {} },
    )
  } catch (error) {
    for (const tensor of packed.values()) tensor.dispose()
    throw error
  } finally {
    program.dispose()
  }
  for (const { layer, weight } of own) {
    weight.dispose()
    weights.delete(`${layer}.weight`)
  }
  for (const [name, tensor] of packed) weights.set(name, tensor)
}
