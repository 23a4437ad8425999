import { VmmError } from '../core/errors.ts'
import { isFloat } from '../tensor/dtype.ts'
import { count, formatShape, type Shape, sameShape } from '../tensor/shape.ts'
import { callOp, callView } from './define.ts'
import { bounded, withGraph } from './emit.ts'
import { withSite } from './site.ts'
import { constant } from './trace.ts'
import type { Node, Op, Value, View } from './value.ts'

/**
 * Gradients of a scalar `loss` with respect to each of `wrt`, as new values of the same program (reverse mode).
 * A value that the loss does not depend on has a zero gradient. Throws VmmError when an op on the way has none.
 */
export function differentiate(loss: Value, wrt: readonly Value[]): Value[] {
  if (count(loss.shape) !== 1 || loss.dtype !== 'f32')
    throw new VmmError(
      'BAD_ARGUMENT',
      `loss: got ${loss.dtype} ${formatShape(loss.shape)}; expected one f32 number`,
    )
  const { graph } = loss
  return withGraph(graph, () => {
    const forward = [...graph.nodes]
    const active = dependents(forward, wrt)
    const gradients = new Map<number, Value>()
    gradients.set(loss.id, filled(loss.shape, 1))
    for (const node of forward.reverse()) {
      if (![...node.outputs.values()].some((v) => gradients.has(v.id))) continue
      if (![...node.inputs.values()].some((v) => active.has(v.id))) continue
      withSite(node.site, () => {
        for (const [input, gradient] of isView(node.op)
          ? viewGradient(node, node.op, gradients)
          : opGradients(node, node.op, gradients, active))
          if (active.has(input.id)) accumulate(gradients, input, gradient)
      })
    }
    return wrt.map((value) => gradients.get(value.id) ?? sameRows(filled(value.shape, 0), value))
  })
}

export function isView(op: Op | View): op is View {
  return 'isView' in op
}

function dependents(nodes: readonly Node[], wrt: readonly Value[]): Set<number> {
  const active = new Set(wrt.map((v) => v.id))
  for (const node of nodes)
    if ([...node.inputs.values()].some((v) => active.has(v.id)))
      for (const v of node.outputs.values()) if (isFloat(v.dtype)) active.add(v.id)
  return active
}

function* viewGradient(
  node: Node,
  view: View,
  gradients: ReadonlyMap<number, Value>,
): Generator<[Value, Value]> {
  const input = node.inputs.get('x')!
  const upstream = gradients.get(node.outputs.get('y')!.id)!
  yield [input, view.gradient({ input, attrs: node.attrs, upstream })]
}

function* opGradients(
  node: Node,
  op: Op,
  gradients: ReadonlyMap<number, Value>,
  active: ReadonlySet<number>,
): Generator<[Value, Value]> {
  const rule = op.definition.gradient
  if (!rule) throw new VmmError('UNSUPPORTED', `${op.name} has no gradient (at ${node.site})`)
  for (const { name, fixed } of op.inputs)
    if (fixed && active.has(node.inputs.get(name)?.id ?? -1))
      throw new VmmError('UNSUPPORTED', `${op.name}.${name} has no gradient (at ${node.site})`)
  const lazily = (saved: boolean) => {
    const record = {}
    for (const output of op.outputs)
      if (output.saved === saved)
        Object.defineProperty(record, output.name, { enumerable: true, get: () => node.ask(output.name) })
    return record as Record<string, Value>
  }
  const result = rule({
    inputs: Object.fromEntries(op.inputs.map((i) => [i.name, node.inputs.get(i.name) ?? null])),
    attrs: node.attrs,
    run: Object.fromEntries(node.run),
    outputs: lazily(false),
    saved: lazily(true),
    upstream: Object.fromEntries(
      op.outputs.map((o) => [o.name, gradients.get(node.outputs.get(o.name)?.id ?? -1) ?? null]),
    ),
    needs: Object.fromEntries(op.inputs.map((i) => [i.name, active.has(node.inputs.get(i.name)?.id ?? -1)])),
  })
  for (const [name, input] of node.inputs) {
    const gradient = active.has(input.id) ? result[name] : null
    if (gradient) yield [input, gradient]
  }
}

function accumulate(gradients: Map<number, Value>, input: Value, gradient: Value): void {
  const fitted = sameRows(sumTo(gradient, input.shape), input)
  const before = gradients.get(input.id)
  gradients.set(input.id, before ? callOp('binary', { a: before, b: fitted }, { fn: 'add' }) : fitted)
}

/** Sums a gradient over the axes along which its input was broadcast. */
function sumTo(gradient: Value, shape: Shape): Value {
  if (sameShape(gradient.shape, shape)) return gradient
  const extra = gradient.shape.length - shape.length
  let axes = 0
  gradient.shape.forEach((size, axis) => {
    if (axis < extra || (shape[axis - extra] === 1 && size !== 1)) axes |= 1 << axis
  })
  const summed = axes === 0 ? gradient : callOp('reduce', { x: gradient }, { fn: 'sum', axes })
  return sameShape(summed.shape, shape) ? summed : callView('reshape', summed, { shape: [...shape] })
}

/** A gradient counts the rows that its value counts: rows beyond them are left out, or zero. */
function sameRows(gradient: Value, value: Value): Value {
  if (gradient.live === value.live) return gradient
  if (value.live !== null) return bounded(gradient, value.live)
  const capacity = gradient.shape[0]!
  const rows = callView('reshape', gradient, {
    shape: [capacity, count(gradient.shape) / (capacity || 1)],
  })
  const index = constant(
    gradient,
    Array.from({ length: capacity }, (_, row) => row),
    [capacity],
    'i32',
  )
  const all = callOp('scatter_add', { x: rows, index }, { size: capacity })
  return callView('reshape', all, { shape: [...gradient.shape] })
}

function filled(shape: Shape, value: number): Value {
  const scalar = callOp('fill', {}, { value, dtype: 'f32', count: 1 })
  const lifted = callView('reshape', scalar, { shape: shape.map(() => 1) })
  return count(shape) === 1 ? lifted : callView('expand', lifted, { shape: [...shape] })
}
