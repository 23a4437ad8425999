import type { CallOptions } from '../core/run_options.ts'
import { compile, type Program } from '../graph/program.ts'
import { type BindingSpec, trace } from '../graph/trace.ts'
import type { Value } from '../graph/value.ts'
import { createTensor, type DeviceTensor } from '../tensor/device_tensor.ts'
import type { Dtype } from '../tensor/dtype.ts'
import type { Shape } from '../tensor/shape.ts'

/** A tensor that is wanted, and what it is made of. */
export interface Conversion {
  readonly name: string
  readonly from: DeviceTensor
  readonly dtype: Dtype
  readonly shape: Shape
  readonly convert: (from: Value) => Value
}

/**
 * Makes tensors of others by an op each, in one run; those given stay, and may be given several times. Nothing is left
 * when it fails.
 */
export async function convertTensors(
  conversions: readonly Conversion[],
  run: CallOptions = {},
): Promise<Record<string, DeviceTensor>> {
  const made: Record<string, DeviceTensor> = {}
  if (conversions.length === 0) return made
  const from = (i: number) => `from.${i}`
  const to = (i: number) => `to.${i}`
  const bindings: Record<string, BindingSpec> = {}
  const tensors: Record<string, DeviceTensor> = {}
  const bind = (key: string, kind: 'weight' | 'state', tensor: DeviceTensor) => {
    bindings[key] = { kind, dtype: tensor.dtype, shape: tensor.shape }
    tensors[key] = tensor
  }
  let program: Program | null = null
  try {
    for (const [i, conversion] of conversions.entries()) {
      const tensor = createTensor(conversion.dtype, conversion.shape)
      made[conversion.name] = tensor
      bind(from(i), 'weight', conversion.from)
      bind(to(i), 'state', tensor)
    }
    program = compile(
      trace(bindings, (values) => ({
        outputs: {},
        updates: Object.fromEntries(conversions.map(({ convert }, i) => [to(i), convert(values[from(i)]!)])),
      })),
    )
    await program.run(tensors, { ...run, scalars: {} })
    return made
  } catch (error) {
    for (const tensor of Object.values(made)) tensor.dispose()
    throw error
  } finally {
    program?.dispose()
  }
}
