// A predictor that goes on from its states gives what the whole program gives, at a cost that does not grow.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { unitLength } from '../../../lib/core/rows.ts'
import { type Vectors, vectorsFrom } from '../../../lib/index.ts'
import type { PredictorConfig } from '../../../lib/models/predictor/config.ts'
import { predictorParameters } from '../../../lib/models/predictor/parameters.ts'
import { makePredictor, type Predictor } from '../../../lib/models/predictor/predictor.ts'
import { deviceInfo } from '../../../lib/runtime/device.ts'
import { createTensor } from '../../../lib/tensor/device_tensor.ts'
import { weightSet } from '../../../lib/weights/weight_set.ts'
import { rejects } from '../../support/rejects.ts'
import { livelyParameters, type Parameters, runForward, someVectors, tinyConfig } from './support.ts'

const tolerance = 1e-5

function predictorOf(config: PredictorConfig, parameters: Parameters): Predictor {
  const weights = Object.fromEntries(
    Object.entries(predictorParameters(config)).map(([name, { shape }]) => [
      name,
      createTensor('f32', shape, parameters[name]!),
    ]),
  )
  return makePredictor({ name: 'tiny', fingerprint: 'tiny', config, weights: weightSet(weights) })
}

const vectorsOf = (x: Float32Array, config: PredictorConfig): Vectors =>
  vectorsFrom(x, config.dims, config.space)

function near(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  assert.is(actual.length, expected.length, what)
  for (let i = 0; i < expected.length; i++)
    assert.ok(
      Math.abs(actual[i]! - expected[i]!) <= tolerance,
      `${what}: ${i} is ${actual[i]}, not ${expected[i]}`,
    )
}

const configs = {
  sequence: tinyConfig({ variant: 'sequence' }),
  concept: tinyConfig({ variant: 'concept' }),
  dense: tinyConfig({ experts: 1, topK: 1 }),
}

for (const [kind, config] of Object.entries(configs)) {
  const { dims } = config
  const parameters = livelyParameters(config)
  const predictor = predictorOf(config, parameters)
  const contexts = [5, 1, 0, 17].map((n, i) => someVectors(n, dims, 30 + i))

  test(`${kind}: steps equal the whole forward pass`, async () => {
    const steps = 4
    const { predictions, vectors } = await predictor.predict(
      contexts.map((x) => vectorsOf(x, config)),
      { steps },
    )
    assert.is(vectors.count, 3 * steps)
    for (const [s, context] of contexts.entries()) {
      const [own] = predictions[s]!.candidates
      if (context.length === 0) {
        assert.is(own!.count, 0)
        assert.is(predictions[s]!.routing, null)
        continue
      }
      // The context and what was predicted, as one sequence that is routed by the context.
      const rows = context.length / dims
      const whole = new Float32Array((rows + steps - 1) * dims)
      whole.set(context)
      whole.set(own!.toFloat32Array().subarray(0, (steps - 1) * dims), context.length)
      const forward = runForward(config, parameters, [whole], [rows])
      for (let step = 0; step < steps; step++) {
        const row = (rows - 1 + step) * dims
        near(`${s}, step ${step}`, own!.row(step), unitLength(forward.predicted.subarray(row, row + dims)))
      }
    }
  })

  test(`${kind}: known sequences are followed as in the whole forward pass`, async () => {
    // Longer than one run takes.
    const sequences = [700, 3, 0, 40].map((n, i) => someVectors(n, dims, 40 + i))
    const prefix = 6
    const all = await predictor.follow(
      sequences.map((x) => vectorsOf(x, config)),
      { prefix },
    )
    const prefixes = sequences.map((x) => Math.min(prefix, x.length / dims))
    const forward = runForward(config, parameters, sequences, prefixes)
    let at = 0
    let row = 0
    for (const [s, { predicted, experts, firstFair }] of all.entries()) {
      near(`sequence ${s}`, predicted, forward.predicted.subarray(at, at + predicted.length))
      assert.is(firstFair, kind === 'sequence' ? Math.max(0, prefixes[s]! - 1) : 0)
      const from = kind === 'sequence' ? s * config.topK : row * config.topK
      assert.equal(experts, forward.experts.slice(from, from + experts.length))
      at += predicted.length
      row += predicted.length / dims
    }
    assert.is(at, forward.predicted.length)
  })

  test(`${kind}: candidates differ by seed, and not with the batch`, async () => {
    const options = { steps: 3, candidates: 5, seed: 7 }
    const both = await predictor.predict(
      [contexts[0]!, contexts[3]!].map((x) => vectorsOf(x, config)),
      options,
    )
    const again = await predictor.predict(vectorsOf(contexts[3]!, config), options)
    const other = await predictor.predict(vectorsOf(contexts[3]!, config), { ...options, seed: 8 })
    const data = ({ predictions }: typeof both, s: number) =>
      predictions[s]!.candidates.map((c) => c.toFloat32Array())
    assert.equal(data(both, 1), data(again, 0))
    assert.equal(data(other, 0)[0], data(again, 0)[0], 'the first candidate takes no random step')
    const firsts = [...data(again, 0), ...data(other, 0).slice(1)].map((x) => x.join())
    assert.is(new Set(firsts).size, 9)
    for (const candidate of data(again, 0))
      for (let step = 0; step < 3; step++)
        assert.ok(Math.abs(Math.hypot(...candidate.subarray(step * dims, (step + 1) * dims)) - 1) < 1e-6)
    const still = await predictor.predict(vectorsOf(contexts[3]!, config), { ...options, spread: 0 })
    for (const candidate of data(still, 0)) near('spread 0', candidate, data(again, 0)[0]!)
  })

  test(`${kind}: routes`, async () => {
    const [route, none] = await predictor.route([contexts[3]!, contexts[2]!].map((x) => vectorsOf(x, config)))
    assert.is(none, null)
    const { experts, weights, domains, confidence } = route!
    assert.is(experts.length, config.topK)
    assert.ok(Math.abs(weights.reduce((a, b) => a + b, 0) - 1) < 1e-6)
    assert.ok(confidence >= 1 / config.experts && confidence <= 1)
    const forward = runForward(config, parameters, [contexts[3]!])
    if (kind !== 'dense') {
      assert.equal(experts, [...forward.experts.slice(kind === 'sequence' ? 0 : -config.topK)].slice(0, 2))
      assert.equal(new Set(domains.map(({ name }) => name)), new Set(config.domains))
      assert.ok(domains[0]!.cosine >= domains[1]!.cosine)
    } else assert.equal([experts, weights, domains, confidence], [[0], [1], [], 1])
  })

  test(`${kind}: a random router chooses others where there are any, by its seed`, async () => {
    const x = Array.from({ length: 20 }, (_, i) => vectorsOf(someVectors(6, dims, 60 + i), config))
    const follow = (options: object) => predictor.follow(x, options)
    const random = { routing: 'random', seed: 3 }
    const drawn = await follow(random)
    assert.equal(await follow(random), drawn)
    const experts = (all: typeof drawn) => all.flatMap(({ experts }) => [...experts]).join()
    for (const other of [await follow({ routing: 'random', seed: 4 }), await follow({})])
      if (kind === 'dense') assert.equal(other, drawn)
      else assert.is.not(experts(other), experts(drawn))
  })

  test(`${kind}: nothing is left behind`, async () => {
    const before = deviceInfo().liveBytes.state
    await predictor.predict(vectorsOf(contexts[0]!, config), { steps: 3, candidates: 3 })
    assert.is(deviceInfo().liveBytes.state, before)
    const cancelled = AbortSignal.abort(new Error('enough'))
    try {
      await predictor.predict(vectorsOf(contexts[0]!, config), { steps: 3, signal: cancelled })
      assert.unreachable('was not cancelled')
    } catch (error) {
      assert.is((error as Error).message, 'enough')
    }
    assert.is(deviceInfo().liveBytes.state, before)
  })
}

test('what is no sequence of the space is refused', async () => {
  const config = configs.sequence
  const predictor = predictorOf(config, livelyParameters(config))
  const good = vectorsOf(someVectors(2, 12, 1), config)
  const other = vectorsFrom(new Float32Array(24), 12, 'other-12')
  const narrow = vectorsFrom(new Float32Array(24), 8, config.space)
  await rejects(() => predictor.predict([good, other]), 'SPACE_MISMATCH', /other-12.*tiny-12/)
  await rejects(
    () => predictor.route([good, narrow]),
    'BAD_ARGUMENT',
    /vectors\[1\]\.dims: got 8; expected 12/,
  )
  const data = someVectors(2, 12, 1)
  const poisoned = vectorsOf(data, config)
  data[15] = Number.NaN
  await rejects(() => predictor.follow(poisoned), 'BAD_ARGUMENT', /vectors\[1\]: got NaN/)
  await rejects(
    () => predictor.predict('text' as never),
    'BAD_ARGUMENT',
    /vectors, as encode or vectorsFrom gives them/,
  )
  await rejects(
    () => predictor.predict(structuredClone(good) as never),
    'BAD_ARGUMENT',
    /vectors: got a copy of vectors as plain data; expected vectors: vectorsFrom makes them/,
  )
  await rejects(() => predictor.predict(good, { steps: 0 }), 'BAD_ARGUMENT', /steps/)
  for (const call of [
    () => predictor.predict(good, { thread: 1 } as never),
    () => predictor.route(good, { thread: 1 } as never),
    () => predictor.follow(good, { thread: 1 } as never),
  ])
    await rejects(call, 'BAD_ARGUMENT', /^thread: no such option; did you mean threads\?/)
  await rejects(() => predictor.predict(good, { candidates: 65 }), 'BAD_ARGUMENT', /candidates/)
  await rejects(() => predictor.predict(good, { seed: -1 }), 'BAD_ARGUMENT', /seed/)
  await rejects(() => predictor.predict(good, { spread: Number.NaN }), 'BAD_ARGUMENT', /spread/)
  assert.is((await predictor.predict([])).predictions.length, 0)
  predictor.dispose()
  predictor.dispose()
  await rejects(() => predictor.predict(good), 'DISPOSED', /tiny: the model was disposed/)
})

for (const variant of ['sequence', 'concept'] as const)
  test(`${variant}: all weight on one expert is a result like others`, async () => {
    const config = tinyConfig({ variant })
    const parameters = { ...livelyParameters(config), 'router.out.bias': Float32Array.of(0, 1e6, 0) }
    const predictor = predictorOf(config, parameters)
    const x = vectorsOf(someVectors(9, 12, 1), config)
    const { predictions } = await predictor.predict(x, { steps: 2 })
    assert.ok(predictions[0]!.candidates[0]!.toFloat32Array().every(Number.isFinite))
    const { experts, weights, confidence } = predictions[0]!.routing!
    assert.equal([experts[0], weights, confidence], [1, [1, 0], 1])
  })

test.run()
