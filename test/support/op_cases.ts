import { allOps } from '../../lib/graph/define.ts'
import { emit } from '../../lib/graph/emit.ts'
import type { Op, RefTensor } from '../../lib/graph/op.ts'
import { type BindingSpec, type Traced, trace } from '../../lib/graph/trace.ts'
import type { Node, Value } from '../../lib/graph/value.ts'
import '../../lib/ops/index.ts'
import { drawSample } from './values.ts'

type Sample = Op['definition']['samples'][number]

/** Ops to test: all of them, or those named in VMM_TEST_OPS (comma-separated). */
export function chosenOps(): Op[] {
  const names = process.env.VMM_TEST_OPS?.split(',')
  return allOps().filter((op) => !names || names.includes(op.name))
}

/** Stored values of every input of a sample, by name. */
export function sampleInputs(op: Op, sample: Sample): Record<string, RefTensor> {
  const entries = Object.entries(sample.inputs).flatMap(([name, tensor]) =>
    tensor ? [[name, drawSample(tensor, `${op.name}/${sample.name}/${name}`)] as const] : [],
  )
  return Object.fromEntries(entries)
}

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
