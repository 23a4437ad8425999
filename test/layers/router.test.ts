import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compile, toFloat32 } from '../../lib/graph/program.ts'
import { trace } from '../../lib/graph/trace.ts'
import type { Value } from '../../lib/graph/value.ts'
import { mixedProject } from '../../lib/layers/moe.ts'
import { chooseExperts, fadingSum, routerLogits } from '../../lib/layers/router.ts'
import { weightsOf } from '../../lib/layers/weights.ts'
import { reshape, slice } from '../../lib/ops/index.ts'
import { seeded } from '../support/values.ts'

type Tensor = readonly [shape: readonly number[], data: Float32Array | Int32Array]

/** Runs a function of inputs and gives its outputs as f32. */
function run(
  inputs: Readonly<Record<string, Tensor>>,
  model: (values: Readonly<Record<string, Value>>) => Readonly<Record<string, Value>>,
): Record<string, ArrayLike<number>> {
  const bindings = Object.fromEntries(
    Object.entries(inputs).map(([name, [shape, data]]) => [
      name,
      { kind: 'input', dtype: data instanceof Int32Array ? 'i32' : 'f32', shape } as const,
    ]),
  )
  const program = compile(trace(bindings, (values) => ({ outputs: model(values) })))
  const outputs = program.runSync(
    Object.fromEntries(Object.entries(inputs).map(([name, [, data]]) => [name, data])),
  )
  program.dispose()
  return Object.fromEntries(
    Object.entries(outputs).map(([name, tensor]) => [
      name,
      tensor.dtype === 'i32' ? new Int32Array(tensor.buffer) : toFloat32(tensor),
    ]),
  )
}

function drawn(seed: string, ...shape: number[]): Tensor {
  const random = seeded(seed)
  const n = shape.reduce((a, b) => a * b, 1)
  return [shape, Float32Array.from({ length: n }, () => 2 * random() - 1)]
}

function near(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  assert.is(actual.length, expected.length)
  for (let i = 0; i < expected.length; i++)
    assert.ok(Math.abs(actual[i]! - expected[i]!) < 1e-5, `${i}: ${actual[i]}, not ${expected[i]}`)
}

test('a fading sum is that of a loop, per sequence, and goes on from its state', () => {
  const [rows, d, decay] = [7, 3, 0.8]
  const x = drawn('x', rows, d)
  const state = drawn('state', 2, d, 1)
  const offsets: Tensor = [[3], Int32Array.of(0, 4, 7)]
  const { y, stateOut } = run({ x, offsets, state }, (v) => {
    const sum = fadingSum(v.x!, v.offsets!, decay, v.state!)
    return { y: sum.y, stateOut: sum.stateOut }
  })
  const expected = new Float32Array(rows * d)
  const last: number[] = []
  for (const [s, begin, end] of [
    [0, 0, 4],
    [1, 4, 7],
  ] as const)
    for (let i = 0; i < d; i++) {
      let m = state[1][s * d + i]!
      for (let r = begin; r < end; r++) {
        m = decay * m + x[1][r * d + i]!
        expected[r * d + i] = m
      }
      last[s * d + i] = m
    }
  near(y!, expected)
  near(stateOut!, last)
})

const router = {
  'hidden.weight': drawn('hw', 5, 4),
  'hidden.bias': drawn('hb', 5),
  'out.weight': drawn('ow', 3, 5),
  'out.bias': [[3], Float32Array.of(0.3, -0.2, 0.1)] as Tensor,
}
const centroids = drawn('c', 2, 4)
const domainExperts: Tensor = [[3, 2], Float32Array.of(1, 0, 0, 1, 0, 0)]
const logitsOf = (seen: Tensor, weight: number, domains: boolean) =>
  run(
    { seen, ...router, ...(domains ? { centroids, domain_experts: domainExperts } : {}) },
    ({ seen, ...values }) => ({ logits: routerLogits(weightsOf(values), seen!, weight) }),
  ).logits!

test('the length of what was seen does not matter, and nothing seen is routed by the biases', () => {
  const seen = drawn('seen', 2, 4)
  const longer: Tensor = [seen[0], seen[1].map((x) => 9 * x) as Float32Array]
  near(logitsOf(seen, 0.5, true), logitsOf(longer, 0.5, true))
  const silu = (x: number) => x / (1 + Math.exp(-x))
  const hidden = [...router['hidden.bias'][1]].map(silu)
  const expected = [...router['out.bias'][1]].map(
    (bias, e) => bias + hidden.reduce((sum, h, i) => sum + h * router['out.weight'][1][e * 5 + i]!, 0),
  )
  near(logitsOf([[1, 4], new Float32Array(4)], 0.5, true), expected)
})

test('a centroid adds its cosine to the expert of its domain', () => {
  const seen = drawn('seen', 1, 4)
  const without = logitsOf(seen, 0.5, false)
  const length = Math.hypot(...seen[1])
  const cosine = (d: number) =>
    [...seen[1]].reduce((sum, x, i) => sum + (x * centroids[1][d * 4 + i]!) / length, 0)
  const added = [0.5 * cosine(0), 0.5 * cosine(1), 0]
  near(
    logitsOf(seen, 0.5, true),
    added.map((value, e) => without[e]! + value),
  )
})

test('weights are the softmax over the chosen, and ties go to the lower expert', () => {
  const logits: Tensor = [[2, 4], Float32Array.of(1, 3, 3, 2, 0, 0, 0, 0)]
  const { experts, weights } = run({ logits }, (v) => ({ ...chooseExperts(v.logits!, 2) }))
  assert.equal(Array.from(experts!), [1, 2, 0, 1])
  near(weights!, [0.5, 0.5, 0.5, 0.5])
})

test('a mixture of products is the product with the mixture', () => {
  const [rows, width, out] = [3, 4, 2]
  const x = drawn('x', rows, width)
  const w = drawn('w', 3, out, width)
  const expert: Tensor = [[rows, 2], Int32Array.of(0, 2, 1, 0, 2, 1)]
  const weight = drawn('weight', rows, 2)
  const { y } = run({ x, w, expert, weight }, (v) => {
    const choices = [0, 1].map((i) => ({
      expert: reshape(slice(v.expert!, 1, i, i + 1), [rows]),
      weight: slice(v.weight!, 1, i, i + 1),
    }))
    return { y: mixedProject(v.w!, v.x!, choices, 'f32') }
  })
  const expected = Array.from({ length: rows * out }, (_, at) => {
    const [r, o] = [Math.floor(at / out), at % out]
    let sum = 0
    for (const i of [0, 1])
      for (let c = 0; c < width; c++)
        sum +=
          weight[1][r * 2 + i]! * w[1][(expert[1][r * 2 + i]! * out + o) * width + c]! * x[1][r * width + c]!
    return sum
  })
  near(y!, expected)
})

test.run()
