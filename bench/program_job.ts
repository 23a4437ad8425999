import { compile } from '../lib/graph/program.ts'
import { type BindingSpec, trace } from '../lib/graph/trace.ts'
import type { Value } from '../lib/graph/value.ts'
import { native } from '../lib/runtime/native.ts'
import { createTensor, type DeviceTensor } from '../lib/tensor/device_tensor.ts'
import type { Dtype } from '../lib/tensor/dtype.ts'
import { count, type Shape } from '../lib/tensor/shape.ts'
import { type Fill, random32, randomElements } from './random.ts'
import type { Job } from './row.ts'

export interface Tensor {
  readonly dtype: Dtype
  readonly shape: Shape
  readonly data: Fill | readonly number[]
  /** Replaced by the result of the same name, in place where the op can. */
  readonly state?: boolean
}

export function uniform(shape: Shape, low = -1, high = 1, dtype: Dtype = 'f32'): Tensor {
  return { dtype, shape, data: { low, high } }
}

export function whole(...values: readonly number[]): Tensor {
  return { dtype: 'i32', shape: [values.length], data: values }
}

interface Options {
  /** Copies of all tensors, used in turn. */
  readonly copies?: number
  readonly scalars?: Readonly<Record<string, number>>
}

type Values<T> = { readonly [K in keyof T]: Value }

/**
 * A program to time. Its data lies in native memory from the start, as that of the peers does, and so do its results:
 * the call is timed with all that it does to them, but without copies to JavaScript that no model would make.
 */
export function programJob<const T extends Readonly<Record<string, Tensor>>>(
  tensors: T,
  model: (values: Values<T>) => Readonly<Record<string, Value>>,
  { copies = 1, scalars = {} }: Options = {},
): Job {
  const given = Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, shape, state }]): [string, BindingSpec] => [
      name,
      { kind: state ? 'state' : 'weight', dtype, shape },
    ]),
  )
  // The model is shown its tensors alone: ops refuse a record with more than they know.
  const results = (values: Readonly<Record<string, Value>>) =>
    model(Object.fromEntries(Object.keys(given).map((name) => [name, values[name]!])) as Values<T>)
  // Traced once to learn the results' shapes, and once more with memory for them.
  const shapes = trace(given, (values) => ({ outputs: results(values) })).outputs
  const made = [...shapes].filter(([name]) => !tensors[name]?.state)
  const specs = made.map(([name, { dtype, shape }]): [string, BindingSpec] => [
    name,
    { kind: 'state', dtype, shape },
  ])
  const program = compile(
    trace({ ...given, ...Object.fromEntries(specs) }, (values) => ({
      outputs: {},
      updates: results(values as Readonly<Record<string, Value>>),
    })),
  )
  // Written to the same memory by all, as those of peers are, whose allocators give what was just freed.
  const written = Object.fromEntries(
    specs.map(([name, { dtype, shape }]) => [name, createTensor(dtype, shape)]),
  )
  const bindings = Array.from({ length: copies }, (_, copy) => ({
    ...Object.fromEntries(Object.entries(tensors).map(([name, t], i) => [name, filled(t, copy * 97 + i)])),
    ...written,
  }))
  return {
    run: (i, settings) => program.runSync(bindings[i % copies]!, { ...settings, scalars }),
    dispose: () => {
      program.dispose()
      for (const tensor of bindings.flatMap((b) => Object.values<DeviceTensor>(b))) tensor.dispose()
    },
  }
}

const elementsPerWrite = 1 << 24

/** Large tensors are written in pieces, so that they are in memory once. */
function filled({ dtype, shape, data }: Tensor, seed: number): DeviceTensor {
  if (!('low' in data)) return createTensor(dtype, shape, data)
  const tensor = createTensor(dtype, shape)
  const next = random32(seed)
  const total = count(shape)
  for (let at = 0; at < total; at += elementsPerWrite) {
    const piece = randomElements(dtype, Math.min(elementsPerWrite, total - at), data, next)
    native().writeState(
      tensor.handle as Parameters<ReturnType<typeof native>['writeState']>[0],
      new Uint8Array(piece.buffer),
      at * piece.BYTES_PER_ELEMENT,
    )
  }
  return tensor
}

/** How many copies of some bytes are more than caches hold. */
export function copiesFor(bytes: number): number {
  return Math.ceil(2 ** 28 / bytes)
}
