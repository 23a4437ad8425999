import { createTensor, type DeviceTensor } from '../tensor/device_tensor.ts'
import { encodeNumbers } from '../tensor/dtype.ts'
import { emit } from './emit.ts'
import type { Bindings, Program } from './program.ts'
import { drawSample } from './sample_values.ts'
import type { RefTensor } from './spec.ts'
import { type BindingSpec, type Traced, trace } from './trace.ts'
import type { Node, Op, Value } from './value.ts'

export type Sample = Op['definition']['samples'][number]

/** Stored values of every input of a sample, by name. */
export function sampleInputs(op: Op, sample: Sample): Record<string, RefTensor> {
  const entries = Object.entries(sample.inputs).flatMap(([name, tensor]) =>
    tensor ? [[name, drawSample(tensor, `${op.name}/${sample.name}/${name}`)] as const] : [],
  )
  return Object.fromEntries(entries)
}

/** Run parameters of an op, each a scalar of its own name. */
export function scalarNames(op: Op): Record<string, string> {
  return Object.fromEntries(op.run.map((name) => [name, name]))
}

/** Traces one call of an op; `wrap` may bind an input in another memory layout and view it back. */
export function traceSample(
  op: Op,
  sample: Sample,
  options: {
    readonly binding?: (name: string, spec: BindingSpec) => BindingSpec
    readonly wrap?: (name: string, value: Value) => Value
    readonly after?: (node: Node, inputs: Readonly<Record<string, Value>>) => Readonly<Record<string, Value>>
  } = {},
): Traced {
  const updated = new Set(op.outputs.flatMap((o) => (o.updates ? [o.updates] : [])))
  const bindings = Object.fromEntries(
    Object.entries(sample.inputs).flatMap(([name, tensor]) => {
      if (!tensor) return []
      const spec: BindingSpec = {
        kind: updated.has(name) ? 'state' : 'input',
        dtype: tensor.dtype,
        shape: tensor.shape,
      }
      return [[name, options.binding?.(name, spec) ?? spec] as const]
    }),
  )
  return trace(bindings, (values) => {
    const inputs = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, options.wrap?.(name, value) ?? value]),
    )
    const node = emit(op, inputs, sample.attrs ?? {}, scalarNames(op))
    if (options.after) return { outputs: options.after(node, values) }
    return { outputs: Object.fromEntries(op.outputs.map((o) => [o.name, node.ask(o.name)])) }
  })
}

/** Values as what a program is bound to; states are new ones, which `dispose` frees. */
export function bindSample(
  program: Program,
  values: Readonly<Record<string, RefTensor>>,
): { readonly bindings: Bindings; dispose(): void } {
  const states: DeviceTensor[] = []
  const bindings = Object.fromEntries(
    program.encoded.slots.map((slot) => {
      const { data } = values[slot.name]!
      if (slot.kind === 'input') return [slot.name, encodeNumbers(data, slot.dtype)]
      const state = createTensor(slot.dtype, slot.shape, data)
      states.push(state)
      return [slot.name, state]
    }),
  )
  return {
    bindings,
    dispose: () => {
      for (const state of states) state.dispose()
    },
  }
}
