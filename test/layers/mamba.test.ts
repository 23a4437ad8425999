import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compile, toFloat32 } from '../../lib/graph/program.ts'
import { trace } from '../../lib/graph/trace.ts'
import { mambaBlock } from '../../lib/layers/mamba.ts'
import { weightsOf } from '../../lib/layers/weights.ts'
import { count, type Shape } from '../../lib/tensor/shape.ts'
import { plainMambaBlock } from '../support/plain_mamba.ts'
import { seeded } from '../support/values.ts'

const [d, inner, states, rank, taps] = [6, 12, 4, 2, 3]
const shapes: Readonly<Record<string, Shape>> = {
  'norm.weight': [d],
  'mixer.in_proj.weight': [2 * inner, d],
  'mixer.conv1d.weight': [inner, 1, taps],
  'mixer.conv1d.bias': [inner],
  'mixer.x_proj.weight': [rank + 2 * states, inner],
  'mixer.dt_proj.weight': [inner, rank],
  'mixer.dt_proj.bias': [inner],
  'mixer.A_log': [inner, states],
  'mixer.D': [inner],
  'mixer.out_proj.weight': [d, inner],
}
const random = seeded('mamba')
const draw = (shape: Shape) => Float32Array.from({ length: count(shape) }, () => random() - 0.5)
const weights = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, draw(shape)]))

/** Runs a block over packed rows; gives its rows and its state after them. */
function runBlock(x: Float32Array, offsets: readonly number[], before: Before) {
  const rows = x.length / d
  const sequences = offsets.length - 1
  const input = (shape: Shape, dtype: 'f32' | 'i32' = 'f32') => ({ kind: 'input', dtype, shape }) as const
  const program = compile(
    trace(
      {
        x: input([rows, d]),
        offsets: input([offsets.length], 'i32'),
        conv: input([sequences, inner, taps - 1]),
        scan: input([sequences, inner, states]),
        ...Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, input(shape)])),
      },
      ({ x, offsets, conv, scan, ...values }) => {
        const state = { conv: conv!, scan: scan! }
        const route = { offsets: offsets!, expert: null, mixture: null, compute: 'f32', state } as const
        const { y, state: after } = mambaBlock(weightsOf(values), x!, route)
        return { outputs: { y, conv: after.conv, scan: after.scan } }
      },
    ),
  )
  const { y, conv, scan } = program.runSync({ x, offsets: Int32Array.from(offsets), ...before, ...weights })
  program.dispose()
  return { y: toFloat32(y!), state: { conv: toFloat32(conv!), scan: toFloat32(scan!) } }
}

interface Before {
  readonly conv: Float32Array
  readonly scan: Float32Array
}
const beginning = (sequences: number): Before => ({
  conv: new Float32Array(sequences * inner * (taps - 1)),
  scan: new Float32Array(sequences * inner * states),
})

/** The block's equations over one sequence. */
const plainBlock = (x: Float32Array): number[] =>
  plainMambaBlock(
    weights,
    Array.from({ length: x.length / d }, (_, t) => [...x.subarray(t * d, (t + 1) * d)]),
  ).flat()

function near(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5): void {
  assert.is(actual.length, expected.length)
  for (let i = 0; i < expected.length; i++)
    assert.ok(Math.abs(actual[i]! - expected[i]!) <= tolerance, `${i}: ${actual[i]}, not ${expected[i]}`)
}

test('a block is its equations, for each packed sequence', () => {
  const x = draw([12, d])
  const { y } = runBlock(x, [0, 5, 5, 12], beginning(3))
  near(y, [...plainBlock(x.subarray(0, 5 * d)), ...plainBlock(x.subarray(5 * d))])
})

test('a block that goes on from its state gives the same', () => {
  const x = draw([9, d])
  const whole = runBlock(x, [0, 9], beginning(1))
  let state = beginning(1)
  const rows: number[] = []
  for (const [from, to] of [
    [0, 1],
    [1, 2],
    [2, 7],
    [7, 9],
  ] as const) {
    const part = runBlock(x.slice(from * d, to * d), [0, to - from], state)
    rows.push(...part.y)
    state = part.state
  }
  near(rows, whole.y, 1e-6)
  near(state.conv, whole.state.conv, 1e-6)
  near(state.scan, whole.state.scan, 1e-6)
})

test.run()
