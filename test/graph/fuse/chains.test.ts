// Element-wise nodes that run as one: fewer nodes, the same bits, forwards and backwards, and never where others read between.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { differentiate } from '../../../lib/graph/differentiate.ts'
import { encode } from '../../../lib/graph/encode.ts'
import { fuse } from '../../../lib/graph/fuse/fuse.ts'
import { compile } from '../../../lib/graph/program.ts'
import { type BindingSpec, type Traced, type TraceResult, trace } from '../../../lib/graph/trace.ts'
import type { Value } from '../../../lib/graph/value.ts'
import { binaryFns } from '../../../lib/ops/binary.ts'
import {
  add,
  binary,
  cacheAppend,
  exp,
  mul,
  packedLinear,
  reshape,
  silu,
  square,
  sub,
  sum,
  tanh,
  transpose,
  unary,
} from '../../../lib/ops/index.ts'
import { unaryFns } from '../../../lib/ops/unary_fns.ts'
import { count } from '../../../lib/tensor/shape.ts'
import { seeded } from '../../support/values.ts'

type Values = Readonly<Record<'x' | 'other' | 'row' | 'column' | 'turned' | 'number', Value>>
const [rows, columns] = [5, 37]
const f32 = (shape: readonly number[], live?: string): BindingSpec => ({
  kind: 'input',
  dtype: 'f32',
  shape,
  ...(live === undefined ? {} : { live }),
})
const bindings = {
  x: f32([rows, columns]),
  other: f32([rows, columns]),
  row: f32([columns]),
  column: f32([rows, 1]),
  turned: f32([columns, rows]),
  number: f32([]),
}
const random = seeded('chains')
const given = Object.fromEntries(
  Object.entries(bindings).map(([name, { shape }]) => [
    name,
    Float32Array.from({ length: count(shape) }, () => random() * 4 - 2),
  ]),
)

function run(traced: Traced, scalars = {}): Readonly<Record<string, Uint32Array>> {
  const program = compile(traced)
  const outputs = program.runSync(given, { scalars })
  program.dispose()
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { buffer }]) => [name, new Uint32Array(buffer)]),
  )
}

/** The same program with all that it computes read by the caller: nothing is fused then. */
function apart(traced: Traced): Traced {
  const outputs = new Map(traced.outputs)
  for (const node of traced.graph.nodes)
    for (const value of node.outputs.values())
      if (value.dtype === 'f32' && ![...outputs.values()].includes(value))
        outputs.set(`part${value.id}`, value)
  return { ...traced, outputs }
}

const nodes = (traced: Traced) => encode(traced).sites.length

/** That so many native nodes are left, and that they give the bits of the nodes as they were written. */
function fusesTo(left: number, model: (v: Values) => TraceResult, name = ''): void {
  const traced = trace(bindings, model)
  assert.is(nodes(traced), left, name)
  const alone = run(apart(traced))
  for (const [output, bits] of Object.entries(run(traced)))
    assert.equal(bits, alone[output], `${name} ${output}`)
}

const one = (model: (v: Values) => Value) => (v: Values) => ({ outputs: { y: model(v) } })

test('every function after another, with its operands either way round, in one pass and with the same bits', () => {
  for (const fn of unaryFns)
    fusesTo(
      1,
      one(({ x, other }) => unary({ x: mul(x, other) }, { fn })),
      fn,
    )
  for (const fn of binaryFns)
    for (const operand of ['other', 'row', 'column', 'number'] as const) {
      fusesTo(
        1,
        one((v) => binary({ a: square(v.x), b: v[operand] }, { fn })),
        `square ${fn} ${operand}`,
      )
      fusesTo(
        1,
        one((v) => binary({ a: v[operand], b: square(v.x) }, { fn })),
        `${operand} ${fn} square`,
      )
    }
})

test('six steps are one node, a seventh begins the next', () => {
  const long =
    (steps: number) =>
    ({ x, row, column, number, other, turned }: Values) => {
      const operands = [row, column, number, transpose(turned), other]
      let y = x
      for (let i = 0; i < steps; i++)
        y = i % 3 === 2 ? tanh(y) : i % 2 ? sub(operands[i % 5]!, y) : mul(y, operands[i % 5]!)
      return y
    }
  for (const [steps, left] of [
    [2, 1],
    [6, 1],
    [7, 2],
    [12, 2],
    [13, 3],
  ] as const)
    fusesTo(left, one(long(steps)), `${steps} steps`)
})

test('what others read, or what is repeated, stays apart', () => {
  // Read by the caller.
  fusesTo(2, ({ x, other }) => {
    const y = mul(x, other)
    return { outputs: { y, z: exp(y) } }
  })
  // Read by two nodes, and twice by one.
  fusesTo(
    2,
    one(({ x, other }) => {
      const y = mul(x, other)
      return sub(exp(y), y)
    }),
    'two readers',
  )
  fusesTo(
    2,
    one(({ x, other }) => {
      const y = mul(x, other)
      return mul(y, y)
    }),
    'both operands',
  )
  // A row is computed once, not for each row of what it is added to.
  fusesTo(
    2,
    one(({ x, row }) => add(exp(row), x)),
    'a row',
  )
  fusesTo(
    2,
    one(({ x, row }) => exp(reshape(mul(x, row), [columns, rows]))),
    'another shape',
  )
  fusesTo(
    3,
    one(({ x, row }) => exp(sum(mul(x, row), [1]))),
    'a sum',
  )
})

test('of two chains the one goes through the other', () => {
  fusesTo(
    2,
    one(({ x, other, row }) => sub(exp(mul(x, row)), silu(mul(other, row)))),
  )
})

test('a product takes what follows it before a chain does', () => {
  const traced = trace({ x: f32([rows, 32]), weight: f32([2, 32, 32]), gate: f32([rows, columns]) }, (v) => ({
    outputs: { y: tanh(mul(silu(v.gate), packedLinear({ x: v.x, weight: v.weight }, { out: columns }))) },
  }))
  const left = fuse(traced.graph.nodes, new Set([traced.outputs.get('y')!.id]))
  assert.equal(
    left.map(({ op }) => op.name),
    ['unary', 'packed_linear', 'unary'],
  )
})

test('gradients have the same bits', () => {
  const traced = trace(bindings, (v) => {
    const inner = tanh(add(mul(v.x, v.row), v.column))
    const y = mul(silu(sub(v.number, inner)), transpose(v.turned))
    const loss = sum(square(y))
    const wanted = ['x', 'row', 'column', 'turned', 'number'] as const
    const gradients = differentiate(
      loss,
      wanted.map((name) => v[name]),
    )
    return { outputs: { loss, ...Object.fromEntries(wanted.map((name, i) => [name, gradients[i]!])) } }
  })
  const whole = apart(traced)
  assert.ok(nodes(traced) < nodes(whole) - 4, `${nodes(traced)} of ${nodes(whole)}`)
  const alone = run(whole)
  for (const [name, bits] of Object.entries(run(traced))) assert.equal(bits, alone[name], name)
})

test('rows beyond the live count are left alone', () => {
  const traced = trace({ ...bindings, x: f32([rows, columns], 'count') }, (v) => ({
    outputs: { y: mul(exp(v.x), v.row) },
  }))
  assert.is(nodes(traced), 1)
  const alone = run(apart(traced), { count: 2 }).y!
  assert.equal(run(traced, { count: 2 }).y, alone)
  assert.is(alone.length, 2 * columns)
})

test('a function of a state runs where it stood: the state may be another later', () => {
  const states = {
    cache: { kind: 'state', dtype: 'f32', shape: [1, rows, columns] },
    x: f32([rows, columns]),
    slot: { kind: 'input', dtype: 'i32', shape: [rows] },
  } as const
  const traced = trace(states, (v) => {
    const y = exp(reshape(v.cache, [rows, columns]))
    const cache = cacheAppend({ cache: v.cache, x: v.x, slot: v.slot, position: v.slot })
    return { outputs: { y: mul(y, v.x) }, updates: { cache } }
  })
  assert.is(fuse(traced.graph.nodes, new Set()).length, traced.graph.nodes.length)
})

test.run()
