import { badArgument, describe, VmmError } from '../core/errors.ts'
import type { Dtype } from '../tensor/dtype.ts'
import { broadcast, count, formatShape, maxRank, type Shape, sameShape } from '../tensor/shape.ts'
import { type BoundSymbols, bindShape, noSymbols, shapeOf } from './pattern.ts'
import { callSite } from './site.ts'
import type { AttrRecord, ResolvedOutput } from './spec.ts'
import { type Graph, type Node, newValue, type Op, type Value, type View } from './value.ts'

let tracing: Graph | null = null

/** Runs `body` with `graph` as the one that ops without inputs belong to. */
export function withGraph<T>(graph: Graph, body: () => T): T {
  const before = tracing
  tracing = graph
  try {
    return body()
  } finally {
    tracing = before
  }
}

function currentGraph(op: string, inputs: ReadonlyMap<string, Value>): Graph {
  let graph = tracing
  for (const value of inputs.values()) {
    if (graph && value.graph !== graph)
      throw new VmmError(
        'BAD_ARGUMENT',
        `${op}: an input belongs to another program (values do not outlive trace)`,
      )
    graph = value.graph
  }
  if (!graph) throw new VmmError('BAD_ARGUMENT', `${op}: called outside trace()`)
  return graph
}

/** Appends one call of `op` and gives its node. Throws VmmError for wrong inputs, attributes or shapes. */
export function emit(
  op: Op,
  given: Readonly<Record<string, Value | null | undefined>>,
  attrsGiven: AttrRecord,
  runGiven: Readonly<Record<string, string>>,
): Node {
  const inputs = collectInputs(op, given)
  const graph = currentGraph(op.name, inputs)
  const attrs = completeAttrs(op, attrsGiven)
  const run = new Map(
    op.run.map((name) => {
      const scalar = runGiven[name]
      if (typeof scalar !== 'string')
        throw badArgument(`${op.name}.${name}`, describe(scalar), 'the name of a run scalar')
      return [name, scalar]
    }),
  )
  const bound = noSymbols()
  for (const spec of op.inputs) {
    const value = inputs.get(spec.name)
    if (value && spec.pattern !== null)
      bindShape(op.name, spec.name, spec.pattern, spec.tokens, value.shape, bound)
  }
  const custom = op.definition.shape?.({ inputs: padded(op, inputs), attrs }) ?? {}
  const live = liveSymbols(op, inputs)
  boundInputs(op, inputs, live)
  const node: Node = {
    op,
    inputs,
    attrs,
    run,
    outputs: new Map(),
    site: callSite(),
    ask: (name) => {
      const made = node.outputs.get(name)
      if (made) return made
      const spec = op.outputs.find((o) => o.name === name)
      if (!spec) throw new Error(`${op.name} has no output ${name}`)
      const shape = outputShape(op, spec, custom[name], inputs, bound)
      const value = newValue(
        graph,
        outputDtype(spec, inputs, attrs),
        shape,
        outputLive(op, spec, shape, inputs, attrs, live),
        {
          kind: 'node',
          node,
          output: name,
        },
      )
      node.outputs.set(name, value)
      return value
    },
  }
  for (const spec of op.outputs) if (!spec.asked) node.ask(spec.name)
  graph.nodes.push(node)
  return node
}

const boundedView: View = {
  name: 'bounded',
  isView: true,
  shape: (input) => input,
  apply: (input) => input,
  gradient: ({ upstream }) => upstream,
  reference: (input) => input,
  keepsRows: () => true,
}

/** The same tensor, of which only the first rows count in a run: as many as the run scalar `live` says. */
export function bounded(input: Value, live: string): Value {
  return emitView(boundedView, input, {}, live)
}

/** Appends a view of `input`. */
export function emitView(view: View, input: Value, attrs: AttrRecord, live = input.live): Value {
  const shape = view.shape(input.shape, attrs)
  if (shape.length > maxRank) throw badArgument(view.name, formatShape(shape), `at most ${maxRank} axes`)
  const keeps = input.live === null || view.keepsRows(input.shape, attrs)
  if (!keeps)
    throw new VmmError(
      'BAD_ARGUMENT',
      `${view.name}: axis 0 of ${formatShape(input.shape)} has a live count and must stay whole`,
    )
  const node: Node = {
    op: view,
    inputs: new Map([['x', input]]),
    attrs,
    run: new Map(),
    outputs: new Map(),
    site: callSite(),
    ask: (name) => node.outputs.get(name)!,
  }
  const value = newValue(input.graph, input.dtype, shape, live, { kind: 'node', node, output: 'y' })
  node.outputs.set('y', value)
  input.graph.nodes.push(node)
  return value
}

function collectInputs(
  op: Op,
  given: Readonly<Record<string, Value | null | undefined>>,
): Map<string, Value> {
  const inputs = new Map<string, Value>()
  for (const key of Object.keys(given))
    if (!op.inputs.some((i) => i.name === key))
      throw badArgument(`${op.name}.${key}`, 'an input', `one of ${op.inputs.map((i) => i.name).join(', ')}`)
  for (const spec of op.inputs) {
    const value = given[spec.name] ?? null
    if (value === null) {
      if (!spec.optional) throw badArgument(`${op.name}.${spec.name}`, describe(value), 'a tensor')
      continue
    }
    if (!spec.dtypes.includes(value.dtype))
      throw badArgument(`${op.name}.${spec.name}`, value.dtype, spec.dtypes.join(' or '))
    inputs.set(spec.name, value)
  }
  return inputs
}

function padded(op: Op, inputs: ReadonlyMap<string, Value>): Record<string, Value | null> {
  return Object.fromEntries(op.inputs.map((i) => [i.name, inputs.get(i.name) ?? null]))
}

function completeAttrs(op: Op, given: AttrRecord): AttrRecord {
  for (const key of Object.keys(given))
    if (!op.attrs.some((a) => a.name === key))
      throw badArgument(`${op.name}.${key}`, 'an attribute', op.attrs.map((a) => a.name).join(', ') || 'none')
  return Object.fromEntries(
    op.attrs.map((spec) => {
      const value = given[spec.name] ?? spec.default
      const where = `${op.name}.${spec.name}`
      if (spec.kind === 'enum') {
        if (typeof value !== 'string' || !spec.values.includes(value))
          throw badArgument(where, describe(value), spec.values.join(' | '))
      } else if (spec.kind === 'bool') {
        if (typeof value !== 'boolean') throw badArgument(where, describe(value), 'true or false')
      } else if (spec.kind === 'int') {
        if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > 2 ** 31 - 1)
          throw badArgument(where, describe(value), 'a 32-bit integer')
      } else if (typeof value !== 'number' || Number.isNaN(value)) {
        throw badArgument(where, describe(value), 'a number')
      }
      return [spec.name, value as number | boolean | string]
    }),
  )
}

function outputShape(
  op: Op,
  spec: ResolvedOutput,
  custom: Shape | undefined,
  inputs: ReadonlyMap<string, Value>,
  bound: BoundSymbols,
): Shape {
  let shape: Shape
  if (custom) shape = custom
  else if (spec.pattern !== null) shape = shapeOf(spec.tokens, bound)
  else if (op.rule === 'broadcast') shape = broadcastAll(op.name, inputs)
  else throw new Error(`${op.name}: no rule gives the shape of ${spec.name}`)
  if (shape.length > maxRank) throw badArgument(op.name, formatShape(shape), `at most ${maxRank} axes`)
  if (count(shape) > Number.MAX_SAFE_INTEGER / 8)
    throw badArgument(op.name, formatShape(shape), 'a shape that fits memory')
  return shape
}

function broadcastAll(op: string, inputs: ReadonlyMap<string, Value>): Shape {
  let shape: Shape = []
  for (const [name, value] of inputs) {
    const wider = broadcast(shape, value.shape)
    if (!wider)
      throw new VmmError(
        'BAD_ARGUMENT',
        `${op}: ${name} ${formatShape(value.shape)} does not broadcast with ${formatShape(shape)}`,
        { argument: name },
      )
    shape = wider
  }
  return shape
}

function outputDtype(spec: ResolvedOutput, inputs: ReadonlyMap<string, Value>, attrs: AttrRecord): Dtype {
  if (typeof spec.dtype === 'string') return spec.dtype
  return 'like' in spec.dtype ? inputs.get(spec.dtype.like)!.dtype : (attrs[spec.dtype.attr] as Dtype)
}

/** Live bounds by the symbol of axis 0, for ops whose shapes are patterns. */
function liveSymbols(op: Op, inputs: ReadonlyMap<string, Value>): Map<string, string> {
  const live = new Map<string, string>()
  for (const spec of op.inputs) {
    const value = inputs.get(spec.name)
    const first = spec.tokens[0]
    if (!value?.live || !first) continue
    const symbol = first.kind === 'literal' ? null : first.symbol
    if (symbol === null || first.add !== 0) continue
    const known = live.get(symbol)
    if (known !== undefined && known !== value.live) throw otherCount(op, spec.name, value.live, known)
    live.set(symbol, value.live)
  }
  return live
}

/** One axis has one count: inputs of which all rows would count get the live count of the others. */
function boundInputs(op: Op, inputs: Map<string, Value>, live: ReadonlyMap<string, string>): void {
  for (const spec of op.inputs) {
    const value = inputs.get(spec.name)
    const first = spec.tokens[0]
    if (!value || value.live || first?.kind !== 'symbol' || first.add !== 0) continue
    const count = live.get(first.symbol)
    if (count !== undefined) inputs.set(spec.name, bounded(value, count))
  }
}

function outputLive(
  op: Op,
  spec: ResolvedOutput,
  shape: Shape,
  inputs: ReadonlyMap<string, Value>,
  attrs: AttrRecord,
  bySymbol: ReadonlyMap<string, string>,
): string | null {
  if (op.rule === 'reduce' && (attrs.axes as number) & 1) return null
  const first = spec.tokens[0]
  if (spec.pattern !== null && first) return first.add === 0 ? (bySymbol.get(first.symbol) ?? null) : null
  let found: string | null = null
  for (const [name, value] of inputs) {
    if (!value.live || value.shape.length !== shape.length || value.shape[0] !== shape[0]) continue
    if (found !== null && value.live !== found) throw otherCount(op, name, value.live, found)
    found = value.live
  }
  return found
}

function otherCount(op: Op, input: string, live: string, others: string): VmmError {
  return new VmmError('BAD_ARGUMENT', `${op.name}: ${input} has live count '${live}', others '${others}'`, {
    argument: input,
  })
}

/** Same dtype and shape: what a gradient must have, and what an update must have. */
export function sameType(a: Value, b: Value): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape)
}
