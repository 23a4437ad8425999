// Tracing: what a model may do, and the messages for what it may not.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../lib/core/errors.ts'
import { type BindingSpec, constant, type TraceResult, trace } from '../../lib/graph/trace.ts'
import type { Value } from '../../lib/graph/value.ts'
import {
  adamw,
  attention,
  binary,
  copy,
  crossEntropy,
  expand,
  fill,
  layerNorm,
  linear,
  pad,
  permute,
  reduce,
  reshape,
  rope,
  segmentPool,
  slice,
  softmax,
} from '../../lib/ops/index.ts'

type Values = Readonly<Record<string, Value>>
const f32 = (...shape: number[]): BindingSpec => ({ kind: 'input', dtype: 'f32', shape })
const i32 = (...shape: number[]): BindingSpec => ({ kind: 'input', dtype: 'i32', shape })
const state = (...shape: number[]): BindingSpec => ({ kind: 'state', dtype: 'f32', shape })

function refuses(message: string, body: () => unknown): void {
  try {
    body()
  } catch (error) {
    assert.instance(error, VmmError)
    assert.is((error as VmmError).message, message)
    return
  }
  assert.unreachable(`was accepted; expected '${message}'`)
}

const only = (y: Value): TraceResult => ({ outputs: { y } })
const model = (bindings: Record<string, BindingSpec>, body: (v: Values) => Value | TraceResult) => () =>
  trace(bindings, (v: Values) => {
    const result = body(v)
    return 'graph' in result ? only(result) : result
  })

test('values have the shapes, types and live counts that ops give them', () => {
  const live: BindingSpec = { ...f32(8, 4), live: 'rows' }
  trace({ x: live, w: f32(6, 4), ids: i32(3) }, ({ x, w }) => {
    const y = linear({ x, weight: w })
    assert.equal([y.dtype, y.shape, y.live], ['f32', [8, 6], 'rows'])
    const z = reshape(y, [8, 2, 3])
    assert.equal([z.shape, z.live], [[8, 2, 3], 'rows'])
    assert.is(slice(z, 1, 0, 1).live, 'rows')
    assert.is(reduce({ x: z }, { fn: 'sum', axes: 6 }).live, 'rows')
    assert.is(reduce({ x: z }, { fn: 'sum', axes: 1 }).live, null)
    assert.is(binary({ a: constant(y, [1], [1]), b: y }, { fn: 'add' }).live, 'rows')
    return only(y)
  })
})

test('a live count ends with its axis, also where the capacity is one row', () => {
  trace({ x: { ...f32(1, 4), live: 'rows' } }, ({ x }) => {
    assert.is(reduce({ x }, { fn: 'sum', axes: 1 }).live, null)
    assert.is(reduce({ x }, { fn: 'sum', axes: 2 }).live, 'rows')
    return only(x)
  })
})

test('an axis has one live count: inputs without one get that of the others', () => {
  const traced = trace({ logits: { ...f32(8, 5), live: 'rows' }, targets: i32(8) }, ({ logits, targets }) =>
    only(crossEntropy({ logits, targets })),
  )
  const node = traced.graph.nodes.at(-1)!
  assert.is(node.inputs.get('targets')!.live, 'rows')
})

test('only asked outputs exist', () => {
  const traced = trace({ x: f32(3, 4), targets: i32(3) }, ({ x, targets }) =>
    only(crossEntropy({ logits: x, targets })),
  )
  assert.equal([...traced.graph.nodes[0]!.outputs.keys()], ['loss'])
})

test('a node knows the line of the model that made it', () => {
  const traced = trace({ x: f32(3) }, ({ x }) => only(copy({ x })))
  assert.match(traced.graph.nodes[0]!.site, /trace\.test\.ts:\d+:\d+$/)
})

const calls: readonly (readonly [message: string, () => unknown])[] = [
  ['x: got [-1]; expected at most 6 axes of non-negative integers', model({ x: f32(-1) }, ({ x }) => x!)],
  ['x: got [1.5]; expected at most 6 axes of non-negative integers', model({ x: f32(1.5) }, ({ x }) => x!)],
  [
    'x: got [1, 1, 1, 1, 1, 1, 1]; expected at most 6 axes of non-negative integers',
    model({ x: f32(1, 1, 1, 1, 1, 1, 1) }, ({ x }) => x!),
  ],
  [
    'x: got a live count on a scalar; expected at least one axis',
    model({ x: { ...f32(), live: 'n' } }, ({ x }) => x!),
  ],
  ['copy.x: got null; expected a tensor', () => copy({ x: null as unknown as Value })],
  ['copy.z: got an input; expected one of x', model({ x: f32(2) }, ({ x }) => copy({ x: x!, ...{ z: x! } }))],
  ['softmax.x: got i32; expected f32', model({ x: i32(2) }, ({ x }) => softmax({ x: x! }))],
  [
    'softmax.log: got 1; expected true or false',
    model({ x: f32(2) }, ({ x }) => softmax({ x: x! }, { log: 1 as unknown as boolean })),
  ],
  [
    'softmax.lgo: got an attribute; expected log',
    model({ x: f32(2) }, ({ x }) => softmax({ x: x! }, { ...{ lgo: true } })),
  ],
  [
    'copy.fast: got an attribute; expected none',
    model({ x: f32(2) }, ({ x }) => copy({ x: x! }, { ...{ fast: true } })),
  ],
  [
    'pad.axis: got 0.5; expected a 32-bit integer',
    model({ x: f32(2) }, ({ x }) => pad({ x: x! }, { axis: 0.5, before: 0, after: 0 })),
  ],
  [
    'layer_norm.eps: got NaN; expected a number',
    model({ x: f32(2, 3), w: f32(3) }, ({ x, w }) => layerNorm({ x: x!, weight: w! }, { eps: Number.NaN })),
  ],
  [
    'segment_pool.fn: got "median"; expected sum | mean | last | max',
    model({ x: f32(2, 3), o: i32(2) }, ({ x, o }) =>
      segmentPool({ x: x!, offsets: o! }, { fn: 'median' as 'max' }),
    ),
  ],
  [
    'adamw.lr: got undefined; expected the name of a run scalar',
    model({ p: state(2), g: f32(2), m: state(2), v: state(2) }, ({ p, g, m, v }) => ({
      outputs: {},
      updates: {
        p: adamw({ param: p!, grad: g!, m: m!, v: v! }, {}, {} as { lr: string; step: string }).paramOut,
      },
    })),
  ],
  [
    'binary: b [3] does not broadcast with [2]',
    model({ a: f32(2), b: f32(3) }, ({ a, b }) => binary({ a: a!, b: b! }, { fn: 'add' })),
  ],
  [
    "cross_entropy: targets has live count 'texts', others 'rows'",
    model({ a: { ...f32(2, 3), live: 'rows' }, t: { ...i32(2), live: 'texts' } }, ({ a, t }) =>
      crossEntropy({ logits: a!, targets: t! }),
    ),
  ],
  [
    "binary: b has live count 'texts', others 'rows'",
    model({ a: { ...f32(2, 3), live: 'rows' }, b: { ...f32(2, 3), live: 'texts' } }, ({ a, b }) =>
      binary({ a: a!, b: b! }, { fn: 'add' }),
    ),
  ],
  [
    'reshape: axis 0 of [4, 6] has a live count and must stay whole',
    model({ x: { ...f32(4, 6), live: 'rows' } }, ({ x }) => reshape(x!, [24])),
  ],
  [
    'slice: axis 0 of [4, 6] has a live count and must stay whole',
    model({ x: { ...f32(4, 6), live: 'rows' } }, ({ x }) => slice(x!, 0, 1, 3)),
  ],
  [
    'permute: axis 0 of [4, 6] has a live count and must stay whole',
    model({ x: { ...f32(4, 6), live: 'rows' } }, ({ x }) => permute(x!, [1, 0])),
  ],
  [
    'expand.shape: got [3, 5]; expected a shape that [2, 5] broadcasts to',
    model({ x: f32(2, 5) }, ({ x }) => expand(x!, [3, 5])),
  ],
  [
    'reshape: got [1, 1, 1, 1, 1, 1, 2]; expected at most 6 axes',
    model({ x: f32(2) }, ({ x }) => reshape(x!, [1, 1, 1, 1, 1, 1, 2])),
  ],
  [
    'values: got 2 numbers; expected 3 for shape [3]',
    model({ x: f32(2) }, ({ x }) => constant(x!, [1, 2], [3])),
  ],
  [
    'updates.x: got an update; expected the name of a state binding',
    model({ x: f32(2) }, ({ x }) => ({ outputs: {}, updates: { x: x! } })),
  ],
  [
    'updates.nothing: got an update; expected the name of a state binding',
    model({ x: f32(2) }, ({ x }) => ({ outputs: {}, updates: { nothing: x! } })),
  ],
  [
    'updates.s: f32 [3] cannot replace f32 [2]',
    model({ x: f32(3), s: state(2) }, ({ x }) => ({ outputs: {}, updates: { s: x! } })),
  ],
  [
    'y: got undefined; expected a tensor of this program',
    model({ x: f32(2) }, () => ({ outputs: { y: undefined as unknown as Value } })),
  ],
  ['fill: called outside trace()', () => fill({}, { value: 1, dtype: 'f32', count: 1 })],
]
for (const [message, body] of calls) test(`refused: ${message}`, () => refuses(message, body))

test('values do not outlive their trace', () => {
  let old: Value | undefined
  trace({ x: f32(2) }, ({ x }) => {
    old = x
    return only(x)
  })
  refuses('y: got an object (Object); expected a tensor of this program', () =>
    trace({ x: f32(2) }, () => only(old!)),
  )
  refuses('copy: an input belongs to another program (values do not outlive trace)', () =>
    trace({ x: f32(2) }, () => only(copy({ x: old! }))),
  )
  refuses('binary: an input belongs to another program (values do not outlive trace)', () =>
    trace({ x: f32(2) }, ({ x }) => only(binary({ a: x, b: old! }, { fn: 'add' }))),
  )
})

test('an error thrown by a model leaves no program open', () => {
  const failing = () =>
    trace({ x: f32(2) }, () => {
      throw new Error('mine')
    })
  assert.throws(failing, /^mine$/)
  refuses('fill: called outside trace()', () => fill({}, { value: 1, dtype: 'f32', count: 1 }))
})

test('traces may be nested', () => {
  trace({ x: f32(2) }, ({ x }) => {
    trace({ x: f32(3) }, ({ x: inside }) => only(copy({ x: inside })))
    return only(binary({ a: x, b: fill({}, { value: 1, dtype: 'f32', count: 2 }) }, { fn: 'add' }))
  })
})

test('attention and rope take axes as patterns say', () => {
  refuses('rope: positions [rows] has shape [4]: rows is 4 here but 3 in x', () =>
    trace({ x: f32(3, 2, 4), p: i32(4), f: f32(2) }, ({ x, p, f }) =>
      only(rope({ x, positions: p, invFreq: f })),
    ),
  )
  trace({ x: f32(3, 2, 4), o: i32(3) }, ({ x, o }) => {
    assert.equal(attention({ q: x, k: x, v: x, offsets: o }).shape, [3, 2, 4])
    return only(x)
  })
})

test.run()
