// What the sequence ops promise beyond their formula: equal bits for a sequence in one call, in two, and row by row,
// alone or among others; and messages for indices and offsets that only a run can see.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { opNamed } from '../../lib/graph/define.ts'
import { compile, toFloat32 } from '../../lib/graph/program.ts'
import { deviceInfo } from '../../lib/runtime/device.ts'
import { encodeNumbers } from '../../lib/tensor/dtype.ts'
import type { Shape } from '../../lib/tensor/shape.ts'
import { chosenOps, traceSample } from '../support/op_cases.ts'
import { seeded } from '../support/values.ts'

interface Tensor {
  readonly shape: Shape
  readonly data: ArrayLike<number>
}
type Tensors = Readonly<Record<string, Tensor>>

const integers = new Set(['offsets', 'index', 'ids', 'expert'])
const chosen = new Set(chosenOps().map((op) => op.name))

function run(name: string, tensors: Tensors, attrs: Record<string, number | string>, set?: string) {
  const dtypeOf = (input: string) => (integers.has(input) ? 'i32' : 'f32')
  const inputs = Object.fromEntries(
    Object.entries(tensors).map(([input, { shape }]) => [
      input,
      { shape, dtype: dtypeOf(input), fill: { kind: 'literal', values: [] } } as const,
    ]),
  )
  const program = compile(traceSample(opNamed(name), { name, inputs, attrs }))
  const bindings = Object.fromEntries(
    Object.entries(tensors).map(([input, { data }]) => [input, encodeNumbers(data, dtypeOf(input))]),
  )
  const outputs = program.runSync(bindings, { threads: 2, ...(set ? { instructionSet: set } : {}) })
  program.dispose()
  return Object.fromEntries(Object.entries(outputs).map(([key, value]) => [key, toFloat32(value)]))
}

const rowsOf = (t: Tensor, begin: number, end: number): Tensor => {
  const d = t.shape[1]!
  return { shape: [end - begin, d], data: Array.from(t.data).slice(begin * d, end * d) }
}

/** Runs rows in pieces that hand their state on, and gives what the pieces say together. */
function inPieces(
  name: string,
  rowed: Tensors,
  fixed: Tensors,
  attrs: Record<string, string>,
  bounds: number[],
  set: string,
) {
  const y: number[] = []
  let state: Tensor | null = null
  for (let i = 0; i + 1 < bounds.length; i++) {
    const [begin, end] = [bounds[i]!, bounds[i + 1]!]
    const pieces = Object.entries(rowed).map(([key, t]) => [key, rowsOf(t, begin, end)] as const)
    const offsets = { shape: [2], data: [0, end - begin] }
    const outputs = run(
      name,
      { ...fixed, ...Object.fromEntries(pieces), offsets, ...(state ? { state } : {}) },
      attrs,
      set,
    )
    y.push(...outputs.y!)
    const d = Object.values(rowed)[0]!.shape[1]!
    state = { shape: [1, d, outputs.stateOut!.length / d], data: outputs.stateOut! }
  }
  return { y, state: Array.from(state!.data) }
}

const rows = 150
const d = 37
const random = seeded('sequences')
const tensor = (...shape: number[]): Tensor => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random() * 2 - 1),
})

const recurrent = [
  {
    name: 'ssm_scan',
    rowed: {
      u: tensor(rows, d),
      delta: tensor(rows, d),
      z: tensor(rows, d),
      b: tensor(rows, 16),
      c: tensor(rows, 16),
    },
    fixed: { aLog: tensor(d, 16), skip: tensor(d), deltaBias: tensor(d) },
    attrs: {},
  },
  {
    name: 'causal_conv1d',
    rowed: { x: tensor(rows, d) },
    fixed: { weight: tensor(d, 4), bias: tensor(d) },
    attrs: { activation: 'silu' },
  },
] as const

for (const { name, rowed, fixed, attrs } of recurrent) {
  if (!chosen.has(name)) continue
  test(`${name}: a sequence in pieces gives the bits of the whole`, () => {
    for (const set of deviceInfo().instructionSets) {
      const whole = inPieces(name, rowed, fixed, attrs, [0, rows], set)
      const single = Array.from({ length: rows + 1 }, (_, i) => i)
      for (const bounds of [[0, 1, rows], [0, 64, rows], [0, 77, 79, rows], single])
        assert.equal(
          inPieces(name, rowed, fixed, attrs, bounds, set),
          whole,
          `${set}: ${bounds.length - 1} pieces`,
        )
    }
  })
  test(`${name}: a sequence among others gives the bits it has alone`, () => {
    for (const set of deviceInfo().instructionSets) {
      const bounds = [0, 3, 3, 90, rows]
      const offsets = { shape: [bounds.length], data: bounds }
      const together = run(name, { ...rowed, ...fixed, offsets }, attrs, set).y!
      for (let i = 0; i + 1 < bounds.length; i++) {
        const [begin, end] = [bounds[i]!, bounds[i + 1]!]
        const own = Object.entries(rowed).map(([key, t]) => [key, rowsOf(t, begin, end)] as const)
        const alone = inPieces(name, Object.fromEntries(own), fixed, attrs, [0, end - begin], set).y
        assert.equal(Array.from(together.slice(begin * d, end * d)), alone, `${set}: rows ${begin} … ${end}`)
      }
    }
  })
}

const list = (...data: number[]): Tensor => ({ shape: [data.length], data })
const badRuns: [op: string, tensors: Tensors, attrs: Record<string, number | string>, message: string][] = [
  ['gather', { x: tensor(3, 2), index: list(0, 3) }, {}, 'gather: index[1] is 3; expected 0 … 2'],
  ['gather', { x: tensor(3, 2), index: list(-1) }, {}, 'gather: index[0] is -1; expected 0 … 2'],
  ['embedding', { table: tensor(5, 2), ids: list(4, 5) }, {}, 'embedding: ids[1] is 5; expected 0 … 4'],
  [
    'scatter_add',
    { x: tensor(2, 2), index: list(0, 7) },
    { size: 7 },
    'scatter_add: index[1] is 7; expected 0 … 6',
  ],
  [
    'take_along',
    { x: tensor(1, 2), index: { shape: [1, 2], data: [0, 2] } },
    {},
    'take_along: index[1] is 2; expected 0 … 1',
  ],
  [
    'put_along',
    { x: tensor(1, 1), index: { shape: [1, 1], data: [-2] } },
    { size: 4 },
    'put_along: index[0] is -2',
  ],
  [
    'segment_pool',
    { x: tensor(3, 2), offsets: list(0, 4) },
    { fn: 'sum' },
    'segment_pool: offsets[1] is 4; expected 0 … 3',
  ],
  [
    'segment_pool',
    { x: tensor(3, 2), offsets: list(1, 3) },
    { fn: 'sum' },
    'segment_pool: offsets[0] is 1; expected 0',
  ],
  [
    'segment_spread',
    { x: tensor(2, 2), offsets: list(0, 3, 2), like: tensor(3, 1) },
    { fn: 'copy' },
    'segment_spread: offsets[2] is 2; expected 3 … 3',
  ],
  [
    'causal_conv1d',
    { x: tensor(3, 2), weight: tensor(2, 2, 4), offsets: list(0, 3), expert: list(2) },
    {},
    'causal_conv1d: expert[0] is 2; expected 0 … 1',
  ],
  [
    'ssm_scan',
    {
      u: tensor(3, 2),
      delta: tensor(3, 2),
      aLog: tensor(2, 4),
      b: tensor(3, 4),
      c: tensor(3, 4),
      offsets: list(0, 2, 1),
    },
    {},
    'ssm_scan: offsets[2] is 1; expected 2 … 3',
  ],
]

for (const [op, tensors, attrs, message] of badRuns) {
  if (!chosen.has(op)) continue
  test(`${op} refuses while running: ${message}`, () => {
    try {
      run(op, tensors, attrs)
    } catch (error) {
      assert.ok((error as Error).message.includes(message), `message '${(error as Error).message}'`)
      return
    }
    assert.unreachable('was accepted')
  })
}

test.run()
