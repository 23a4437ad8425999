// Inverters and surrogates against PyTorch, and their gradients against its autograd (goldens/make_inverter.py).

import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { differentiate } from '../../../lib/graph/differentiate.ts'
import type { Value } from '../../../lib/graph/value.ts'
import { features } from '../../../lib/models/inverter/adapter.ts'
import type { InverterConfig } from '../../../lib/models/inverter/config.ts'
import { inverterLogits, textInputs } from '../../../lib/models/inverter/forward.ts'
import { packTexts } from '../../../lib/models/inverter/inputs.ts'
import { inverterParameters } from '../../../lib/models/inverter/parameters.ts'
import {
  surrogateConfig,
  surrogateForward,
  surrogateInputs,
  surrogateParameters,
} from '../../../lib/models/inverter/surrogate/forward.ts'
import { makeSurrogate } from '../../../lib/models/inverter/surrogate/scorer.ts'
import { deviceInfo } from '../../../lib/runtime/device.ts'
import { count } from '../../../lib/tensor/shape.ts'
import { packTokens } from '../../../lib/text/packed_tokens.ts'
import { tokenLoss } from '../../../lib/train/core/losses.ts'
import { weightSet } from '../../../lib/weights/weight_set.ts'
import { checkFingerprint } from '../../support/fingerprint.ts'
import { difference } from '../../support/values.ts'
import {
  depth,
  golden,
  runOnce,
  sameBits,
  sizes,
  tensorsOf,
  texts,
  textVectors,
  tinyConfig,
  valuesFrom,
} from './support.ts'

const tolerance = 1e-4
const rows = texts.reduce((sum, { length }) => sum + length + 1, 0)

function joined(vectors: readonly Float32Array[], capacity: number): Float32Array {
  const all = new Float32Array(capacity * sizes.dims)
  for (const [i, vector] of vectors.entries()) all.set(vector, i * sizes.dims)
  return all
}

/** Logits, the mean cross-entropy, and the gradients of all parameters. */
function lossAndGradients(config: InverterConfig, values: Readonly<Record<string, Value>>) {
  const logits = inverterLogits(config, values)
  const loss = tokenLoss(logits, values.targets!, values.lossWeights!, 0)
  const names = Object.keys(inverterParameters(config))
  const gradients = differentiate(
    loss,
    names.map((name) => values[name]!),
  )
  const named = Object.fromEntries(names.map((name, i) => [`of ${name}`, gradients[i]!]))
  return { outputs: { logits, loss, ...named } }
}

for (const hidden of [0, 10]) {
  const config = tinyConfig({ adapterHidden: hidden })
  const specs = inverterParameters(config)
  const names = Object.keys(specs)
  const expected = golden.inverters[hidden]!

  test(`adapterHidden ${hidden}: the parameters are those of the golden`, () => {
    assert.equal(names, Object.keys(expected.start))
    assert.equal(names, Object.keys(expected.gradients))
  })

  const sets = deviceInfo().instructionSets
  for (const [instructionSet, room] of [...sets.map((set) => [set, 0] as const), [sets.at(-1)!, 9] as const])
    test(`adapterHidden ${hidden}: as in PyTorch, ${instructionSet}, ${room} rows to spare`, () => {
      const capacity = { rows: rows + room, texts: texts.length + room }
      const { inputs, scalars } = packTexts(config, capacity, texts)
      const live = { kind: 'input', shape: [capacity.rows], live: 'rows' } as const
      const outputs = runOnce(
        specs,
        valuesFrom(specs, expected.start),
        {
          ...textInputs(config, capacity),
          targets: { ...live, dtype: 'i32' },
          lossWeights: { ...live, dtype: 'f32' },
        },
        (values) => lossAndGradients(config, values),
        {
          ...inputs,
          vectors: joined(textVectors(), capacity.texts),
          lossWeights: new Float32Array(rows).fill(1 / rows),
        },
        { scalars, instructionSet },
      )
      for (const [i, logit] of expected.logits.entries())
        assert.ok(Math.abs(outputs.logits![i]! - logit) <= tolerance, `logit ${i}`)
      assert.is(outputs.logits!.length, expected.logits.length)
      assert.is(difference(outputs.loss!, [expected.loss], tolerance), null)
      for (const [name, print] of Object.entries(expected.gradients)) {
        const gradient = outputs[`of ${name}`]!
        assert.is(gradient.length, count(specs[name]!.shape))
        checkFingerprint(name, gradient, names.indexOf(name), print, tolerance)
      }
    })
}

test('the length of a vector does not count for what was before its tanh', () => {
  const vector = textVectors(null)[0]!
  const read = (factor: number) => {
    const vectors = Float32Array.from(vector, (x) => factor * x)
    const { y } = runOnce(
      {},
      {},
      { vectors: { kind: 'input', dtype: 'f32', shape: [1, sizes.dims] } },
      ({ vectors }) => ({
        outputs: { y: features(tinyConfig({ preTanh: true }), vectors!, null) },
      }),
      { vectors },
    )
    return y!
  }
  const most = Math.max(...vector.map(Math.abs))
  const one = read(1)
  for (const [i, x] of vector.entries()) {
    assert.ok(Math.abs(one[i]! - Math.sqrt(sizes.dims) * x) < 1e-5)
    assert.ok(Math.abs(one[sizes.dims + i]! - 2 * Math.atanh((0.999 * x) / most)) < 1e-3)
  }
  assert.is(difference(read(3).slice(sizes.dims), [...one.slice(sizes.dims)], 1e-3), null)
  assert.ok(read(0).every((x) => x === 0))
})

const surrogate = surrogateConfig({ ...sizes, ...depth })
const surrogateSpecs = surrogateParameters(surrogate)
const surrogateValues = () => valuesFrom(surrogateSpecs, golden.surrogate.start)
const pairs = texts
  .map((tokens, i) => ({ tokens, vector: textVectors(null)[i]! }))
  .filter(({ tokens }) => tokens.length > 0)

test('the surrogate guesses as in PyTorch', () => {
  assert.equal(Object.keys(surrogateSpecs), Object.keys(golden.surrogate.start))
  const { rows, ...inputs } = packTokens(
    pairs.map(({ tokens }) => tokens),
    pairs.length,
  )
  const { cosines } = runOnce(
    surrogateSpecs,
    surrogateValues(),
    surrogateInputs(surrogate, { rows: 40, texts: pairs.length }),
    (values) => surrogateForward(surrogate, values),
    {
      ...inputs,
      vectors: joined(
        pairs.map(({ vector }) => vector),
        pairs.length,
      ),
    },
    { scalars: { rows } },
  )
  for (const [i, cosine] of golden.surrogate.cosines.entries())
    assert.ok(Math.abs(cosines![i]! - cosine) <= tolerance, `${i}: ${cosines![i]}, not ${cosine}`)
})

test('the surrogate guesses the same of a text alone, in any batch and in any order', async () => {
  const scorer = makeSurrogate(surrogate, weightSet(tensorsOf(surrogateSpecs, surrogateValues())))
  try {
    const alone = await Promise.all(pairs.map(async (pair) => (await scorer.cosines([pair], {}))[0]!))
    // More than one run of the largest size.
    const many = Array.from({ length: 700 }, (_, i) => (i * 7 + 3) % pairs.length)
    const together = await scorer.cosines(
      many.map((i) => pairs[i]!),
      {},
    )
    assert.ok(
      sameBits(
        together,
        Float32Array.from(many, (i) => alone[i]!),
      ),
    )
    assert.is((await scorer.cosines([], {})).length, 0)
  } finally {
    scorer.dispose()
  }
})

test.run()
