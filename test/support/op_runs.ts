// Samples of ops as programs to run: in every memory layout that the op accepts, and with rows beyond the live count.

import type { DeviceName } from '../../lib/core/run_options.ts'
import { compile, type HostTensor } from '../../lib/graph/program.ts'
import { bindSample, type Sample, traceSample } from '../../lib/graph/sample_program.ts'
import type { RefTensor } from '../../lib/graph/spec.ts'
import type { BindingSpec, Traced } from '../../lib/graph/trace.ts'
import type { Op, Value } from '../../lib/graph/value.ts'
import { expand, permute, slice } from '../../lib/ops/index.ts'
import { isFloat } from '../../lib/tensor/dtype.ts'
import { count } from '../../lib/tensor/shape.ts'

export type { Sample }
export type Values = Readonly<Record<string, RefTensor>>

const reversed = (rank: number) => Array.from({ length: rank }, (_, i) => rank - 1 - i)

/** The elements of a row-major tensor in the order of its axes reversed. */
function transposed({ shape, data }: RefTensor): RefTensor {
  const to = [...shape].reverse()
  const out = new Float64Array(data.length)
  const index = shape.map(() => 0)
  for (const value of data) {
    let at = 0
    for (let axis = shape.length - 1; axis >= 0; axis--) at = at * shape[axis]! + index[axis]!
    out[at] = value
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0
  }
  return { shape: to, data: out }
}

/** Columns of junk around the last axis. */
function widened({ shape, data }: RefTensor): RefTensor {
  const cols = shape.at(-1)!
  const wide = [...shape.slice(0, -1), cols + 5]
  const out = new Float64Array(count(wide)).fill(99)
  for (let row = 0; row * cols < data.length; row++)
    out.set(data.subarray(row * cols, (row + 1) * cols), row * (cols + 5) + 2)
  return { shape: wide, data: out }
}

export interface Variant {
  readonly name: string
  readonly traced: Traced
  readonly values: Values
}

/** A sample in plain memory, transposed, sliced and broadcast, as far as the op accepts it. */
export function variants(op: Op, sample: Sample, values: Values): Variant[] {
  const made: Variant[] = [{ name: 'plain', traced: traceSample(op, sample), values }]
  const relayout = (
    name: string,
    applies: (layout: string, value: RefTensor) => boolean,
    change: (value: RefTensor) => RefTensor,
    back: (name: string, value: Value) => Value,
  ): void => {
    const chosen = op.inputs
      .filter((i) => values[i.name] && applies(i.layout, values[i.name]!))
      .map((i) => i.name)
    if (chosen.length === 0 || op.outputs.some((o) => o.updates !== null)) return
    const changed = Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, chosen.includes(key) ? change(value) : value]),
    )
    const binding = (key: string, spec: BindingSpec): BindingSpec => ({ ...spec, shape: changed[key]!.shape })
    const wrap = (key: string, value: Value) => (chosen.includes(key) ? back(key, value) : value)
    made.push({ name, traced: traceSample(op, sample, { binding, wrap }), values: changed })
  }
  relayout(
    'transposed',
    (layout, v) => layout === 'strided' && v.shape.length > 1,
    transposed,
    (_, value) => permute(value, reversed(value.shape.length)),
  )
  relayout(
    'sliced',
    (layout, v) => layout !== 'contiguous' && v.shape.length > 0,
    widened,
    (_, value) => slice(value, -1, 2, value.shape.at(-1)! - 3),
  )
  relayout(
    'broadcast',
    (layout, v) => layout === 'strided' && v.shape.length > 1 && count(v.shape) > 0,
    (v) => ({ shape: [1, ...v.shape.slice(1)], data: v.data.slice(0, count(v.shape.slice(1))) }),
    (key, value) => expand(value, values[key]!.shape),
  )
  return made
}

/** Compiles a traced sample, binds its values, and runs it once, on an instruction set or a Metal device. */
export function run(
  traced: Traced,
  values: Values,
  scalars: Readonly<Record<string, number>>,
  set: string,
  threads = 1,
): Readonly<Record<string, HostTensor>> {
  const program = compile(traced)
  const { bindings, dispose } = bindSample(program, values)
  const where = set.startsWith('metal') ? { device: set as DeviceName } : { instructionSet: set }
  const outputs = program.runSync(bindings, { scalars, threads, ...where })
  dispose()
  program.dispose()
  return outputs
}

/** How far an output may be from the reference, relatively. */
export function toleranceOf(sample: Sample, output: HostTensor): number {
  if (sample.attrs?.compute === 'bf16' || output.dtype === 'bf16' || output.dtype === 'f16') return 2e-2
  return isFloat(output.dtype) ? (sample.tolerance ?? 1e-5) : 0
}

export function sameBits(a: HostTensor, b: HostTensor): boolean {
  return Buffer.from(a.buffer).equals(Buffer.from(b.buffer))
}

/** The sample with three more rows of capacity, of which only the first ones are live. */
export function withSpareRows(op: Op, sample: Sample, values: Values): Variant | null {
  const rowed = op.inputs.filter(
    (i) => i.tokens[0]?.symbol === 'rows' && i.tokens[0].add === 0 && values[i.name],
  )
  if (rowed.length === 0) return null
  const names = rowed.map((i) => i.name)
  const padded = Object.fromEntries(
    Object.entries(values).map(([name, { shape, data }]) => {
      if (!names.includes(name)) return [name, { shape, data }]
      const wide = [shape[0]! + 3, ...shape.slice(1)]
      const out = new Float64Array(count(wide)).fill(
        sample.inputs[name]?.dtype === 'i32' ? 1 << 30 : Number.NaN,
      )
      out.set(data)
      return [name, { shape: wide, data: out }]
    }),
  )
  const binding = (name: string, spec: BindingSpec): BindingSpec =>
    names.includes(name) ? { ...spec, shape: padded[name]!.shape, live: 'live' } : spec
  return { name: 'live', traced: traceSample(op, sample, { binding }), values: padded }
}
