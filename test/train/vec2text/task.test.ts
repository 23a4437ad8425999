// Losses and gradients of both models against PyTorch (make_losses.py), against inference, and by finite differences.
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { differentiate } from '../../../lib/graph/differentiate.ts'
import { WORDS } from '../../../lib/models/lm/families/t5/forward.ts'
import type { Vec2TextConfig } from '../../../lib/models/vec2text/config.ts'
import type { Reading } from '../../../lib/models/vec2text/forward.ts'
import { scoreFor, vec2textNetwork } from '../../../lib/models/vec2text/network.ts'
import { packTaught, taughtInputs } from '../../../lib/train/vec2text/batches.ts'
import { readLearned } from '../../../lib/train/vec2text/learned.ts'
import { trainedParameters } from '../../../lib/train/vec2text/start.ts'
import { type Vec2TextLoss, vec2textLosses } from '../../../lib/train/vec2text/task.ts'
import { weightSet } from '../../../lib/weights/weight_set.ts'
import { type Model, runner, tensorsOf } from '../../models/inverter/support.ts'
import { folderOf, goldenOf } from '../../models/vec2text/support.ts'
import { checkFingerprint, type Fingerprint } from '../../support/fingerprint.ts'
import { checkGradients } from '../inverter/gradients.ts'

interface Golden {
  readonly ids: readonly (readonly number[])[]
  readonly written: readonly (readonly number[])[] | null
  readonly loss: number
  readonly gradients: Readonly<Record<string, Fingerprint>>
}

const goldens: Readonly<Record<string, Golden>> = JSON.parse(
  readFileSync(new URL('goldens/losses.json', import.meta.url), 'utf8'),
)
const plain: Vec2TextLoss = { dropout: 0, labelSmoothing: 0, compute: 'f32' }

/** A golden's model and batch. */
async function batchOf(name: string) {
  const [pair, kind] = name.split('/') as [string, Vec2TextConfig['kind']]
  const { config, weights } = await readLearned(folderOf(pair, kind), kind, {})
  const { ids, written } = goldens[name]!
  const vectors = goldenOf(pair)
    .targets.slice(0, ids.length)
    .map((target) => Float32Array.from(target))
  const readings = vectors.map(
    (target, i): Reading => ({
      target,
      written: written && { ids: written[i]!, vector: vectors[(i + 1) % vectors.length]! },
    }),
  )
  const specs = trainedParameters(config!)
  const run = runner(specs, taughtInputs(config!, ids.length))
  const { inputs, scalars } = packTaught(config!, readings, ids)
  const runModel = (values: Readonly<Record<string, Float32Array>>, model: Model) =>
    run(model, values, inputs, { scalars: { ...scalars, seed: 7 } })
  return { config: config!, weights, readings, specs, ids, runModel }
}

for (const [name, { loss: expected, gradients }] of Object.entries(goldens))
  test(`${name}: loss and gradients are those of PyTorch`, async () => {
    const { config, weights, specs, runModel } = await batchOf(name)
    assert.equal(Object.keys(specs).sort(), Object.keys(gradients).sort())
    const names = Object.keys(specs).sort()
    const found = runModel(weights, (values) => {
      const { loss } = vec2textLosses(config, plain, values)
      const all = differentiate(
        loss,
        names.map((one) => values[one]!),
      )
      return { outputs: { loss, ...Object.fromEntries(all.map((value, i) => [names[i]!, value])) } }
    })
    assert.ok(Math.abs(found.loss![0]! - expected) < 2e-5, `${found.loss![0]}, not ${expected}`)
    for (const [i, one] of names.entries()) checkFingerprint(one, found[one]!, i, gradients[one]!, 1e-3)
  })

for (const name of ['gtr/hypothesizer', 'ada/corrector'])
  test(`${name}: whole texts cost what they do token by token`, async () => {
    const { config, weights, readings, specs, ids, runModel } = await batchOf(name)
    const tensors = tensorsOf(specs, weights)
    using network = vec2textNetwork(
      config,
      weightSet({ ...tensors, 'head.weight': tensors[WORDS]! }, 'shared'),
      'f32',
    )
    const nats = await scoreFor(
      network,
      readings,
      ids.map((text) => [...text, 1]),
      {},
    )
    const mean = nats.flat().reduce((sum, x) => sum + x, 0) / nats.flat().length
    const { loss } = runModel(weights, (values) => ({
      outputs: { loss: vec2textLosses(config, plain, values).loss },
    }))
    assert.ok(Math.abs(loss![0]! - mean) < 1e-4, `${loss![0]}, not ${mean}`)
    for (const tensor of Object.values(tensors)) tensor.dispose()
  })

test('with dropout and label smoothing, gradients are those of finite differences', async () => {
  const { config, weights, specs, runModel } = await batchOf('ada/corrector')
  const options = { ...plain, dropout: 0.2, labelSmoothing: 0.1 }
  const lossOf = (loss: Vec2TextLoss) =>
    runModel(weights, (values) => ({ outputs: { loss: vec2textLosses(config, loss, values).loss } }))
      .loss![0]!
  const losses = [plain, { ...plain, dropout: 0.2 }, { ...plain, labelSmoothing: 0.1 }, options].map(lossOf)
  assert.is(new Set(losses).size, losses.length)
  const names = Object.keys(specs).filter((name) => /transform|layernorm|bias|shared|EncDec|wi/.test(name))
  checkGradients(names, weights, runModel, (values) => vec2textLosses(config, options, values).loss, 1e-6)
})

test.run()
