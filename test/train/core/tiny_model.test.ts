// Training as a whole: two Mamba experts with a router, and a decoder that attends to the predicted vectors, train 20
// steps with the losses and gradients of PyTorch (goldens/make_tiny_model.py), one native call a step.
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compile, type HostTensor, type Program, toFloat32 } from '../../../lib/graph/program.ts'
import { trace } from '../../../lib/graph/trace.ts'
import { deviceInfo } from '../../../lib/runtime/device.ts'
import { createTensor, type DeviceTensor, readTensor } from '../../../lib/tensor/device_tensor.ts'
import { count } from '../../../lib/tensor/shape.ts'
import { interpret } from '../../support/interpret.ts'
import { batches, capacity, makeBatch, noise, spread, vocab } from '../tiny_data.ts'
import { bindings, learningRate, parameters, trainingStep } from '../tiny_model.ts'

interface Fingerprint {
  readonly norm: number
  readonly projections: readonly number[]
  readonly full?: readonly number[]
}
type Fingerprints = Readonly<Record<string, Fingerprint>>
type Losses = Readonly<Record<'total' | 'mse' | 'cosine' | 'cross_entropy', number>>
interface Golden {
  readonly losses: readonly Losses[]
  readonly gradients: Readonly<Record<string, Fingerprints>>
  readonly parameters: Fingerprints
}
const goldens: Readonly<Record<string, Golden>> = JSON.parse(
  readFileSync(new URL('../goldens/tiny_model.json', import.meta.url), 'utf8'),
)

const steps = 20
const tolerance = 1e-4
/** f64 against f64: what the constants that are stored as f32 leave. */
const exactly = 1e-7
const names = Object.keys(parameters)
const liveCounts = { rows: capacity.rows, pairs: capacity.pairs, tokens: capacity.tokens }

function initial(name: string): Float32Array {
  const [shape, centre, width] = parameters[name]!
  return spread(names.indexOf(name), shape, centre, width)
}

/** The norm, projections and elements of a tensor against those of PyTorch, relative to the tensor's norm. */
function checkFingerprint(
  what: string,
  actual: ArrayLike<number>,
  index: number,
  expected: Fingerprint,
  allowed = tolerance,
): void {
  const values = Float64Array.from(actual)
  const project = (by: Float64Array) => values.reduce((s, v, i) => s + v * (2 * by[i]! - 1), 0)
  const measured = [
    Math.hypot(...values),
    ...expected.projections.map((_, i) => project(noise(5000 + 10 * index + i, values.length))),
    ...(expected.full ? values : []),
  ]
  const given = [expected.norm, ...expected.projections, ...(expected.full ?? [])]
  given.forEach((value, i) => {
    const error = Math.abs(measured[i]! - value) / expected.norm
    assert.ok(
      error <= allowed,
      `${what}: number ${i} is ${measured[i]}, PyTorch has ${value}, off by ${error}`,
    )
  })
}

function checkLosses(what: string, actual: Losses, expected: Losses): void {
  for (const key of ['total', 'mse', 'cosine', 'cross_entropy'] as const) {
    const error = Math.abs(actual[key] - expected[key]) / Math.abs(expected[key])
    assert.ok(
      error <= tolerance,
      `${what}: ${key} is ${actual[key]}, PyTorch has ${expected[key]}, off by ${error}`,
    )
  }
}

interface Options {
  readonly instructionSet?: string
  readonly threads?: number
}

/** A model in training: parameters and moments as states of one program. */
class Trainer implements Disposable {
  readonly #program: Program
  readonly #states: Readonly<Record<string, DeviceTensor>>
  readonly #k: number
  readonly #scalars: Readonly<Record<string, number>>

  constructor(k: number, room = 0) {
    this.#k = k
    const { rows, pairs, tokens } = capacity
    const size = { ...capacity, rows: rows + room, pairs: pairs + room, tokens: tokens + room }
    this.#program = compile(trace(bindings(size, k, room > 0), (values) => trainingStep(k, values)))
    this.#scalars = room > 0 ? { ...liveCounts, routed: k * rows } : {}
    this.#states = Object.fromEntries(
      names.flatMap((name) => {
        const shape = parameters[name]![0]
        const start = createTensor('f32', shape, initial(name))
        return [
          [name, start],
          [`m/${name}`, createTensor('f32', shape)],
          [`v/${name}`, createTensor('f32', shape)],
        ]
      }),
    )
  }

  #arguments(step: number) {
    const scalars = { lr: learningRate, step, ...this.#scalars }
    return { inputs: { ...makeBatch((step - 1) % batches, this.#k), ...this.#states }, scalars }
  }

  step(
    step: number,
    options: Options = {},
    change: Readonly<Record<string, Int32Array>> = {},
  ): Readonly<Record<string, HostTensor>> {
    const { inputs, scalars } = this.#arguments(step)
    return this.#program.runSync({ ...inputs, ...change }, { scalars, ...options })
  }

  stepAsync(step: number, signal: AbortSignal): Promise<Readonly<Record<string, HostTensor>>> {
    const { inputs, scalars } = this.#arguments(step)
    return this.#program.run(inputs, { scalars, signal })
  }

  /** All parameters and moments. */
  state(): Readonly<Record<string, Float32Array>> {
    const read = ([name, tensor]: [string, DeviceTensor]) => [name, readTensor(tensor)] as const
    return Object.fromEntries(Object.entries(this.#states).map(read)) as Record<string, Float32Array>
  }

  [Symbol.dispose](): void {
    this.#program.dispose()
    for (const tensor of Object.values(this.#states)) tensor.dispose()
  }
}

/** Fails unless two sets of tensors have the same bits. */
function sameBits(
  what: string,
  a: Readonly<Record<string, ArrayBuffer | Float32Array>>,
  b: Readonly<Record<string, ArrayBuffer | Float32Array>>,
): void {
  const bytes = (x: ArrayBuffer | Float32Array) =>
    x instanceof ArrayBuffer ? Buffer.from(x) : Buffer.from(x.buffer)
  assert.equal(Object.keys(a), Object.keys(b))
  for (const [name, tensor] of Object.entries(a))
    assert.ok(bytes(tensor).equals(bytes(b[name]!)), `${what}: other bits in ${name}`)
}

const buffersOf = (outputs: Readonly<Record<string, HostTensor>>) =>
  Object.fromEntries(Object.entries(outputs).map(([name, { buffer }]) => [name, buffer]))

function lossesOf(outputs: Readonly<Record<string, HostTensor>>): Losses {
  const number = (name: keyof Losses) => toFloat32(outputs[name]!)[0]!
  return {
    total: number('total'),
    mse: number('mse'),
    cosine: number('cosine'),
    cross_entropy: number('cross_entropy'),
  }
}

for (const k of [1, 2]) {
  const golden = goldens[`top ${k}`]!

  test(`the references give the losses and gradients of PyTorch: top ${k}`, () => {
    const traced = trace(bindings(capacity, k, false), (values) => trainingStep(k, values))
    const values = Object.fromEntries(
      [...traced.graph.bindings].map(([name, { shape }]) => {
        const given =
          makeBatch(0, k)[name] ?? (parameters[name] ? initial(name) : new Float32Array(count(shape)))
        return [name, { shape, data: Float64Array.from(given) }]
      }),
    )
    const run = interpret(traced.graph, values, { lr: learningRate, step: 1 })
    const output = (name: string) => run(traced.outputs.get(name)!).data
    for (const [key, expected] of Object.entries(golden.losses[0]!)) {
      const error = Math.abs(output(key)[0]! - expected) / expected
      assert.ok(error <= exactly, `${key} is ${output(key)[0]}, PyTorch has ${expected}`)
    }
    names.forEach((name, i) => {
      checkFingerprint(`gradient of ${name}`, output(name), i, golden.gradients[1]![name]!, exactly)
    })
  })

  for (const instructionSet of deviceInfo().instructionSets)
    test(`20 steps as in PyTorch: top ${k}, ${instructionSet}`, () => {
      using trainer = new Trainer(k)
      using other = new Trainer(k)
      for (let step = 1; step <= steps; step++) {
        const outputs = trainer.step(step, { instructionSet, threads: 1 })
        const again = other.step(step, { instructionSet, threads: 2 })
        sameBits(`step ${step}, two threads`, buffersOf(outputs), buffersOf(again))
        checkLosses(`step ${step}`, lossesOf(outputs), golden.losses[step - 1]!)
        const gradients = golden.gradients[step]
        if (!gradients) continue
        names.forEach((name, i) => {
          checkFingerprint(
            `step ${step}, gradient of ${name}`,
            toFloat32(outputs[name]!),
            i,
            gradients[name]!,
          )
        })
      }
      const state = trainer.state()
      sameBits('two threads', state, other.state())
      names.forEach((name, i) => {
        checkFingerprint(`${name} after ${steps} steps`, state[name]!, i, golden.parameters[name]!)
      })
    })
}

test('rows, pairs and tokens that do not count change no bit', () => {
  using exact = new Trainer(2)
  using roomy = new Trainer(2, 9)
  for (let step = 1; step <= 3; step++)
    sameBits(`step ${step}`, buffersOf(exact.step(step)), buffersOf(roomy.step(step)))
  sameBits('after 3 steps', exact.state(), roomy.state())
})

test('a step that fails leaves everything as it was', () => {
  using trainer = new Trainer(1)
  trainer.step(1)
  const before = trainer.state()
  const targets = new Int32Array(capacity.tokens).fill(vocab)
  assert.throws(() => trainer.step(2, {}, { targets }), /^cross_entropy: .*tiny_model\.ts:\d+:\d+\)$/)
  sameBits('after the failure', trainer.state(), before)
})

test('a step that is cancelled leaves everything as it was', async () => {
  using trainer = new Trainer(2)
  using oracle = new Trainer(2)
  let step = 1
  let cancelled = 0
  for (let attempt = 0; attempt < 200 && (step < 4 || cancelled < 20); attempt++) {
    const controller = new AbortController()
    const done = trainer.stepAsync(step, controller.signal).then(
      () => true,
      (error: unknown) => {
        assert.is(error, controller.signal.reason)
        return false
      },
    )
    // Later and later, so that runs are met at every stage.
    for (let turn = (attempt % 20) ** 2; turn > 0; turn--)
      await new Promise((resolve) => setImmediate(resolve))
    controller.abort()
    // A run that was past the point of no return when the signal came has made its step.
    if (await done) oracle.step(step++)
    else cancelled++
    sameBits(`attempt ${attempt}`, trainer.state(), oracle.state())
  }
  assert.ok(cancelled > 0, 'no run was cancelled')
})

test.run()
