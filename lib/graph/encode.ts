import { VmmError } from '../core/errors.ts'
import { type Dtype, dtypeBytes, dtypes } from '../tensor/dtype.ts'
import { count, isContiguous, rowMajor, type Shape } from '../tensor/shape.ts'
import { opNamed } from './define.ts'
import { isView } from './differentiate.ts'
import { fuse } from './fuse/fuse.ts'
import { type ProgramParts, writeProgram } from './program_bytes.ts'
import type { Layout, ResolvedInput } from './spec.ts'
import type { Traced } from './trace.ts'
import type { BindingKind, Node, Op, Strided, Value } from './value.ts'

export interface Slot {
  readonly name: string
  readonly kind: BindingKind
  readonly dtype: Dtype
  readonly shape: Shape
  readonly live: string | null
}

export interface ProgramOutput {
  readonly name: string
  readonly dtype: Dtype
  readonly shape: Shape
  readonly live: string | null
}

/** A program as native code takes it, and what its caller must bring and gets. */
export interface Encoded {
  readonly bytes: Uint8Array
  readonly slots: readonly Slot[]
  readonly outputs: readonly ProgramOutput[]
  readonly scalars: readonly string[]
  /** Where in the model each native node was traced. */
  readonly sites: readonly string[]
}

interface Placed extends Strided {
  readonly buffer: number
}

const bufferKinds = { scratch: 0, slot: 1, next: 2, output: 3, constant: 4 } as const

/** Encodes what the outputs and updates need; dead nodes are dropped, some fused, views become strides. */
export function encode(traced: Traced): Encoded {
  const { alive, wanted } = aliveNodes(traced)
  checkInPlace(traced, alive)
  const parts: ProgramParts = { slots: [], buffers: [], tensors: [], nodes: [], outputs: [], constants: [] }
  const scalars: string[] = []
  const sites: string[] = []
  const placed = new Map<number, Placed>()
  const compact = new Map<number, Placed>()
  const slots: Slot[] = []
  const slotBuffer = new Map<string, number>()
  let constantBytes = 0

  const scalarIndex = (name: string): number => {
    const known = scalars.indexOf(name)
    return known >= 0 ? known : scalars.push(name) - 1
  }
  const addBuffer = (kind: keyof typeof bufferKinds, index: number, bytes: number): number =>
    parts.buffers.push({ kind: bufferKinds[kind], index, bytes }) - 1
  const addTensor = (value: Value, at: Placed): number =>
    parts.tensors.push({
      buffer: at.buffer,
      dtype: dtypes.indexOf(value.dtype),
      live: value.live === null ? -1 : scalarIndex(value.live),
      byteOffset: count(at.shape) === 0 ? 0 : at.offset * dtypeBytes[value.dtype],
      dims: at.shape,
      strides: at.strides,
    }) - 1
  const whole = (value: Value, buffer: number): Placed => ({
    buffer,
    shape: value.shape,
    offset: 0,
    strides: rowMajor(value.shape),
  })
  const bytesOf = (value: Value): number => count(value.shape) * dtypeBytes[value.dtype]

  for (const [name, value] of traced.graph.bindings) {
    if (value.source.kind !== 'binding') continue
    slots.push({ name, kind: value.source.binding, dtype: value.dtype, shape: value.shape, live: value.live })
    parts.slots.push({
      kind: ['input', 'weight', 'state'].indexOf(value.source.binding),
      bytes: bytesOf(value),
    })
    const buffer = addBuffer('slot', slots.length - 1, bytesOf(value))
    slotBuffer.set(name, buffer)
    placed.set(value.id, whole(value, buffer))
  }

  const locate = (value: Value): Placed => {
    const at = placed.get(value.id)
    if (at) return at
    if (value.source.kind !== 'constant') throw new Error('value used before it is made')
    const buffer = addBuffer('constant', constantBytes, value.source.bytes.byteLength)
    const padding = -value.source.bytes.byteLength & 63
    parts.constants.push(value.source.bytes, new Uint8Array(padding))
    constantBytes += value.source.bytes.byteLength + padding
    const made = whole(value, buffer)
    placed.set(value.id, made)
    return made
  }

  const pushNode = (op: Op, site: string, tensors: readonly number[], node?: Node): void => {
    parts.nodes.push({
      op,
      tensors,
      run: op.run.map((name) => scalarIndex(node!.run.get(name)!)),
      attrs: node?.attrs ?? {},
    })
    sites.push(site)
  }

  /** Copies a strided value; the copy goes to `buffer` or to fresh scratch memory. */
  const copyOf = (value: Value, from: Placed, site: string, buffer?: number): Placed => {
    const to = whole(value, buffer ?? addBuffer('scratch', 0, bytesOf(value)))
    pushNode(opNamed('copy'), site, [addTensor(value, from), addTensor(value, to)])
    return to
  }

  const compactOf = (value: Value, site: string): Placed => {
    const made = compact.get(value.id)
    if (made) return made
    const copy = copyOf(value, locate(value), site)
    compact.set(value.id, copy)
    return copy
  }

  const inputTensor = (value: Value, spec: ResolvedInput, site: string): number => {
    const at = locate(value)
    return addTensor(value, accepts(spec.layout, at) ? at : compactOf(value, site))
  }

  const goals = outputGoals(traced)
  const nodes = fuse(
    traced.graph.nodes.filter((n) => alive.has(n)),
    new Set(goals.keys()),
  )
  for (const node of commitsLast(nodes)) {
    if (isView(node.op)) {
      const input = node.inputs.get('x')!
      const view = node.op.apply(locate(input), node.attrs)
      const from = view ? locate(input) : compactOf(input, node.site)
      const at = view ?? node.op.apply(from, node.attrs)
      if (!at) throw new Error(`${node.op.name} cannot view contiguous memory`)
      placed.set(node.outputs.get('y')!.id, { ...at, buffer: from.buffer })
      continue
    }
    const { op, site } = node
    const inputs = op.inputs.map((spec) => {
      const value = node.inputs.get(spec.name)
      return value ? inputTensor(value, spec, site) : -1
    })
    const outputs = op.outputs.map((spec) => {
      const value = node.outputs.get(spec.name)
      if (!value || (spec.asked && !wanted.has(value.id))) return -1
      const state = spec.updates === null ? null : node.inputs.get(spec.updates)!
      const goal = goals.get(value.id)
      let buffer: number
      if (state?.source.kind === 'binding') buffer = slotBuffer.get(state.source.name)!
      else if (goal?.kind === 'output') buffer = addBuffer('output', goal.index, bytesOf(value))
      else if (goal)
        buffer = addBuffer(
          'next',
          slots.findIndex((s) => s.name === goal.name),
          bytesOf(value),
        )
      else buffer = addBuffer('scratch', 0, bytesOf(value))
      const at = whole(value, buffer)
      placed.set(value.id, at)
      return addTensor(value, at)
    })
    pushNode(op, site, [...inputs, ...outputs], node)
  }

  const outputs: ProgramOutput[] = []
  for (const [name, value] of traced.outputs) {
    const index = outputs.push({ name, dtype: value.dtype, shape: value.shape, live: value.live }) - 1
    const at = locate(value)
    const direct =
      parts.buffers[at.buffer]!.kind === bufferKinds.output && parts.buffers[at.buffer]!.index === index
    const final = direct ? at : copyOf(value, at, 'output', addBuffer('output', index, bytesOf(value)))
    parts.outputs.push(addTensor(value, final))
  }
  for (const [name, value] of traced.updates) {
    const slot = slots.findIndex((s) => s.name === name)
    const at = locate(value)
    const { kind, index } = parts.buffers[at.buffer]!
    const done = (kind === bufferKinds.next && index === slot) || replacedBy(value) === name
    if (!done) copyOf(value, at, 'update', addBuffer('next', slot, bytesOf(value)))
  }
  return { bytes: writeProgram(parts, scalars.length), slots, outputs, scalars, sites }
}

function accepts(layout: Layout, at: Placed): boolean {
  if (layout === 'strided') return true
  const last = at.shape.length - 1
  if (layout === 'rows') return last < 0 || at.shape[last]! <= 1 || at.strides[last] === 1
  return isContiguous(at.shape, at.strides)
}

/** The state that an op replaces with this output, by its binding's name. */
function replacedBy(value: Value): string | null {
  if (value.source.kind !== 'node' || isView(value.source.node.op)) return null
  const { node, output } = value.source
  const input = value.source.node.op.outputs.find((o) => o.name === output)!.updates
  const state = input === null ? undefined : node.inputs.get(input)
  return state?.source.kind === 'binding' ? state.source.name : null
}

function updatesState(node: Node): boolean {
  return !isView(node.op) && node.op.outputs.some((o) => o.updates !== null)
}

/** Nodes that must run, and the values that these or the caller read. */
function aliveNodes(traced: Traced): { readonly alive: Set<Node>; readonly wanted: Set<number> } {
  const alive = new Set<Node>()
  const wanted = new Set([...traced.outputs.values(), ...traced.updates.values()].map((v) => v.id))
  for (const node of [...traced.graph.nodes].reverse()) {
    if (!updatesState(node) && ![...node.outputs.values()].some((v) => wanted.has(v.id))) continue
    alive.add(node)
    for (const v of node.inputs.values()) wanted.add(v.id)
  }
  return { alive, wanted }
}

/** Ops that cannot be interrupted go to the end with what depends on them: all that may fail is then over. */
function commitsLast(nodes: readonly Node[]): Node[] {
  const late = new Set<Node>()
  for (const node of nodes) {
    const follows = [...node.inputs.values()].some((v) => v.source.kind === 'node' && late.has(v.source.node))
    if (follows || (!isView(node.op) && !node.op.interruptible)) late.add(node)
  }
  return [...nodes.filter((n) => !late.has(n)), ...late]
}

/** In-place ops must hold a state binding itself, and nobody may read the old value after them. */
function checkInPlace(traced: Traced, alive: ReadonlySet<Node>): void {
  const replaced = new Map<number, string>()
  for (const node of traced.graph.nodes) {
    if (!alive.has(node)) continue
    for (const value of node.inputs.values()) {
      const by = replaced.get(value.id)
      if (by) throw new VmmError('BAD_ARGUMENT', `${node.site}: reads a state after ${by} replaced it`)
    }
    if (isView(node.op)) continue
    for (const output of node.op.outputs) {
      if (output.updates === null) continue
      const state = node.inputs.get(output.updates)
      if (!state) continue
      if (state.source.kind !== 'binding' || state.source.binding !== 'state')
        throw new VmmError(
          'BAD_ARGUMENT',
          `${node.op.name}: ${output.updates} must be a state binding (at ${node.site})`,
        )
      replaced.set(state.id, `${node.op.name} at ${node.site}`)
      for (const id of viewsOf(traced, state)) replaced.set(id, `${node.op.name} at ${node.site}`)
    }
  }
  for (const [kind, values] of [
    ['outputs', traced.outputs],
    ['updates', traced.updates],
  ] as const)
    for (const [name, value] of values) {
      const by = replaced.get(value.id)
      if (by) throw new VmmError('BAD_ARGUMENT', `${kind}.${name}: reads a state after ${by} replaced it`)
    }
  for (const [name, value] of traced.updates) {
    const by = replaced.get(traced.graph.bindings.get(name)!.id)
    if (by && replacedBy(value) !== name)
      throw new VmmError('BAD_ARGUMENT', `updates.${name}: ${by} replaces this state already`)
  }
}

function viewsOf(traced: Traced, value: Value): number[] {
  const ids = new Set([value.id])
  for (const node of traced.graph.nodes)
    if (isView(node.op) && ids.has(node.inputs.get('x')!.id)) ids.add(node.outputs.get('y')!.id)
  ids.delete(value.id)
  return [...ids]
}

type Goal =
  | { readonly kind: 'output'; readonly index: number }
  | { readonly kind: 'next'; readonly name: string }

/** Values that a kernel can write straight to where they are wanted. */
function outputGoals(traced: Traced): Map<number, Goal> {
  const goals = new Map<number, Goal>()
  let index = 0
  for (const value of traced.outputs.values()) {
    if (!goals.has(value.id)) goals.set(value.id, { kind: 'output', index })
    index++
  }
  for (const [name, value] of traced.updates)
    if (!goals.has(value.id)) goals.set(value.id, { kind: 'next', name })
  return goals
}
