import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../../lib/index.ts'
import { type PredictorConfig, predictorConfig } from '../../../lib/models/predictor/config.ts'
import { packSequences } from '../../../lib/models/predictor/inputs.ts'
import {
  initialParameters,
  parameterCounts,
  predictorParameters,
} from '../../../lib/models/predictor/parameters.ts'
import { count } from '../../../lib/tensor/shape.ts'
import { tinyConfig } from './support.ts'

const config = tinyConfig({ variant: 'sequence', blocks: 4 })
const values = initialParameters(config, 5)
const range = (name: string) => {
  const x = values[name]!
  return { least: x.reduce((a, b) => Math.min(a, b)), most: x.reduce((a, b) => Math.max(a, b)) }
}
/** Values fill the interval -bound … bound. */
function uniform(name: string, bound: number): void {
  const { least, most } = range(name)
  assert.ok(most <= bound && most > 0.8 * bound, `${name}: ${most} of ${bound}`)
  assert.ok(least >= -bound && least < -0.8 * bound, `${name}: ${least} of ${-bound}`)
}

test('start values are those of Mamba-1', () => {
  const mixer = 'blocks.2.mixer'
  for (let i = 0; i < values[`${mixer}.A_log`]!.length; i++)
    assert.ok(Math.abs(values[`${mixer}.A_log`]![i]! - Math.log(1 + (i % config.dState))) < 1e-6)
  assert.ok(values[`${mixer}.D`]!.every((x) => x === 1))
  uniform(`${mixer}.dt_proj.weight`, 1)
  uniform(`${mixer}.in_proj.weight`, 1 / 4)
  uniform(`${mixer}.out_proj.weight`, 1 / Math.sqrt(32) / 2)
  uniform(`${mixer}.conv1d.weight`, 1 / 2)
  const steps = values[`${mixer}.dt_proj.bias`]!.map((x) => Math.log(Math.log1p(Math.exp(x))))
  const middle = steps.reduce((a, b) => a + b) / steps.length
  assert.ok(steps.every((x) => x > Math.log(0.00099) && x < Math.log(0.101)))
  assert.ok(Math.abs(middle - Math.log(0.01)) < 0.4, `time steps around ${Math.exp(middle)}`)
})

test('start values depend on seed and name', () => {
  assert.equal(initialParameters(config, 5), values)
  const other = initialParameters(config, 6)
  for (const [name, { init }] of Object.entries(predictorParameters(config)))
    if (init.kind === 'uniform' || init.kind === 'time_steps') assert.not.equal(other[name], values[name])
  const first = values['blocks.0.mixer.in_proj.weight']
  assert.not.equal(first, values['blocks.1.mixer.in_proj.weight'])
})

test('matrices decay, and A_log, D, norms and biases do not', () => {
  for (const [name, { decay, shape }] of Object.entries(predictorParameters(config))) {
    const matrix = /(?:proj|conv1d|input|output|hidden|out)\.weight$/.test(name)
    assert.is(decay, matrix, name)
    assert.is(values[name]!.length, count(shape))
  }
})

test('centroids are of unit length, and experts average their domains', () => {
  const domains = ['a', 'b', 'c']
  const own = tinyConfig({ domains })
  const centroids = Float32Array.from({ length: 36 }, (_, i) => (i % 12 === Math.floor(i / 12) ? 7 : 0))
  const made = initialParameters(own, 1, { centroids, expertOf: [2, 0, 2] })
  for (const [d, row] of [0, 1, 2].entries()) assert.is(made['router.centroids']![d * 12 + row], 1)
  assert.equal([...made['router.domain_experts']!], [0, 1, 0, 0, 0, 0, 0.5, 0, 0.5])
  const wrong = (given: object) => () =>
    initialParameters(own, 1, { centroids, expertOf: [0, 0, 0], ...given })
  assert.throws(wrong({ expertOf: [0, 0, 3] }), /expertOf: got 3; expected 0 … 2/)
  assert.throws(wrong({ expertOf: [0] }), /expertOf/)
  assert.throws(wrong({ centroids: new Float32Array(3) }), /3 rows of 12/)
})

test('the original design has 120 million parameters or so, a dense model only active ones', () => {
  const original = parameterCounts(predictorConfig())
  assert.ok(original.total > 115e6 && original.total < 135e6, String(original.total))
  assert.ok(original.active < original.total / 3)
  for (const variant of ['sequence', 'concept'] as const) {
    const dense = parameterCounts(tinyConfig({ variant, experts: 1, topK: 1 }))
    assert.is(dense.total, dense.active)
  }
})

test('wrong configs are refused by field', () => {
  const wrong: [Partial<Record<keyof PredictorConfig | 'heads', unknown>>, RegExp][] = [
    [{ heads: 2 }, /config\.heads: got a field/],
    [{ variant: 'dense' }, /config\.variant: got "dense"; expected sequence \| concept/],
    [{ space: 'A B' }, /config\.space/],
    [{ dims: 0 }, /config\.dims: got 0/],
    [{ experts: 1.5 }, /config\.experts/],
    [{ topK: 9 }, /config\.topK: got 9; expected at most 8/],
    [{ dConv: 1 }, /config\.dConv/],
    [{ routerDecay: 1 }, /config\.routerDecay/],
    [{ centroidWeight: Number.NaN }, /config\.centroidWeight/],
    [{ domains: ['a', 'a'] }, /config\.domains/],
  ]
  for (const [given, message] of wrong)
    assert.throws(
      () => predictorConfig(given as Partial<PredictorConfig>),
      (error: Error) => error instanceof VmmError && message.test(error.message),
    )
  assert.is(predictorConfig({ dModel: 100 }).dtRank, 7)
})

test('sequences that do not fit are refused', () => {
  const capacity = { rows: 10, sequences: 2 }
  assert.throws(() => packSequences(config, capacity, [4, 4, 1]), /at most 2 sequences/)
  assert.throws(() => packSequences(config, capacity, [6, 5]), /at most 10 concepts/)
  assert.throws(() => packSequences(config, capacity, [4], [5]), /prefixes\[0\]: got 5; expected 0 … 4/)
  assert.throws(() => packSequences(config, capacity, [-1]), /lengths\[0\]/)
  const { inputs, scalars } = packSequences(config, capacity, [3, 1], [2, 1])
  assert.equal(scalars, { rows: 4, routed: 8 })
  assert.equal([...inputs.offsets!], [0, 3, 4])
  assert.equal([...inputs.prefixOffsets!], [0, 2, 3, 4, 4])
  assert.equal([...inputs.routedRow!], [0, 1, 2, 3, 0, 1, 2, 3])
  assert.equal([...inputs.routedSequence!], [0, 0, 0, 1, 2, 2, 2, 3])
  assert.equal([...inputs.routedOffsets!], [0, 3, 4, 7, 8])
})

test.run()
