// Products that multiply and add for the nodes behind them: fewer nodes, the same bits, and never where others read between.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { encode } from '../../../lib/graph/encode.ts'
import { fuse } from '../../../lib/graph/fuse/fuse.ts'
import { compile } from '../../../lib/graph/program.ts'
import { type BindingSpec, type TraceResult, trace } from '../../../lib/graph/trace.ts'
import type { Value } from '../../../lib/graph/value.ts'
import { add, cacheAppend, mul, packedLinear, quantizedLinear, reshape, sub } from '../../../lib/ops/index.ts'
import { quantisedShapes } from '../../../lib/ops/quantized_linear.ts'
import { count } from '../../../lib/tensor/shape.ts'
import { seeded } from '../../support/values.ts'

const [rows, inputs, out] = [3, 32, 45]
type Values = Readonly<Record<string, Value>>
const { quants, scales } = quantisedShapes(out, inputs, false)
const f32 = (shape: readonly number[], kind: BindingSpec['kind'] = 'input'): BindingSpec => ({
  kind,
  dtype: 'f32',
  shape,
})
const bindings: Record<string, BindingSpec> = {
  x: f32([rows, inputs]),
  gate: f32([2, inputs, 32]),
  up: f32([2, inputs, 32]),
  quants: { kind: 'input', dtype: 'i8', shape: quants },
  scales: { kind: 'input', dtype: 'f16', shape: scales },
  residual: f32([rows, out]),
  wide: f32([1, out]),
}
const random = seeded('fuse')
const given = Object.fromEntries(
  Object.entries(bindings).map(([name, { dtype, shape }]) => {
    const n = count(shape)
    if (dtype === 'i8') return [name, Int8Array.from({ length: n }, () => Math.floor(random() * 256) - 128)]
    if (dtype === 'f16') return [name, new Uint16Array(n).fill(0x1c00)]
    return [name, Float32Array.from({ length: n }, () => random() * 2 - 1)]
  }),
)
const product = (v: Values, weight: string, epilogue: 'none' | 'silu' = 'none') =>
  packedLinear({ x: v.x!, weight: v[weight]! }, { out, epilogue })
const quantised = (v: Values) => quantizedLinear({ x: v.x!, quants: v.quants!, scales: v.scales! }, { out })

function run(model: (v: Values) => TraceResult): Readonly<Record<string, Uint32Array>> {
  const program = compile(trace(bindings, model))
  const outputs = program.runSync(given, { scalars: {} })
  program.dispose()
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { buffer }]) => [name, new Uint32Array(buffer)]),
  )
}
const nodes = (model: (v: Values) => TraceResult) => encode(trace(bindings, model)).sites.length

/** y as the model has it, and with all that it is made of read by the caller as well: nothing is fused then. */
function bothWays(model: (v: Values) => Value[]): void {
  const fused = run((v) => ({ outputs: { y: model(v).at(-1)! } })).y
  const apart = run((v) => ({
    outputs: Object.fromEntries(
      model(v).map((value, i, all) => [i === all.length - 1 ? 'y' : `part${i}`, value]),
    ),
  })).y
  assert.equal(fused, apart)
}

test('a gate and a residual are done by the product, with the same bits', () => {
  const model = (v: Values) => {
    const up = product(v, 'up')
    const gate = product(v, 'gate', 'silu')
    const gated = mul(gate, up)
    return [up, gate, gated, add(v.residual!, gated)]
  }
  assert.is(
    nodes((v) => ({ outputs: { y: model(v).at(-1)! } })),
    2,
  )
  bothWays(model)
})

test('so does a quantised one', () => {
  const model = (v: Values) => {
    const y = quantised(v)
    const gated = mul(v.residual!, y)
    return [y, gated, add(gated, v.residual!)]
  }
  assert.is(
    nodes((v) => ({ outputs: { y: model(v).at(-1)! } })),
    1,
  )
  bothWays(model)
})

test('what others read, of another shape, or in another order stays apart', () => {
  const apart: ((v: Values) => Record<string, Value>)[] = [
    // Read by the caller, and by another node.
    (v) => {
      const y = product(v, 'up')
      return { y, sum: add(y, v.residual!) }
    },
    (v) => {
      const y = product(v, 'up')
      return { y: mul(add(y, v.residual!), sub(y, v.residual!)) }
    },
    (v) => {
      const y = product(v, 'up')
      return { y: mul(y, y) }
    },
    // A row that is repeated.
    (v) => ({ y: add(product(v, 'up'), v.wide!) }),
    (v) => ({ y: add(reshape(product(v, 'up'), [out, rows]), reshape(v.residual!, [out, rows])) }),
    (v) => ({ y: sub(product(v, 'up'), v.residual!) }),
  ]
  // Two of the second are a chain.
  const counts = [2, 3, 2, 2, 2, 2]
  for (const [i, model] of apart.entries())
    assert.is(
      nodes((v) => ({ outputs: model(v) })),
      counts[i],
      `model ${i}`,
    )
  // Added first, multiplied then: the sum is fused, the product after it is not.
  const later = (v: Values) => {
    const y = product(v, 'up')
    const sum = add(y, v.residual!)
    return [y, sum, mul(sum, v.residual!)]
  }
  assert.is(
    nodes((v) => ({ outputs: { y: later(v).at(-1)! } })),
    2,
  )
  bothWays(later)
})

test('a product of a state runs where it stood: the state may be another later', () => {
  const states: Record<string, BindingSpec> = {
    ...bindings,
    cache: f32([1, rows, inputs], 'state'),
    slot: { kind: 'input', dtype: 'i32', shape: [rows] },
  }
  const traced = trace(states, (v) => {
    const y = packedLinear({ x: reshape(v.cache!, [rows, inputs]), weight: v.up! }, { out })
    const cache = cacheAppend({ cache: v.cache!, x: v.x!, slot: v.slot!, position: v.slot! })
    return { outputs: { y: add(y, v.residual!) }, updates: { cache } }
  })
  assert.is(fuse(traced.graph.nodes, new Set()).length, traced.graph.nodes.length)
})

test.run()
