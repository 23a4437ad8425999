// What the encoder makes of a graph: views become strides, copies appear only where a kernel needs them, dead nodes
// and outputs go, results are written where they are wanted, and states are replaced safely.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../lib/core/errors.ts'
import { encode } from '../../lib/graph/encode.ts'
import { type BindingSpec, constant, type TraceResult, trace } from '../../lib/graph/trace.ts'
import type { Value } from '../../lib/graph/value.ts'
import {
  adamw,
  binary,
  crossEntropy,
  expand,
  gather,
  linear,
  permute,
  reshape,
  rmsNorm,
  slice,
  softmax,
  transpose,
  unary,
} from '../../lib/ops/index.ts'
import { programParts } from '../support/program_parts.ts'

type Values = Readonly<Record<string, Value>>
const f32 = (...shape: number[]): BindingSpec => ({ kind: 'input', dtype: 'f32', shape })
const i32 = (...shape: number[]): BindingSpec => ({ kind: 'input', dtype: 'i32', shape })
const state = (...shape: number[]): BindingSpec => ({ kind: 'state', dtype: 'f32', shape })

function encoded(bindings: Record<string, BindingSpec>, body: (v: Values) => Value | TraceResult) {
  const program = encode(
    trace(bindings, (v: Values) => {
      const result = body(v)
      return 'graph' in result ? { outputs: { y: result } } : result
    }),
  )
  const { nodes, outputs } = programParts(program.bytes)
  return { ...program, nodes, outputs, ops: nodes.map((n) => n.op) }
}

function refuses(pattern: RegExp, bindings: Record<string, BindingSpec>, body: (v: Values) => TraceResult) {
  try {
    encoded(bindings, body)
  } catch (error) {
    assert.instance(error, VmmError)
    assert.match((error as VmmError).message, pattern)
    return
  }
  assert.unreachable(`was accepted; expected ${pattern}`)
}

test('views become strides of what they view', () => {
  const { nodes, ops } = encoded({ a: f32(4, 6) }, ({ a }) =>
    binary({ a: slice(transpose(a!), 0, 1, 5), b: constant(a!, [1], [1]) }, { fn: 'add' }),
  )
  assert.equal(ops, ['binary'])
  const { a } = nodes[0]!.tensors
  assert.equal([a!.shape, a!.strides, a!.byteOffset], [[4, 4], [1, 6], 4])
  assert.equal(a!.buffer, { kind: 'slot', index: 0 })
})

test('a broadcast value is read with strides of zero', () => {
  const { nodes, ops } = encoded({ a: f32(4, 3), b: f32(4, 1) }, ({ a, b }) =>
    binary({ a: a!, b: expand(b!, [4, 3]) }, { fn: 'mul' }),
  )
  assert.equal(ops, ['binary'])
  assert.equal(nodes[0]!.tensors.b!.strides, [1, 0])
})

test('columns of a matrix go to kernels that read rows without a copy', () => {
  const { nodes, ops } = encoded({ x: f32(5, 8), w: f32(3) }, ({ x, w }) =>
    rmsNorm({ x: slice(x!, 1, 2, 5), weight: w! }),
  )
  assert.equal(ops, ['rms_norm'])
  assert.equal([nodes[0]!.tensors.x!.strides, nodes[0]!.tensors.x!.byteOffset], [[8, 1], 8])
})

test('a transposed matrix is copied for kernels that read rows, once for all that read it', () => {
  const { nodes, ops } = encoded({ x: f32(3, 5), w: f32(3) }, ({ x, w }) => {
    const t = transpose(x!)
    const a = rmsNorm({ x: t, weight: w! })
    const b = rmsNorm({ x: t, weight: w! }, { eps: 1 })
    return { outputs: { a, b } }
  })
  assert.equal(ops, ['copy', 'rms_norm', 'rms_norm'])
  assert.equal(nodes[1]!.tensors.x!.strides, [3, 1])
})

test('columns are copied where the whole tensor must be contiguous', () => {
  assert.equal(encoded({ x: f32(5, 8) }, ({ x }) => softmax({ x: slice(x!, 1, 0, 4) })).ops, [
    'copy',
    'softmax',
  ])
  assert.equal(encoded({ x: f32(5, 8) }, ({ x }) => softmax({ x: slice(x!, 0, 1, 4) })).ops, ['softmax'])
})

test('reshape copies only what is not contiguous', () => {
  assert.equal(encoded({ x: f32(4, 6) }, ({ x }) => softmax({ x: reshape(x!, [2, 12]) })).ops, ['softmax'])
  assert.equal(
    encoded({ x: f32(4, 6) }, ({ x }) => softmax({ x: reshape(permute(x!, [1, 0]), [2, 12]) })).ops,
    ['copy', 'softmax'],
  )
})

test('an empty tensor has no offset', () => {
  const { nodes } = encoded({ x: f32(4, 6) }, ({ x }) => unary({ x: slice(x!, 0, 4, 4) }, { fn: 'exp' }))
  assert.is(nodes[0]!.tensors.x!.byteOffset, 0)
})

test('dead nodes are dropped, and outputs that only they read', () => {
  const { nodes, ops } = encoded({ x: f32(3, 4), t: i32(3) }, ({ x, t }) => {
    const loss = crossEntropy({ logits: x!, targets: t! })
    const node = loss.source.kind === 'node' ? loss.source.node : assert.unreachable()
    softmax({ x: x! })
    unary({ x: node!.ask('logSumExp') }, { fn: 'exp' })
    return loss
  })
  assert.equal(ops, ['cross_entropy'])
  assert.equal(Object.keys(nodes[0]!.tensors), ['logits', 'targets', 'loss'])
})

test('saved outputs that are read are computed', () => {
  const { nodes } = encoded({ x: f32(3, 4), t: i32(3) }, ({ x, t }) => {
    const loss = crossEntropy({ logits: x!, targets: t! })
    const node = loss.source.kind === 'node' ? loss.source.node : assert.unreachable()
    return { outputs: { loss, lse: node!.ask('logSumExp') } }
  })
  assert.equal(Object.keys(nodes[0]!.tensors), ['logits', 'targets', 'loss', 'logSumExp'])
})

test('kernels write outputs in place; bindings, constants, views and second uses are copied', () => {
  const { nodes, ops, outputs } = encoded({ x: f32(2, 3) }, ({ x }) => {
    const y = softmax({ x: x! })
    return { outputs: { y, again: y, x: x!, c: constant(x!, [1, 2], [2]), view: transpose(y) } }
  })
  assert.equal(ops, ['softmax', 'copy', 'copy', 'copy', 'copy'])
  assert.equal(nodes[0]!.tensors.y!.buffer, { kind: 'output', index: 0 })
  assert.equal(
    outputs.map((o) => o.buffer),
    [0, 1, 2, 3, 4].map((index) => ({ kind: 'output', index })),
  )
})

test('an output that is only a view of a result is one kernel and one copy', () => {
  assert.equal(encoded({ x: f32(2, 3) }, ({ x }) => transpose(softmax({ x: x! }))).ops, ['softmax', 'copy'])
})

test('kernels write the next version of a state; states can be swapped', () => {
  const updated = encoded({ s: state(2, 3) }, ({ s }) => ({
    outputs: {},
    updates: { s: softmax({ x: s! }) },
  }))
  assert.equal(updated.ops, ['softmax'])
  assert.equal(updated.nodes[0]!.tensors.y!.buffer, { kind: 'next', index: 0 })
  const swapped = encoded({ a: state(2), b: state(2) }, ({ a, b }) => ({
    outputs: {},
    updates: { a: b!, b: a! },
  }))
  assert.equal(
    swapped.nodes.map((n) => [n.tensors.x!.buffer, n.tensors.y!.buffer]),
    [
      [
        { kind: 'slot', index: 1 },
        { kind: 'next', index: 0 },
      ],
      [
        { kind: 'slot', index: 0 },
        { kind: 'next', index: 1 },
      ],
    ],
  )
})

test('a value that is an output and an update is computed once', () => {
  const { ops } = encoded({ s: state(2, 3) }, ({ s }) => {
    const y = softmax({ x: s! })
    return { outputs: { y }, updates: { s: y } }
  })
  assert.equal(ops, ['softmax', 'copy'])
})

test('live counts reach the tensors of every node', () => {
  const live: BindingSpec = { ...f32(8, 4), live: 'rows' }
  const { nodes, scalars } = encoded(
    { x: live, w: f32(6, 4), e: { ...i32(8), live: 'rows' } },
    ({ x, w, e }) => ({
      outputs: { y: linear({ x: slice(x!, 1, 0, 4), weight: w! }), z: gather({ x: w!, index: e! }) },
    }),
  )
  assert.equal(scalars, ['rows'])
  assert.equal(
    nodes.map((n) => Object.fromEntries(Object.entries(n.tensors).map(([name, t]) => [name, t.live]))),
    [
      { x: 0, weight: null, y: 0 },
      { x: null, index: 0, y: 0 },
    ],
  )
})

const moments = { p: state(3), g: f32(3), m: state(3), v: state(3) }
const step = (values: Values, change: Values = {}) => {
  const { p, g, m, v } = { ...values, ...change }
  return adamw({ param: p!, grad: g!, m: m!, v: v! }, {}, { lr: 'lr', step: 'step' })
}

test('an op that updates states runs although nothing reads its results, in the place of the states', () => {
  const { nodes, ops, scalars } = encoded(moments, (values) => {
    step(values)
    return { outputs: {} }
  })
  assert.equal(ops, ['adamw'])
  assert.equal(scalars, ['lr', 'step'])
  for (const [input, output] of [
    ['param', 'paramOut'],
    ['m', 'mOut'],
    ['v', 'vOut'],
  ] as const)
    assert.equal(nodes[0]!.tensors[output]!.buffer, nodes[0]!.tensors[input]!.buffer)
})

test('a state may be read before it is replaced, its new value after', () => {
  const { ops } = encoded(moments, (values) => {
    const before = softmax({ x: values.p! })
    const after = step(values).paramOut
    return { outputs: { before, after: softmax({ x: after }), new: after }, updates: { p: after } }
  })
  assert.equal(ops, ['softmax', 'adamw', 'softmax', 'copy'])
})

test('updates that cannot be interrupted come last, with what reads their results', () => {
  const { ops } = encoded(moments, (values) => {
    const after = reshape(step(values).paramOut, [1, 3])
    return { outputs: { y: softmax({ x: values.g! }), z: unary({ x: after }, { fn: 'exp' }) } }
  })
  assert.equal(ops, ['softmax', 'adamw', 'unary'])
})

test('what replaces a state must hold the state itself', () => {
  const message = /^adamw: param must be a state binding \(at .*encode\.test\.ts:\d+:\d+\)$/
  refuses(message, { ...moments, p: f32(3) }, (values) => {
    step(values)
    return { outputs: {} }
  })
  refuses(message, moments, (values) => {
    step(values, { p: softmax({ x: values.p! }) })
    return { outputs: {} }
  })
  refuses(message, moments, (values) => {
    step(values, { p: slice(values.p!, 0, 0, 3) })
    return { outputs: {} }
  })
})

test('a state is not read after its replacement', () => {
  const late =
    /encode\.test\.ts:\d+:\d+: reads a state after adamw at .*encode\.test\.ts:\d+:\d+ replaced it$/
  refuses(late, moments, (values) => {
    step(values)
    return { outputs: { y: softmax({ x: values.p! }) } }
  })
  refuses(late, moments, (values) => {
    const view = reshape(values.p!, [1, 3])
    step(values)
    return { outputs: { y: softmax({ x: view }) } }
  })
  refuses(late, moments, (values) => {
    step(values)
    step(values)
    return { outputs: {} }
  })
})

test('an output or update does not name the old value of a replaced state', () => {
  refuses(/^outputs\.y: reads a state after adamw at/, moments, (values) => {
    step(values)
    return { outputs: { y: values.p! } }
  })
  refuses(/^outputs\.y: reads a state after adamw at/, moments, (values) => {
    const y = reshape(values.m!, [3, 1])
    step(values)
    return { outputs: { y } }
  })
  refuses(/^updates\.s: reads a state after adamw at/, { ...moments, s: state(3) }, (values) => {
    step(values)
    return { outputs: {}, updates: { s: values.v! } }
  })
})

test('a state has one new value', () => {
  refuses(/^updates\.p: adamw at .* replaces this state already$/, moments, (values) => {
    step(values)
    return { outputs: {}, updates: { p: values.g! } }
  })
  refuses(/^updates\.p: adamw at .* replaces this state already$/, moments, (values) => ({
    outputs: {},
    updates: { p: step(values).mOut },
  }))
})

test.run()
