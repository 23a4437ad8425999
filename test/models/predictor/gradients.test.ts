// The gradients of a whole small predictor against PyTorch's autograd (goldens/make_predictor.py).
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { differentiate } from '../../../lib/graph/differentiate.ts'
import { compile, toFloat32 } from '../../../lib/graph/program.ts'
import { constant, trace } from '../../../lib/graph/trace.ts'
import type { Value } from '../../../lib/graph/value.ts'
import type { PredictorConfig } from '../../../lib/models/predictor/config.ts'
import { predictorForward } from '../../../lib/models/predictor/forward.ts'
import { packSequences, predictorBindings } from '../../../lib/models/predictor/inputs.ts'
import { predictorParameters } from '../../../lib/models/predictor/parameters.ts'
import { add, mean, mul, reshape, square, sub } from '../../../lib/ops/index.ts'
import { deviceInfo } from '../../../lib/runtime/device.ts'
import { createTensor } from '../../../lib/tensor/device_tensor.ts'
import { count } from '../../../lib/tensor/shape.ts'
import { checkFingerprint, type Fingerprint } from '../../support/fingerprint.ts'
import { spread } from '../../train/tiny_data.ts'
import { tinyConfig } from './support.ts'

interface Golden {
  readonly loss: number
  /** Centre and half width of each parameter's values. */
  readonly start: Readonly<Record<string, readonly [number, number]>>
  readonly gradients: Readonly<Record<string, Fingerprint>>
}
const goldens: Readonly<Record<string, Golden>> = JSON.parse(
  readFileSync(new URL('../goldens/predictor.json', import.meta.url), 'utf8'),
)

const tolerance = 1e-4
const lengths = [70, 1, 14, 6]
const prefixes = [20, 1, 8, 0]
const rows = 91

/** Mean squared error to fixed vectors, and a tenth of the mean of the logits times fixed numbers. */
function lossAndGradients(config: PredictorConfig, values: Readonly<Record<string, Value>>) {
  const { predicted, routerLogits } = predictorForward(config, values).outputs
  const target = constant(predicted!, spread(901, predicted!.shape, 0, 0.5), predicted!.shape)
  const liked = constant(predicted!, spread(902, routerLogits!.shape, 0, 1), routerLogits!.shape)
  const loss = add(mean(square(sub(predicted!, target))), mul(mean(mul(routerLogits!, liked)), 0.1))
  const names = Object.keys(goldens[config.variant]!.gradients)
  const gradients = differentiate(
    loss,
    names.map((name) => values[name]!),
  )
  const named = Object.fromEntries(names.map((name, i) => [name, gradients[i]!]))
  return { outputs: { loss: reshape(loss, [1]), ...named } }
}

for (const variant of ['sequence', 'concept'] as const) {
  const config = tinyConfig({ variant })
  const golden = goldens[variant]!
  const names = Object.keys(golden.start)
  const table = predictorParameters(config)

  test(`${variant}: the parameters are those of the golden model`, () => {
    assert.equal(Object.keys(table), names)
    assert.equal(
      names.filter((name) => table[name]!.trained),
      Object.keys(golden.gradients),
    )
  })

  const sets = deviceInfo().instructionSets
  for (const [instructionSet, room] of [...sets.map((set) => [set, 0] as const), [sets.at(-1)!, 9] as const])
    test(`${variant}: gradients as in PyTorch, ${instructionSet}, ${room} rows to spare`, () => {
      const capacity = { rows: rows + room, sequences: lengths.length }
      const program = compile(
        trace(predictorBindings(config, capacity), (values) => lossAndGradients(config, values)),
      )
      const { inputs, scalars } = packSequences(config, capacity, lengths, prefixes)
      const states = Object.fromEntries(
        names.map((name, number) => {
          const { shape } = table[name]!
          return [name, createTensor('f32', shape, spread(number, shape, ...golden.start[name]!))]
        }),
      )
      const x = spread(900, [rows, config.dims], 0, 0.5)
      const outputs = program.runSync({ ...inputs, ...states, x }, { scalars, instructionSet })
      const loss = toFloat32(outputs.loss!)[0]!
      assert.ok(Math.abs(loss - golden.loss) <= tolerance * golden.loss, `${loss}, not ${golden.loss}`)
      for (const [name, expected] of Object.entries(golden.gradients)) {
        const gradient = toFloat32(outputs[name]!)
        assert.is(gradient.length, count(table[name]!.shape))
        checkFingerprint(name, gradient, names.indexOf(name), expected, tolerance)
      }
      for (const state of Object.values(states)) state.dispose()
      program.dispose()
    })
}

test.run()
