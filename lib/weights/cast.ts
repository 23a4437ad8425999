import type { CallOptions } from '../core/run_options.ts'
import { compile } from '../graph/program.ts'
import { type BindingSpec, trace } from '../graph/trace.ts'
import { cast } from '../ops/index.ts'
import { createTensor, type DeviceTensor } from '../tensor/device_tensor.ts'
import type { Dtype } from '../tensor/dtype.ts'

export interface CastRequest {
  readonly name: string
  readonly tensor: DeviceTensor
  readonly dtype: Dtype
}

/** Tensors in other types, by their names; those given stay. Each is read and written once, by the kernels' threads. */
export async function castTensors(
  requests: readonly CastRequest[],
  run: CallOptions = {},
): Promise<Map<string, DeviceTensor>> {
  const made = new Map<string, DeviceTensor>()
  if (requests.length === 0) return made
  const from = (i: number) => `from.${i}`
  const to = (i: number) => `to.${i}`
  try {
    for (const { name, tensor, dtype } of requests) made.set(name, createTensor(dtype, tensor.shape))
    const bindings: Record<string, BindingSpec> = {}
    const tensors: Record<string, DeviceTensor> = {}
    for (const [i, { name, tensor, dtype }] of requests.entries()) {
      const { shape } = tensor
      bindings[from(i)] = { kind: 'weight', dtype: tensor.dtype, shape }
      bindings[to(i)] = { kind: 'state', dtype, shape }
      tensors[from(i)] = tensor
      tensors[to(i)] = made.get(name)!
    }
    const program = compile(
      trace(bindings, (values) => ({
        outputs: {},
        updates: Object.fromEntries(
          requests.map(({ dtype }, i) => [to(i), cast({ x: values[from(i)]! }, { to: dtype })]),
        ),
      })),
    )
    try {
      await program.run(tensors, { ...run, scalars: {} })
    } finally {
      program.dispose()
    }
    return made
  } catch (error) {
    for (const tensor of made.values()) tensor.dispose()
    throw error
  }
}
