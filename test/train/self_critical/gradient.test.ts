// The gradient of REINFORCE, against the expected reward over all texts there are.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { differentiate } from '../../../lib/graph/differentiate.ts'
import type { BindingSpec } from '../../../lib/graph/trace.ts'
import { leaveOneOut, lessGreedy } from '../../../lib/train/self_critical/advantages.ts'
import { drawnInputs, drawnTokens, packDrawn } from '../../../lib/train/self_critical/drawn.ts'
import { prefixed, STAGE_ONE } from '../../../lib/train/self_critical/prefixes.ts'
import { rewardTexts } from '../../../lib/train/self_critical/rewards.ts'
import { selfCriticalTask } from '../../../lib/train/self_critical/task.ts'
import { weightSet } from '../../../lib/weights/weight_set.ts'
import { refusal } from '../../concepts/domains/points.ts'
import { logSoftmax, type Model, runner, tensorsOf } from '../../models/inverter/support.ts'
import { noise } from '../tiny_data.ts'
import {
  allTexts,
  encoder,
  logitsOf,
  logProbs,
  model,
  network,
  specs,
  start,
  type Values,
} from './enumerated.ts'

const temperature = 0.7
const sizes = { texts: 1, samples: allTexts.length }
const vector = (await encoder.encode(['ab'])).vectors.row(0)
const rewards = await rewardTexts(network, encoder, 'cosine')([vector], [allTexts], {})
const names = Object.keys(specs)

const weights = weightSet(tensorsOf(specs, start), 'shared')
const inputs: Record<string, BindingSpec> = {
  ...drawnInputs(model, sizes),
  // Given as inputs, so that a run of the test binds them as it does the others.
  ...prefixed(
    STAGE_ONE,
    Object.fromEntries(
      names.map((name): [string, BindingSpec] => [
        name,
        { kind: 'input', dtype: 'f32', shape: specs[name]!.shape },
      ]),
    ),
  ),
}
const never = async () => assert.unreachable() as never
const task = selfCriticalTask({
  ...{ model, stageOne: weights, temperature, samples: allTexts.length, losses: { kl: 0.5, texts: 0 } },
  ...{ noise: 0, hintLoss: 0, labelSmoothing: 0, compute: 'f32', data: null },
  // Its losses alone are asked for.
  batches: { inputs, trueTexts: null, perEpoch: 1, batch: never, complete: never },
})
const run = runner(specs, inputs)
const given = (advantages: Float32Array, stageOne: Values = start) => {
  const { inputs: packed, scalars } = packDrawn(network, sizes, vector, allTexts, rewards, advantages)
  return { inputs: { ...packed, ...prefixed(STAGE_ONE, stageOne) }, scalars }
}
const gradientOf =
  (loss: 'policy' | 'kl'): Model =>
  (values) => {
    const found = differentiate(
      task.losses(values)[loss]!,
      names.map((name) => values[name]!),
    )
    return { outputs: Object.fromEntries(names.map((name, i) => [name, found[i]!])) }
  }
const ofPolicy = gradientOf('policy')
const ofDivergence = gradientOf('kl')
const forward: Model = (values) => ({ outputs: { ...task.losses(values) } })

/** A direction in which all parameters move. */
const direction = Object.fromEntries(
  names.map((name, i) => [name, Float32Array.from(noise(70 + i, start[name]!.length), (u) => u - 0.5)]),
)
const along = (gradients: Values) =>
  names.reduce((sum, name) => sum + gradients[name]!.reduce((s, g, j) => s + g * direction[name]![j]!, 0), 0)
const moved = (step: number) =>
  Object.fromEntries(names.map((name) => [name, start[name]!.map((x, j) => x + step * direction[name]![j]!)]))

const probabilities = logProbs(start, vector, temperature).map(Math.exp)
const rows = allTexts.reduce((sum, text) => sum + text.length + 1, 0)
/** The gradient of Σ advantage · log p over all texts, as the loss has it. */
const reinforced = (advantages: readonly number[]) => {
  // The loss is the mean of a token.
  const { inputs: packed, scalars } = given(Float32Array.from(advantages, (a) => a * rows))
  return -along(run(ofPolicy, start, packed, { scalars }))
}
const expectedReward = (values: Values) =>
  logProbs(values, vector, temperature).reduce((sum, p, i) => sum + Math.exp(p) * rewards[i]!, 0)

const STEP = 2e-3
const numeric = (expectedReward(moved(STEP)) - expectedReward(moved(-STEP))) / (2 * STEP)

const near = (found: number, wanted: number, share: number) =>
  assert.ok(Math.abs(found - wanted) <= share * Math.abs(wanted), `${found}, not ${wanted}`)

test('all texts together are certain, and are drawn as often as they are likely', async () => {
  near(
    probabilities.reduce((a, b) => a + b, 0),
    1,
    1e-6,
  )
  const samples = 64
  const counts = new Map<string, number>()
  const vectors = Array<Float32Array>(64).fill(vector)
  const drawn = await drawnTokens(network, vectors, (i) => 1000 * i, { samples, temperature })
  for (const text of drawn.flat()) counts.set(text.join(), (counts.get(text.join()) ?? 0) + 1)
  const n = samples * vectors.length
  assert.ok([...counts.keys()].every((text) => allTexts.some((one) => one.join() === text)))
  // χ² of 19 degrees of freedom is above 44 once in a thousand times; the seeds are fixed.
  const chi = allTexts.reduce((sum, text, i) => {
    const wanted = n * probabilities[i]!
    return sum + ((counts.get(text.join()) ?? 0) - wanted) ** 2 / wanted
  }, 0)
  assert.ok(chi < 44, `χ² ${chi}`)
})

test('the gradient of the policy is that of the expected reward, whatever it is compared with', () => {
  assert.ok(Math.abs(numeric) > 1e-3, `${numeric} says nothing`)
  for (const baseline of [0, 0.4, -3])
    near(reinforced(probabilities.map((p, i) => p * (rewards[i]! - baseline))), numeric, 0.01)
})

/** The derivative of each text's log-probability. */
const scores = allTexts.map((_, i) => reinforced(allTexts.map((_, j) => (i === j ? 1 : 0))))

/** The expectation over all draws of `samples` texts of what some advantages make of them, each draw exactly as likely. */
function expectation(samples: 2 | 3, advantagesOf: (rewards: Float32Array) => ArrayLike<number>): number {
  let sum = 0
  const visit = (draw: readonly number[], probability: number) => {
    if (draw.length < samples) {
      for (const i of allTexts.keys()) visit([...draw, i], probability * probabilities[i]!)
      return
    }
    const advantages = advantagesOf(Float32Array.from(draw, (i) => rewards[i]!))
    sum += (probability * draw.reduce((s, i, at) => s + advantages[at]! * scores[i]!, 0)) / samples
  }
  visit([], 1)
  return sum
}

test('compared with the others a reward gives the same gradient in expectation, with its own among them it does not', () => {
  const exact = probabilities.reduce((sum, p, i) => sum + p * rewards[i]! * scores[i]!, 0)
  near(exact, numeric, 0.01)
  for (const samples of [2, 3] as const) {
    near(
      expectation(samples, (some) => leaveOneOut(some, samples)),
      exact,
      1e-4,
    )
    const mean = (some: Float32Array) => some.reduce((a, b) => a + b, 0) / samples
    near(
      expectation(samples, (some) => some.map((reward) => reward - mean(some))),
      exact * (1 - 1 / samples),
      1e-4,
    )
  }
  near(
    expectation(2, (some) => lessGreedy(some, Float32Array.of(0.3), 2)),
    exact,
    1e-4,
  )
})

test('the divergence is Σ p · log(p / q) over the tokens of a place, and flows through p alone', () => {
  const other = moved(0.05)
  const { inputs: packed, scalars } = given(new Float32Array(allTexts.length), other)
  const found = run(forward, start, packed, { scalars })
  const [own, before] = [start, other].map((values) => rowsOf(values))
  const wanted = own!.reduce(
    (sum, p, row) => sum + p.reduce((s, x, id) => s + Math.exp(x) * (x - before![row]![id]!), 0) / rows,
    0,
  )
  assert.ok(wanted > 1e-4, `${wanted} is nothing`)
  near(found.kl![0]!, wanted, 1e-3)
  near(found.loss![0]!, found.policy![0]! + 0.5 * found.kl![0]!, 1e-5)
  near(found.reward![0]!, rewards.reduce((a, b) => a + b, 0) / rewards.length, 1e-5)

  const klAt = (step: number) => run(forward, moved(step), packed, { scalars }).kl![0]!
  const slope = (klAt(STEP) - klAt(-STEP)) / (2 * STEP)
  near(along(run(ofDivergence, start, packed, { scalars })), slope, 0.02)
})

test('a decoder does not differ from itself', () => {
  const { inputs: packed, scalars } = given(new Float32Array(allTexts.length))
  assert.is(run(forward, start, packed, { scalars }).kl![0]!, 0)
  assert.ok(Math.abs(along(run(ofDivergence, start, packed, { scalars }))) < 1e-6)
})

test('one text has nothing to be compared with', async () => {
  const error = await refusal(async () => leaveOneOut(Float32Array.of(1), 1))
  assert.match(error.message, /^samples: got 1; expected 2 or more$/)
})

/** Log-probabilities of the next token at all rows of all texts, without rules. */
function rowsOf(values: Values): Float64Array[] {
  const { vocabulary } = model
  return logitsOf(values, vector).flatMap((logits) =>
    Array.from({ length: logits.length / vocabulary }, (_, row) =>
      logSoftmax(logits.subarray(row * vocabulary, (row + 1) * vocabulary)),
    ),
  )
}

test.run()
