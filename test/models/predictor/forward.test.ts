// What a predictor may see: nothing after a row, and of the future nothing through its router either.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { livelyParameters, runForward, someVectors, tinyConfig } from './support.ts'

const same = (a: Float32Array, b: Float32Array) =>
  Buffer.from(a.slice().buffer).equals(Buffer.from(b.slice().buffer))
const lengths = [9, 1, 14, 6]
const prefixes = [3, 1, 8, 0]

for (const variant of ['sequence', 'concept'] as const) {
  const config = tinyConfig({ variant })
  const parameters = livelyParameters(config)
  const sequences = lengths.map((n, i) => someVectors(n, config.dims, 10 + i))
  const { dims } = config

  test(`${variant}: changing concept t + 1 and later changes nothing up to t`, () => {
    const before = runForward(config, parameters, sequences, prefixes)
    for (const [s, length] of lengths.entries())
      for (let t = Math.max(0, prefixes[s]! - 1); t + 1 < length; t++) {
        const changed = sequences.map((x) => x.slice())
        changed[s]!.set(someVectors(length - t - 1, dims, 99), (t + 1) * dims)
        const after = runForward(config, parameters, changed, prefixes)
        const first = lengths.slice(0, s).reduce((n, l) => n + l, 0)
        const upTo = (first + t + 1) * dims
        assert.ok(same(after.predicted.subarray(0, upTo), before.predicted.subarray(0, upTo)), `${s}, ${t}`)
        assert.not.ok(same(after.predicted, before.predicted), `${s}, ${t}: nothing changed at all`)
        // The other sequences do not notice either.
        const end = (first + length) * dims
        assert.ok(same(after.predicted.subarray(end), before.predicted.subarray(end)))
      }
  })

  test(`${variant}: the routing follows what is seen`, () => {
    const { experts, weights } = runForward(config, parameters, sequences, prefixes)
    assert.ok(new Set(experts).size === config.experts, 'some expert is never chosen')
    for (let i = 0; i < weights.length; i += 2) {
      assert.ok(weights[i]! >= weights[i + 1]!)
      assert.ok(Math.abs(weights[i]! + weights[i + 1]! - 1) < 1e-6)
    }
  })

  test(`${variant}: a sequence gets the same alone and in a batch`, () => {
    const together = runForward(config, parameters, sequences, prefixes)
    let at = 0
    for (const [s, x] of sequences.entries()) {
      const { predicted } = runForward(config, parameters, [x], [prefixes[s]!])
      assert.ok(same(predicted, together.predicted.subarray(at, at + x.length)), `sequence ${s}`)
      at += x.length
    }
  })
}

test('products of bf16 are near those of f32', () => {
  for (const variant of ['sequence', 'concept'] as const) {
    const config = tinyConfig({ variant })
    const parameters = livelyParameters(config)
    const x = [someVectors(40, config.dims, 1)]
    const exact = runForward(config, parameters, x, [10])
    const rounded = runForward(config, parameters, x, [10], { compute: 'bf16' })
    assert.equal(rounded.experts, exact.experts, 'the router keeps f32')
    let off = 0
    exact.predicted.forEach((value, i) => {
      off += (value - rounded.predicted[i]!) ** 2
    })
    const error = Math.sqrt(off) / Math.hypot(...exact.predicted)
    assert.ok(error > 1e-5 && error < 0.02, `relative error ${error}`)
  }
})

test('noise in training sends a sequence to other experts, and leaves the logits alone', () => {
  const config = tinyConfig({ variant: 'sequence' })
  const parameters = livelyParameters(config)
  const x = Array.from({ length: 40 }, (_, i) => someVectors(3, config.dims, i))
  const quiet = runForward(config, parameters, x)
  const noisy = (seed: number) => runForward(config, parameters, x, undefined, { routerNoise: 50, seed })
  assert.equal(noisy(1).logits, quiet.logits)
  assert.equal(noisy(1).experts, noisy(1).experts)
  assert.not.equal(noisy(1).experts, noisy(2).experts)
  const met = new Array<number>(config.experts).fill(0)
  for (const seed of [1, 2, 3, 4]) for (const expert of noisy(seed).experts) met[expert]!++
  const share = (4 * 2 * x.length) / config.experts
  assert.ok(
    met.every((n) => n > share / 2 && n < 2 * share),
    `experts meet ${met}`,
  )
})

test('a dense model has no router', () => {
  const config = tinyConfig({ experts: 1, topK: 1 })
  const { predicted, experts } = runForward(config, livelyParameters(config), [someVectors(5, 12, 1)])
  assert.is(experts.length, 0)
  assert.ok(predicted.every(Number.isFinite) && predicted.some((x) => x !== 0))
})

test.run()
