// Compiled programs: what they ask of their caller, errors that name the line of the model, the cache.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../lib/core/errors.ts'
import { compile, toFloat32 } from '../../lib/graph/program.ts'
import { type Model, programCache } from '../../lib/graph/program_cache.ts'
import { type BindingSpec, constant, trace } from '../../lib/graph/trace.ts'
import { adamw, binary, embedding, reshape, softmax, transpose, unary } from '../../lib/ops/index.ts'
import { createTensor, readTensor } from '../../lib/tensor/device_tensor.ts'

const f32 = (...shape: number[]): BindingSpec => ({ kind: 'input', dtype: 'f32', shape })
const live: BindingSpec = { ...f32(4, 2), live: 'rows' }

function refuses(message: RegExp, body: () => unknown): void {
  assert.throws(body, (error: unknown) => {
    assert.instance(error, VmmError)
    assert.match((error as VmmError).message, message)
    return true
  })
}

const twice = () =>
  compile(trace({ x: live }, ({ x }) => ({ outputs: { y: binary({ a: x, b: x }, { fn: 'add' }) } })))

test('inputs are the whole capacity or the live rows; results are the live rows', () => {
  const program = twice()
  const whole = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8)
  for (const x of [whole, whole.slice(0, 6)]) {
    const { y } = program.runSync({ x }, { scalars: { rows: 3 } })
    assert.equal(y!.shape, [3, 2])
    assert.equal([...toFloat32(y!)], [2, 4, 6, 8, 10, 12])
  }
  assert.equal(program.runSync({ x: whole }, { scalars: { rows: 0 } }).y!.shape, [0, 2])
  program.dispose()
})

test('wrong inputs and scalars are refused by name', () => {
  const program = twice()
  const x = new Float32Array(8)
  const run = (bindings: Record<string, Float32Array | Int8Array>, scalars: Record<string, number>) => () =>
    program.runSync(bindings, { scalars })
  refuses(/^scalars\.rows: got undefined; expected a number$/, run({ x }, {}))
  refuses(/^scalars\.rows: got NaN; expected a number$/, run({ x }, { rows: Number.NaN }))
  refuses(/^scalars\.rows: got 5; expected 0 … 4, the capacity of x$/, run({ x }, { rows: 5 }))
  refuses(/^scalars\.rows: got 1\.5; expected 0 … 4/, run({ x }, { rows: 1.5 }))
  refuses(/^x: got undefined; expected a typed array$/, run({}, { rows: 1 }))
  refuses(
    /^x: got Int8Array of 8; expected a typed array of 4-byte elements \(f32\)$/,
    run({ x: new Int8Array(8) }, { rows: 1 }),
  )
  refuses(
    /^x: got 3 elements; expected 2 for shape \[4, 2\] with 1 live rows$/,
    run({ x: new Float32Array(3) }, { rows: 1 }),
  )
  program.dispose()
})

test('states are bound to tensors of their type', () => {
  const program = compile(
    trace({ s: { kind: 'state', dtype: 'f32', shape: [2] } }, ({ s }) => ({
      outputs: {},
      updates: { s: unary({ x: s }, { fn: 'square' }) },
    })),
  )
  refuses(/^s: got Float32Array of 2; expected a tensor handle$/, () =>
    program.runSync({ s: new Float32Array(2) }),
  )
  using wide = createTensor('f32', [3])
  refuses(/^s: got f32 \[3\]; expected f32 \[2\]$/, () => program.runSync({ s: wide }))
  using s = createTensor('f32', [2], [2, 3])
  program.runSync({ s })
  program.runSync({ s })
  assert.equal([...readTensor(s)], [16, 81])
  program.dispose()
})

test('states can be swapped, and outputs may be bindings, constants and views', () => {
  const state = (n: number): BindingSpec => ({ kind: 'state', dtype: 'f32', shape: [n] })
  const program = compile(
    trace({ a: state(2), b: state(2), x: f32(2, 2) }, ({ a, b, x }) => ({
      outputs: { a, x: transpose(x), c: constant(x, [7], [1]), flat: reshape(transpose(x), [4]) },
      updates: { a: b, b: a },
    })),
  )
  using a = createTensor('f32', [2], [1, 2])
  using b = createTensor('f32', [2], [3, 4])
  const outputs = program.runSync({ a, b, x: Float32Array.of(1, 2, 3, 4) })
  assert.equal(
    Object.values(outputs).map((t) => [...toFloat32(t)]),
    [[1, 2], [1, 3, 2, 4], [7], [1, 3, 2, 4]],
  )
  assert.equal([...readTensor(a), ...readTensor(b)], [3, 4, 1, 2])
  program.dispose()
})

test('an error in a kernel names the line of the model', async () => {
  const program = compile(
    trace({ table: f32(3, 2), ids: { kind: 'input', dtype: 'i32', shape: [2] } }, ({ table, ids }) => ({
      outputs: { y: softmax({ x: embedding({ table, ids }) }) },
    })),
  )
  const bindings = { table: new Float32Array(6), ids: Int32Array.of(0, 3) }
  const message = /^embedding: .*\(at .*program\.test\.ts:\d+:\d+\)$/
  refuses(message, () => program.runSync(bindings))
  const error = await program.run(bindings).catch((e: unknown) => e)
  assert.instance(error, VmmError)
  assert.match((error as VmmError).message, message)
  program.dispose()
  refuses(/disposed/, () => program.runSync(bindings))
})

test('a failure leaves states as they were, wherever the model updates them', () => {
  const state: BindingSpec = { kind: 'state', dtype: 'f32', shape: [2] }
  const ids: BindingSpec = { kind: 'input', dtype: 'i32', shape: [1] }
  const program = compile(
    trace({ param: state, m: state, v: state, grad: f32(2), ids }, ({ param, m, v, grad, ids }) => {
      adamw({ param, grad, m, v }, {}, { lr: 'lr', step: 'step' })
      return { outputs: { y: embedding({ table: reshape(grad, [1, 2]), ids }) } }
    }),
  )
  using param = createTensor('f32', [2], [1, 2])
  using m = createTensor('f32', [2])
  using v = createTensor('f32', [2])
  const run = (id: number) =>
    program.runSync(
      { param, m, v, grad: Float32Array.of(3, 4), ids: Int32Array.of(id) },
      { scalars: { lr: 0.5, step: 1 } },
    )
  refuses(/^embedding: /, () => run(1))
  assert.equal([...readTensor(param), ...readTensor(m), ...readTensor(v)], [1, 2, 0, 0, 0, 0])
  run(0)
  assert.ok(readTensor(param)[0]! < 1 && readTensor(m)[0]! > 0)
  program.dispose()
})

test('a run that is aborted before it begins changes nothing', async () => {
  const program = twice()
  const reason = new Error('enough')
  const error = await program
    .run({ x: new Float32Array(8) }, { scalars: { rows: 1 }, signal: AbortSignal.abort(reason) })
    .catch((e: unknown) => e)
  assert.is(error, reason)
  program.dispose()
})

let traces = 0
const power: Model<{ readonly n: number }> = ({ n }, { x }) => {
  traces++
  let y = x!
  for (let i = 1; i < n; i++) y = binary({ a: y, b: x! }, { fn: 'mul' })
  return { outputs: { y } }
}

test('a program that is known is not traced again', () => {
  traces = 0
  const cache = programCache()
  const program = cache.get(power, { n: 3 }, { x: f32(2) })
  assert.is(cache.get(power, { n: 3 }, { x: f32(2) }), program)
  assert.is(traces, 1)
  assert.equal([...toFloat32(program.runSync({ x: Float32Array.of(2, 3) }).y!)], [8, 27])
  const others = [
    cache.get(power, { n: 2 }, { x: f32(2) }),
    cache.get(power, { n: 3 }, { x: f32(3) }),
    cache.get(power, { n: 3 }, { x: { ...f32(2), live: 'rows' } }),
    cache.get((config: { n: number }, values) => power(config, values), { n: 3 }, { x: f32(2) }),
  ]
  assert.is(new Set([program, ...others]).size, 5)
  assert.is(traces, 5)
  assert.is(cache.size, 5)
  cache.dispose()
  assert.is(cache.size, 0)
  refuses(/disposed/, () => program.runSync({ x: Float32Array.of(2, 3) }))
})

test('configs that differ in any value are programs of their own', () => {
  const cache = programCache()
  const model: Model<unknown> = (_, { x }) => ({ outputs: { y: x! } })
  const configs = [
    null,
    Number.NaN,
    Infinity,
    -Infinity,
    'NaN',
    [1, 2],
    [1, [2]],
    { a: 1 },
    { a: '1' },
    { b: 1 },
  ]
  for (const config of configs) cache.get(model, config, { x: f32(1) })
  assert.is(cache.size, configs.length)
  for (const config of [new Map([[1, 2]]), { scale: new Float32Array(1) }, [() => 1], { n: 1n }])
    refuses(/^config\..*expected plain data/, () => cache.get(model, config, { x: f32(1) }))
  cache.dispose()
})

test('the cache keeps the programs used last', () => {
  traces = 0
  const cache = programCache(2)
  const get = (n: number) => cache.get(power, { n }, { x: f32(1) })
  const [one, two] = [get(1), get(2)]
  assert.is(get(1), one)
  get(3)
  assert.is(cache.size, 2)
  assert.is(get(1), one)
  refuses(/disposed/, () => two.runSync({ x: Float32Array.of(2) }))
  assert.is(traces, 3)
  get(2)
  assert.is(traces, 4)
  cache.dispose()
})

test('a model that throws leaves nothing in the cache', () => {
  const cache = programCache()
  const bad: Model<null> = (_, { x }) => ({ outputs: { y: reshape(x!, [5]) } })
  refuses(/^reshape\.shape: got \[5\]; expected 2 elements, as in \[2\]$/, () =>
    cache.get(bad, null, { x: f32(2) }),
  )
  assert.is(cache.size, 0)
  cache.dispose()
})

test.run()
