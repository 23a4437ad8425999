// Reverse mode through everything that is not an op of its own: views, broadcasting, shared values, live counts.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../lib/core/errors.ts'
import { differentiate } from '../../lib/graph/differentiate.ts'
import { compile, toFloat32 } from '../../lib/graph/program.ts'
import type { RefTensor } from '../../lib/graph/spec.ts'
import { type BindingSpec, constant, trace } from '../../lib/graph/trace.ts'
import type { Value } from '../../lib/graph/value.ts'
import {
  binary,
  cacheAppend,
  expand,
  gather,
  linear,
  pad,
  permute,
  reduce,
  reshape,
  slice,
  softmax,
  topK,
  transpose,
  unary,
} from '../../lib/ops/index.ts'
import { count, type Shape } from '../../lib/tensor/shape.ts'
import { interpret } from '../support/interpret.ts'
import { seeded } from '../support/values.ts'

type Values = Readonly<Record<string, Value>>
const f32 = (...shape: number[]): BindingSpec => ({ kind: 'input', dtype: 'f32', shape })

const add = (a: Value, b: Value) => binary({ a, b }, { fn: 'add' })
const mul = (a: Value, b: Value) => binary({ a, b }, { fn: 'mul' })
const sum = (x: Value) => reshape(reduce({ x }, { fn: 'sum', axes: (1 << x.shape.length) - 1 }), [])
/** A scalar on which every element of x has an effect of its own size. */
function weighed(x: Value): Value {
  const weights = Array.from({ length: count(x.shape) }, (_, i) => Math.sin(i + 1))
  return sum(mul(unary({ x }, { fn: 'square' }), constant(x, weights, x.shape)))
}

function drawn(shapes: Readonly<Record<string, Shape>>, seed = 'values'): Record<string, RefTensor> {
  const random = seeded(seed)
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      { shape, data: Float64Array.from({ length: count(shape) }, () => random() * 2 - 1) },
    ]),
  )
}

/** Gradients of `loss` with respect to all bindings, in f64. */
function gradientsOf(
  shapes: Readonly<Record<string, Shape>>,
  loss: (v: Values) => Value,
  values = drawn(shapes),
): {
  readonly gradients: Record<string, RefTensor>
  readonly lossAt: (values: Record<string, RefTensor>) => number
} {
  const names = Object.keys(shapes)
  const bindings = Object.fromEntries(names.map((name) => [name, f32(...shapes[name]!)]))
  const traced = trace(bindings, (v: Values) => {
    const total = loss(v)
    const gradients = differentiate(
      total,
      names.map((name) => v[name]!),
    )
    return { outputs: { total, ...Object.fromEntries(names.map((name, i) => [`d ${name}`, gradients[i]!])) } }
  })
  const run = interpret(traced.graph, values)
  return {
    gradients: Object.fromEntries(names.map((name) => [name, run(traced.outputs.get(`d ${name}`)!)])),
    lossAt: (at) => interpret(traced.graph, at)(traced.outputs.get('total')!).data[0]!,
  }
}

function checkByDifferences(
  name: string,
  shapes: Readonly<Record<string, Shape>>,
  loss: (v: Values) => Value,
): void {
  test(name, () => {
    const values = drawn(shapes)
    const { gradients, lossAt } = gradientsOf(shapes, loss, values)
    for (const [input, { shape, data }] of Object.entries(values)) {
      assert.equal(gradients[input]!.shape, shape)
      for (let i = 0; i < data.length; i++) {
        const at = (x: number) => {
          const moved = data.slice()
          moved[i] = x
          return lossAt({ ...values, [input]: { shape, data: moved } })
        }
        const measured = (at(data[i]! + 1e-5) - at(data[i]! - 1e-5)) / 2e-5
        const given = gradients[input]!.data[i]!
        assert.ok(
          Math.abs(given - measured) <= 1e-6 * (1 + Math.abs(measured)),
          `d ${input}[${i}] is ${given}, finite differences give ${measured}`,
        )
      }
    }
  })
}

checkByDifferences('through a chain of views', { x: [4, 6] }, ({ x }) =>
  weighed(slice(permute(reshape(x!, [4, 2, 3]), [2, 0, 1]), 1, 1, 3)),
)
checkByDifferences('through a transposed view that is reshaped', { x: [4, 6] }, ({ x }) =>
  weighed(reshape(transpose(x!), [8, 3])),
)
checkByDifferences('through overlapping slices', { x: [6] }, ({ x }) =>
  weighed(mul(slice(x!, 0, 0, 4), slice(x!, 0, 2, 6))),
)
checkByDifferences('through expand', { x: [3, 1] }, ({ x }) => weighed(expand(x!, [2, 3, 4])))
checkByDifferences('through pad', { x: [2, 3] }, ({ x }) =>
  weighed(add(pad({ x: x! }, { axis: 1, before: 1, after: 2 }), constant(x!, [1], [1]))),
)
checkByDifferences(
  'row, column and scalar that are broadcast',
  { x: [3, 4], row: [4], column: [3, 1], one: [] },
  (v) => weighed(mul(add(mul(v.x!, v.row!), v.column!), v.one!)),
)
checkByDifferences('both sides broadcast', { column: [3, 1], row: [1, 4] }, (v) =>
  weighed(mul(v.column!, v.row!)),
)
checkByDifferences('leading axes of size 1', { x: [1, 1, 4], y: [2, 3, 4] }, (v) => weighed(mul(v.x!, v.y!)))
checkByDifferences('a value that is used three times', { x: [5] }, ({ x }) =>
  sum(add(mul(x!, x!), unary({ x: x! }, { fn: 'exp' }))),
)
checkByDifferences('a diamond', { x: [3, 4] }, ({ x }) => {
  const y = softmax({ x: x! })
  return weighed(add(mul(y, x!), unary({ x: y }, { fn: 'square' })))
})
checkByDifferences('a weight that is used plain and transposed', { w: [3, 3], x: [2, 3] }, ({ w, x }) =>
  weighed(linear({ x: linear({ x: x!, weight: w! }), weight: transpose(w!) })),
)
checkByDifferences('through the values of top_k', { x: [3, 5] }, ({ x }) => {
  const { values, indices } = topK({ x: x! }, { k: 2 })
  const again = gather({ x: transpose(x!), index: reshape(indices, [6]) })
  return add(weighed(values), weighed(again))
})

test('what the loss does not depend on has a gradient of zeros', () => {
  const { gradients } = gradientsOf({ x: [3], unused: [2, 2], barrier: [0, 4] }, ({ x }) => weighed(x!))
  assert.equal(gradients.unused, { shape: [2, 2], data: new Float64Array(4) })
  assert.equal(gradients.barrier!.shape, [0, 4])
})

test('the gradient of a loss with respect to itself and to a value on the way', () => {
  const traced = trace({ x: f32(3) }, ({ x }) => {
    const squares = unary({ x }, { fn: 'square' })
    const loss = sum(mul(squares, x))
    const [own, middle] = differentiate(loss, [loss, squares])
    return { outputs: { own: own!, middle: middle! } }
  })
  const run = interpret(traced.graph, { x: { shape: [3], data: Float64Array.of(1, 2, 3) } })
  assert.equal([...run(traced.outputs.get('own')!).data], [1])
  assert.equal([...run(traced.outputs.get('middle')!).data], [1, 2, 3])
})

test('two losses of one program do not mix, and a gradient can be differentiated', () => {
  const traced = trace({ x: f32(2) }, ({ x }) => {
    const cube = sum(mul(mul(x, x), x))
    const [first] = differentiate(cube, [x])
    const [other] = differentiate(sum(x), [x])
    const [second] = differentiate(sum(first!), [x])
    return { outputs: { first: first!, other: other!, second: second! } }
  })
  const run = interpret(traced.graph, { x: { shape: [2], data: Float64Array.of(2, -3) } })
  assert.equal([...run(traced.outputs.get('first')!).data], [12, 27])
  assert.equal([...run(traced.outputs.get('other')!).data], [1, 1])
  assert.equal([...run(traced.outputs.get('second')!).data], [12, -18])
})

test('a gradient is blamed on the line of its forward op', () => {
  const traced = trace({ x: f32(3) }, ({ x }) => {
    const y = softmax({ x })
    return { outputs: { d: differentiate(sum(unary({ x: y }, { fn: 'square' })), [x])[0]! } }
  })
  const sites = traced.graph.nodes.filter((n) => n.op.name.startsWith('softmax')).map((n) => n.site)
  assert.is(sites.length, 2)
  assert.is(sites[0], sites[1])
})

const refuses = (message: RegExp, bindings: Record<string, BindingSpec>, body: (v: Values) => Value) =>
  assert.throws(
    () => trace(bindings, (v: Values) => ({ outputs: { d: differentiate(body(v), [v.x!])[0]! } })),
    (error: unknown) => error instanceof VmmError && message.test(error.message),
  )

test('a loss is one f32 number', () => {
  refuses(/^loss: got f32 \[3\]; expected one f32 number$/, { x: f32(3) }, ({ x }) => x!)
  refuses(
    /^loss: got i32 \[1\]; expected one f32 number$/,
    { x: f32(3), i: { kind: 'input', dtype: 'i32', shape: [1] } },
    ({ i }) => i!,
  )
})

test('an op without a gradient is named with its line', () => {
  const bindings: Record<string, BindingSpec> = {
    x: f32(1, 4),
    cache: { kind: 'state', dtype: 'f32', shape: [2, 3, 4] },
    at: { kind: 'input', dtype: 'i32', shape: [1] },
  }
  refuses(
    /^cache_append has no gradient \(at .*differentiate\.test\.ts:\d+:\d+\)$/,
    bindings,
    ({ x, cache, at }) => sum(cacheAppend({ cache: cache!, x: x!, slot: at!, position: at! })),
  )
})

/** Outputs of a native run in which the first `rows` rows of `x`, of all that it has room for, count. */
function liveRun(
  values: Readonly<Record<string, RefTensor>>,
  rows: number | null,
  outputs: (v: Values) => Record<string, Value>,
): Record<string, number[]> {
  const bindings = Object.fromEntries(
    Object.entries(values).map(([name, { shape }]) => [
      name,
      { ...f32(...shape), ...(name === 'x' && rows !== null ? { live: 'rows' } : {}) },
    ]),
  )
  const program = compile(trace(bindings, (v: Values) => ({ outputs: outputs(v) })))
  const inputs = Object.fromEntries(
    Object.entries(values).map(([name, { data }]) => [name, Float32Array.from(data)]),
  )
  const results = program.runSync(inputs, rows === null ? {} : { scalars: { rows } })
  program.dispose()
  return Object.fromEntries(Object.entries(results).map(([name, t]) => [name, [...toFloat32(t)]]))
}

const liveModel = ({ x, bias, table, w }: Values) => {
  // The broadcast bias, the table and the weight get gradients from as many rows as count.
  const loss = sum(add(mul(add(x!, bias!), table!), linear({ x: x!, weight: w! })))
  const [dx, dBias, dTable, dW] = differentiate(loss, [x!, bias!, table!, w!])
  return { loss, dx: dx!, dBias: dBias!, dTable: dTable!, dW: dW! }
}

test('rows beyond the live count give no gradient', () => {
  const values = drawn({ x: [5, 3], bias: [3], table: [5, 3], w: [3, 3] })
  const rows = 2
  const cut = ({ data }: RefTensor): RefTensor => ({ shape: [rows, 3], data: data.slice(0, rows * 3) })
  values.x!.data.fill(Number.NaN, rows * 3)
  const live = liveRun(values, rows, liveModel)
  const expected = liveRun({ ...values, x: cut(values.x!), table: cut(values.table!) }, null, liveModel)
  assert.equal(live, { ...expected, dTable: [...expected.dTable!, ...Array(9).fill(0)] })
})

test('no live row at all', () => {
  const live = liveRun(drawn({ x: [5, 3], bias: [3], table: [5, 3], w: [3, 3] }), 0, liveModel)
  const zeros = (n: number) => Array(n).fill(0)
  assert.equal(live, { loss: [0], dx: [], dBias: zeros(3), dTable: zeros(15), dW: zeros(9) })
})

test.run()
