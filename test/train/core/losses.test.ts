// The losses and their gradients against PyTorch (goldens/make_losses.py), by the references and by every kernel.
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { differentiate } from '../../../lib/graph/differentiate.ts'
import { compile, toFloat32 } from '../../../lib/graph/program.ts'
import { type BindingSpec, trace } from '../../../lib/graph/trace.ts'
import type { Value } from '../../../lib/graph/value.ts'
import { topK } from '../../../lib/ops/index.ts'
import { deviceInfo } from '../../../lib/runtime/device.ts'
import type { Shape } from '../../../lib/tensor/shape.ts'
import {
  cosineLoss,
  infoNce,
  loadBalanceLoss,
  maskedMse,
  routingLoss,
  totalLoss,
} from '../../../lib/train/core/losses.ts'
import { interpret } from '../../support/interpret.ts'
import { noise, spread } from '../tiny_data.ts'

interface Golden {
  readonly loss: number
  readonly gradients: readonly (readonly number[])[]
}
const goldens: Readonly<Record<string, Golden>> = JSON.parse(
  readFileSync(new URL('../goldens/losses.json', import.meta.url), 'utf8'),
)

const [rows, dims, candidates, experts, k] = [7, 12, 9, 4, 2]
type Inputs = Readonly<Record<string, { readonly shape: Shape; readonly data: Float32Array | Int32Array }>>

const reals = (stream: number, ...shape: number[]) => ({ shape, data: spread(stream, shape, 0, 1) })
const whole = (stream: number, high: number, n: number) => ({
  shape: [n],
  data: Int32Array.from(noise(stream, n), (u) => Math.floor(u * high)),
})
const weights = {
  shape: [rows],
  data: Float32Array.from(noise(3, rows), (u, i) => (i === 2 || i === 5 ? 0 : u)),
}
const total = weights.data.reduce((a, b) => a + b)
const even = { shape: [rows], data: weights.data.map((w) => w / total) }

interface Case {
  readonly inputs: Inputs
  readonly of: readonly string[]
  readonly loss: (v: Readonly<Record<string, Value>>) => Value
}
const cases: Readonly<Record<string, Case>> = {
  mse: {
    inputs: { p: reals(1, rows, dims), t: reals(2, rows, dims), weights },
    of: ['p', 't'],
    loss: ({ p, t, weights }) => maskedMse(p!, t!, weights!),
  },
  cosine: {
    inputs: { p: reals(1, rows, dims), t: reals(2, rows, dims), weights },
    of: ['p', 't'],
    loss: ({ p, t, weights }) => cosineLoss(p!, t!, weights!),
  },
  infoNce: {
    inputs: {
      p: reals(1, rows, dims),
      c: reals(4, candidates, dims),
      targets: whole(5, 8, rows),
      weights,
      bias: { shape: [candidates], data: Float32Array.of(0, 0, 0, 0, 0, 0, 0, 0, -1e9) },
    },
    of: ['p', 'c'],
    loss: ({ p, c, targets, weights, bias }) =>
      infoNce(p!, c!, targets!, weights!, { temperature: 0.25, bias }),
  },
  groupedNce: {
    inputs: {
      p: reals(1, rows, dims),
      c: reals(4, candidates, dims),
      targets: { shape: [rows], data: Int32Array.of(0, 1, 3, 2, 4, 5, 5) },
      weights,
      of: { shape: [rows], data: Float32Array.of(0, 0, 1, 1, 2, 2, 2) },
      in: { shape: [candidates], data: Float32Array.of(0, 0, 1, 1, 2, 2, 2, 1, 0) },
    },
    of: ['p', 'c'],
    loss: ({ p, c, targets, weights, of, in: candidates }) =>
      infoNce(p!, c!, targets!, weights!, {
        temperature: 0.25,
        groups: { rows: of!, candidates: candidates!, elsewhere: 0.1 },
      }),
  },
  routing: {
    inputs: { z: reals(6, rows, experts), targets: whole(7, experts, rows), weights },
    of: ['z'],
    loss: ({ z, targets, weights }) => routingLoss(z!, targets!, weights!),
  },
  loadBalance: {
    inputs: { z: reals(6, rows, experts), weights: even },
    of: ['z'],
    loss: ({ z, weights }) => loadBalanceLoss(z!, topK({ x: z! }, { k }).indices, weights!),
  },
}

function close(what: string, actual: ArrayLike<number>, expected: readonly number[], tolerance: number) {
  const size = Math.hypot(...expected)
  expected.forEach((value, i) => {
    assert.ok(
      Math.abs(actual[i]! - value) <= tolerance * size,
      `${what}: number ${i} is ${actual[i]}, PyTorch has ${value}`,
    )
  })
}

for (const [name, { inputs, of, loss }] of Object.entries(cases)) {
  const specs = Object.fromEntries(
    Object.entries(inputs).map(([key, { shape, data }]): [string, BindingSpec] => [
      key,
      { kind: 'input', dtype: data instanceof Int32Array ? 'i32' : 'f32', shape },
    ]),
  )
  const traced = trace(specs, (values) => {
    const value = loss(values)
    const gradients = differentiate(
      value,
      of.map((key) => values[key]!),
    )
    return { outputs: { loss: value, ...Object.fromEntries(of.map((key, i) => [key, gradients[i]!])) } }
  })
  const golden = goldens[name]!
  const compare = (output: (key: string) => ArrayLike<number>, tolerance: number) => {
    close(name, output('loss'), [golden.loss], tolerance)
    of.forEach((key, i) => {
      close(`gradient of ${key}`, output(key), golden.gradients[i]!, tolerance)
    })
  }

  test(`${name}: the references give the numbers of PyTorch`, () => {
    const values = Object.fromEntries(
      Object.entries(inputs).map(([key, { shape, data }]) => [key, { shape, data: Float64Array.from(data) }]),
    )
    const run = interpret(traced.graph, values)
    compare((key) => run(traced.outputs.get(key)!).data, 1e-7)
  })

  for (const instructionSet of deviceInfo().instructionSets)
    test(`${name}: ${instructionSet}`, () => {
      const program = compile(traced)
      const given = Object.fromEntries(Object.entries(inputs).map(([key, { data }]) => [key, data]))
      const outputs = program.runSync(given, { instructionSet })
      compare((key) => toFloat32(outputs[key]!), 1e-5)
      program.dispose()
    })
}

test('a total has the losses that count', () => {
  const spec: BindingSpec = { kind: 'input', dtype: 'f32', shape: [1] }
  const program = compile(
    trace({ a: spec, b: spec, c: spec }, (losses) => ({
      outputs: { total: totalLoss(losses, { a: 2, b: 0, c: 0.5 }) },
    })),
  )
  const given = { a: Float32Array.of(3), b: Float32Array.of(Number.NaN), c: Float32Array.of(4) }
  assert.is(toFloat32(program.runSync(given).total!)[0], 8)
  program.dispose()
})

test.run()
